import { expect, it } from 'vitest';
import type { PostedCall } from '../../../local/invocation.ts';
import { createWorkBoard, openWorkBoard } from '../../../local/work-board.ts';
import { isStarting, isStuck, type Lane } from '../../../local/worker-lane.ts';

const LOOK = 1_000;
/** Longer for a worker that starts: it loads its modules, and has no beat meanwhile. */
const may = (lane: Lane) => (isStarting(lane) ? 6_000 : 3_000);

const aLane = () => {
  const board = createWorkBoard();
  const lane: Lane = { worker: null as never, board, calls: new Map([[1, {} as PostedCall]]), beats: 0, silent: 0 };
  return { lane, marker: openWorkBoard(board.memory), look: () => isStuck(lane, LOOK, may) };
};

it('is stuck when it has not turned in as many looks as it may be silent for, however long ago the last look was', () => {
  const { marker, look } = aLane();
  marker.beat();
  expect([look(), look(), look(), look()]).toEqual([false, false, false, true]);
});

it('has a patience of its own until its first call has begun, and is stuck when that is over', () => {
  const { marker, look } = aLane();
  expect([look(), look(), look(), look(), look(), look()]).toEqual([false, false, false, false, false, true]);
  marker.beat();
  expect([look(), look(), look(), look()]).toEqual([false, false, false, true]);
});

it('is not stuck while it turns, nor without a call', () => {
  const { lane, marker, look } = aLane();
  for (let turn = 0; turn < 10; turn++) {
    marker.beat();
    expect([look(), look(), look()]).toEqual([false, false, false]);
  }
  lane.calls.clear();
  expect([look(), look(), look(), look()]).toEqual([false, false, false, false]);
});

it('shows the file that it works on, and for which call, until it is done', () => {
  const { lane, marker } = aLane();
  expect(lane.board.shown()).toBeNull();
  marker.show(7, 'src/å/日本.ts');
  expect(lane.board.shown()).toEqual({ call: 7, path: 'src/å/日本.ts' });
  marker.show(8, 'x'.repeat(10_000));
  expect(lane.board.shown()).toEqual({ call: 8, path: 'x'.repeat(4096) });
  marker.clear();
  expect(lane.board.shown()).toBeNull();
});
