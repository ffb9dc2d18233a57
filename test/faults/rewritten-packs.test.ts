import { expect, it } from 'vitest';
import type { Logger } from '../../core/ports/logger.ts';
import { type Edit, type History, type Operation, plainSync } from './history.ts';
import { playHistory } from './play-history.ts';
import type { Fault } from './process.ts';

const commit = (...edits: Edit[]): Operation => ({
  ...{ on: 'source', number: 0, kind: 'commit', branch: 0, edits },
  wait: 0,
});
const sync: Operation = { on: 'repository', number: 0, kind: 'sync', ...plainSync, wait: 30_000 };

/** Each sync adds a pack, until one puts them together. */
const history: History = {
  world: 'machine',
  seed: 1 + Math.floor(Math.random() * 1_000_000),
  indexed: true,
  operations: [
    ...[commit({ kind: 'put', path: 5, content: 13 }), sync],
    ...[commit({ kind: 'put', path: 6, content: 7 }), sync],
    ...[commit({ kind: 'put', path: 0, content: 8 }), sync],
  ],
  faults: [],
};

/** Plays it with this fault; tells what it has broken, and whether it has struck while packs were put together. */
const play = async (faults: readonly Fault[]) => {
  let rewritten = 0;
  const log = (message: string): void => {
    if (message === 'packs rewritten') rewritten += 1;
  };
  const logger: Logger = { debug: log, info: log, warn: log, error: log, with: () => logger };
  const { violations, strikes } = await playHistory({ ...history, faults }, { logger });
  return { violations, struck: strikes.size > 0, rewritten };
};

const kinds = ['die-before', 'die-after', 'die-torn', 'fail', 'lose-answer', 'tear', 'crash', 'freeze'] as const;

/** Not at each of its some hundred calls: at other ones in each run. */
const STRIDE = 9;

it('a job that is struck in the step that puts packs together leaves each text where a branch says it is', async () => {
  const plain = await play([]);
  expect(plain).toMatchObject({ violations: [], struck: false });
  expect(plain.rewritten).toBeGreaterThan(0);
  let struck = 0;
  for (let call = history.seed % STRIDE; ; call += STRIDE) {
    const kind = kinds[(call + history.seed) % kinds.length] as (typeof kinds)[number];
    // In the last sync.
    const fault = { step: 'publish', nth: 2, call, kind, seconds: 1_500 };
    const played = await play([fault]);
    expect(played.violations, JSON.stringify([history.seed, fault])).toEqual([]);
    if (!played.struck) break;
    struck += 1;
  }
  expect(struck).toBeGreaterThan(0);
}, 300_000);
