import type { MessagePort } from 'node:worker_threads';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../core/ports/logger.ts';
import type { HeadStartNote } from './head-starts.ts';
import type { InvocationResult, PostedCall, WorkerSetup } from './invocation.ts';
import { createWorkBoard, type WorkBoard } from './work-board.ts';

/** One worker thread and the calls that it has. */
export interface Lane {
  readonly worker: Worker;
  readonly board: WorkBoard;
  readonly calls: Map<number, PostedCall>;
  /** The beats at the last look, and for how many milliseconds of looks they have been the same. */
  beats: number;
  silent: number;
}

/**
 * MiB. Well above what a worker needs, but V8 lets garbage lie in proportion to its limits, and there are several workers: with these,
 * and LanceDB's smaller parts (search-index-host), the whole service takes 1.25 GB for 100,000 files in place of 1.84. A young generation of 24 MiB and not 64 takes another 140 MB off (both measured).
 */
const heapLimits = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 24 };

/** The calls that its worker has begun: what it computes is of one of these. */
export const begun = (lane: Lane): readonly PostedCall[] =>
  [...lane.calls.values()].filter(({ ticket }) => ticket.isTaken());

/** Takes a call back that its worker has not begun, beside others; null when there is none. */
export const takeBack = (lane: Lane): PostedCall | null => {
  if (lane.calls.size < 2) return null;
  const call = [...lane.calls.values()].find(({ ticket }) => ticket.take());
  if (call === undefined) return null;
  lane.calls.delete(call.id);
  return call;
};

export interface LaneEvents {
  settled(lane: Lane, result: InvocationResult): void;
  ended(lane: Lane): void;
  told(lane: Lane, note: HeadStartNote): void;
}

export const startLane = (
  script: URL,
  setup: Omit<WorkerSetup, 'board' | 'indexPort'>,
  indexPort: MessagePort,
  logger: Logger,
  events: LaneEvents,
): Lane => {
  const board = createWorkBoard();
  const workerData: WorkerSetup = { ...setup, indexPort, board: board.memory };
  const worker = new Worker(script, {
    workerData,
    transferList: [indexPort],
    execArgv: ['--conditions=local', '--disable-warning=ExperimentalWarning'],
    resourceLimits: heapLimits,
  });
  const lane: Lane = { worker, board, calls: new Map(), beats: 0, silent: 0 };
  worker.on('message', (said: InvocationResult | HeadStartNote) =>
    'headStart' in said ? events.told(lane, said) : events.settled(lane, said),
  );
  worker.on('error', (error) => logger.error('worker failed', { error: String(error) }));
  worker.on('exit', () => events.ended(lane));
  worker.unref();
  return lane;
};

/** Whether its worker has not begun its first call. */
export const isStarting = (lane: Lane): boolean => lane.board.beats() === 0;

/**
 * Looks at a lane, `elapsed` milliseconds of looks after the last time. True when its worker has not turned for longer than it may. Only looks
 * count, not the time: a machine that slept, or a service that was stopped, has looked no more often than its worker could have turned.
 */
export const isStuck = (lane: Lane, elapsed: number, may: (lane: Lane) => number): boolean => {
  const beats = lane.board.beats();
  if (lane.calls.size === 0 || beats !== lane.beats) {
    lane.beats = beats;
    lane.silent = 0;
    return false;
  }
  lane.silent += elapsed;
  return lane.silent >= may(lane);
};
