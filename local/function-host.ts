import type { MessagePort } from 'node:worker_threads';
import { Worker } from 'node:worker_threads';
import type { FunctionName } from '../core/contract/environment.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { LocalConfig } from './runtime.ts';

/** What a worker is given when it starts. */
export interface WorkerSetup {
  readonly config: LocalConfig;
  readonly indexPort: MessagePort;
}

export interface Invocation {
  readonly id: number;
  readonly functionName: FunctionName;
  readonly payload: unknown;
}

export type InvocationResult =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: { name: string; message: string } };

export interface FunctionHost {
  /** Runs a function in a worker. An abort abandons the call; as on AWS, the function itself runs until it notices. */
  invoke(functionName: string, payload: unknown, options: { signal: AbortSignal }): Promise<unknown>;
  /** Ends all workers at once. */
  close(): Promise<void>;
}

interface Lane {
  readonly worker: Worker;
  readonly calls: Map<number, { resolve(value: unknown): void; reject(error: Error): void }>;
}

interface Pool {
  readonly lanes: (Lane | null)[];
  /** Calls that one worker runs at once. */
  readonly atOnce: number;
  readonly queue: (() => void)[];
}

/** Work that computes. Everything else mostly waits (git, DynamoDB, files) and shares workers: several, since a large sync's listing computes for a while. */
const computing: ReadonlySet<string> = new Set<FunctionName>(['embed-batch']);
/**
 * Calls of such work that a worker takes: one computes while the others wait for their rows to be written, and the more rows wait together the
 * less each costs (lance-write-queue). A sync that is to use this must run as many at once.
 */
export const BATCHES_A_WORKER = 4;
const WAITING_AT_ONCE = 64;

/**
 * MiB. Well above what a worker needs, but V8 lets garbage lie in proportion to its limits, and there are several workers: with these,
 * and LanceDB's smaller parts (search-index-host), the whole service takes 1.25 GB for 100,000 files in place of 1.84 (measured).
 */
const heapLimits = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 64 };

/**
 * Runs the workflow's functions in worker threads, so that a sync never slows the API's thread. A worker that dies
 * fails the calls it had (the workflow retries them) and is replaced at the next call.
 */
export const startFunctionHost = (
  config: LocalConfig,
  connectIndex: () => MessagePort,
  logger: Logger,
  options: { readonly workers: number; readonly script?: URL; readonly warm?: boolean },
): FunctionHost => {
  const script = options.script ?? new URL('./function-worker.ts', import.meta.url);
  const pools = {
    computing: {
      lanes: new Array<Lane | null>(options.workers).fill(null),
      atOnce: BATCHES_A_WORKER,
      queue: [],
    } as Pool,
    waiting: {
      lanes: new Array<Lane | null>(options.workers).fill(null),
      atOnce: WAITING_AT_ONCE,
      queue: [],
    } as Pool,
  };
  let nextId = 0;
  let open = true;

  const startLane = (pool: Pool, slot: number): Lane => {
    const indexPort = connectIndex();
    const setup: WorkerSetup = { config, indexPort };
    const worker = new Worker(script, {
      workerData: setup,
      transferList: [indexPort],
      execArgv: ['--conditions=local', '--disable-warning=ExperimentalWarning'],
      resourceLimits: heapLimits,
    });
    const lane: Lane = { worker, calls: new Map() };
    worker.on('message', (result: InvocationResult) => settle(pool, lane, result));
    worker.on('error', (error) => logger.error('worker failed', { error: String(error) }));
    worker.on('exit', () => {
      pool.lanes[slot] = null;
      for (const call of lane.calls.values()) call.reject(new WorkerLostError());
      lane.calls.clear();
      pool.queue.shift()?.();
    });
    worker.unref();
    pool.lanes[slot] = lane;
    return lane;
  };

  const settle = (pool: Pool, lane: Lane, result: InvocationResult): void => {
    const call = lane.calls.get(result.id);
    lane.calls.delete(result.id);
    if (result.ok) call?.resolve(result.value);
    else call?.reject(Object.assign(new Error(result.error.message), { name: result.error.name }));
    pool.queue.shift()?.();
  };

  /** A worker with room: one that has nothing to do, else one that must be started, else the one that has least to do. */
  const freeLane = (pool: Pool): Lane | null => {
    const running = pool.lanes.filter((lane) => lane !== null).sort((a, b) => a.calls.size - b.calls.size);
    const [least] = running;
    if (least !== undefined && least.calls.size === 0) return least;
    const slot = pool.lanes.indexOf(null);
    if (slot !== -1) return startLane(pool, slot);
    return least !== undefined && least.calls.size < pool.atOnce ? least : null;
  };

  // A worker takes about a second to load: the first sync is not to wait for that.
  if (options.warm === true)
    for (const pool of Object.values(pools)) pool.lanes.forEach((_, slot) => void startLane(pool, slot));

  return {
    invoke: (functionName, payload, { signal }) =>
      new Promise((resolve, reject) => {
        const pool = computing.has(functionName) ? pools.computing : pools.waiting;
        const attempt = (): void => {
          if (signal.aborted || !open) {
            reject(new CallGivenUpError('the call was given up before it began'));
            pool.queue.shift()?.();
            return;
          }
          const lane = freeLane(pool);
          if (lane === null) {
            pool.queue.push(attempt);
            return;
          }
          const id = ++nextId;
          lane.calls.set(id, { resolve, reject });
          lane.worker.postMessage({ id, functionName, payload } as Invocation);
        };
        attempt();
      }),
    close: async () => {
      open = false;
      for (const pool of Object.values(pools)) {
        for (const next of pool.queue.splice(0)) next();
        await Promise.all(pool.lanes.map((lane) => lane?.worker.terminate()));
      }
    },
  };
};

/** As Lambda names a sandbox whose process ended before it answered: the workflow tries again, but not often. */
class WorkerLostError extends Error {
  override readonly name = 'Runtime.ExitError';
  override readonly message = 'the worker thread ended';
}

/** As Lambda names a call that it could not take. */
class CallGivenUpError extends Error {
  override readonly name = 'Lambda.ServiceException';
}
