import type { MessagePort } from 'node:worker_threads';
import type { FunctionName } from '../core/contract/environment.ts';
import type { Logger } from '../core/ports/logger.ts';
import { callTicket } from './call-ticket.ts';
import { createHeadStarts, type HeadStartNote } from './head-starts.ts';
import type { Call, Invocation, InvocationResult } from './invocation.ts';
import type { LocalConfig } from './runtime.ts';
import { rememberSuspectFiles } from './suspect-files.ts';
import { CallGivenUpError, WorkerLostError, WorkerStuckError } from './worker-errors.ts';
import { begun, isStarting, isStuck, type Lane, startLane, takeBack } from './worker-lane.ts';

export interface FunctionHost {
  /**
   * Runs a function in a worker. An abort abandons the call; as on AWS, the function itself runs until it notices, but one that does
   * not give its processor back loses its worker.
   */
  invoke(
    functionName: string,
    payload: unknown,
    options: { signal: AbortSignal; traceparent?: string | undefined },
  ): Promise<unknown>;
  /** Ends all workers at once. */
  close(): Promise<void>;
}

interface Pool {
  readonly lanes: (Lane | null)[];
  /** Calls that one worker runs at once. */
  readonly atOnce: number;
  readonly queue: Call[];
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
 * Requests that look through texts or parse them: one worker for all, apart from syncs and from the thread that answers requests. It keeps what it has read, and gives each
 * of its calls a turn.
 */
const searching: ReadonlySet<string> = new Set<FunctionName>(['grep', 'grep-all', 'symbols', 'symbols-all', 'outline']);

export const runsInWorker = (name: FunctionName): boolean => searching.has(name);

/** Milliseconds for which a worker may go without a turn of its event loop, while it has calls. */
export interface Patience {
  /** Then it is replaced. */
  readonly stuck: number;
  /** The same when the call that it works on has been given up: cancelled, forced away, or out of its state's time. */
  readonly abandoned: number;
  /** The same before its first call: it loads its modules. No one's file can be the cause, so its calls fail as ones that no one took. */
  readonly start: number;
}

/**
 * The longest that a healthy step computes without a pause are 3 s, at which the chunker gives a text up on a slow machine (tree-sitter-chunker).
 * Ten times that, since a worker has the lowest priority, and a machine that is busy with other things gives it a tenth of a processor. Work that is not
 * wanted any more is not worth that wait: what the chunker may take, and as much again. A start takes about a second; on two
 * processors with a load of 35 a service came to its first fetch in 70. What keeps a start from its end may be a disk that does not answer, or a module that
 * waits for what never comes.
 */
export const PATIENCE: Patience = { stuck: 30_000, abandoned: 6_000, start: 180_000 };
/** Looks at each worker within the shorter patience. */
const LOOKS = 6;

interface HostOptions {
  readonly workers: number;
  readonly script?: URL;
  readonly warm?: boolean;
  readonly patience?: Patience;
}

/**
 * Runs the workflow's functions in worker threads, so that a sync never slows the API's thread. A worker that dies, or that does not give its processor
 * back, is replaced. That fails one call, the one whose work did it; the workflow tries it again, without the file that it worked on. Calls
 * that shared the worker are run again. When it is not known whose work did it, each is run again in a worker of its own: then it is.
 */
export const startFunctionHost = (
  config: LocalConfig,
  connectIndex: () => MessagePort,
  logger: Logger,
  options: HostOptions,
): FunctionHost => {
  const { patience = PATIENCE } = options;
  const script = options.script ?? new URL('./function-worker.ts', import.meta.url);
  const poolOf = (atOnce: number, workers = options.workers): Pool => ({
    lanes: new Array<Lane | null>(workers).fill(null),
    atOnce,
    queue: [],
  });
  const pools = {
    computing: poolOf(BATCHES_A_WORKER),
    waiting: poolOf(WAITING_AT_ONCE),
    searching: poolOf(WAITING_AT_ONCE, 1),
    isolated: poolOf(1),
  };
  const poolFor = (name: string): Pool => {
    if (searching.has(name)) return pools.searching;
    return computing.has(name) ? pools.computing : pools.waiting;
  };
  const suspects = rememberSuspectFiles();
  let nextId = 0;
  let open = true;

  const setupOf = (pool: Pool) => {
    const isComputing = pool === pools.computing;
    return { config, durable: !isComputing, niceness: isComputing ? 10 : 7 };
  };

  /** Null: a machine without memory or threads to spare starts none. */
  const start = (pool: Pool, slot: number): Lane | null => {
    const port = connectIndex();
    try {
      const lane = startLane(script, setupOf(pool), port, logger, {
        settled: (from, result) => settle(pool, from, result),
        ended: (from) => lose(pool, from, null),
        told: (from, note) => offer(from, note),
      });
      pool.lanes[slot] = lane;
      return lane;
    } catch (error) {
      port.close();
      logger.error('worker not started', { error: String(error) });
      return null;
    }
  };

  const withLeastToDo = (pool: Pool): Lane | undefined =>
    pool.lanes.filter((lane) => lane !== null).sort((a, b) => a.calls.size - b.calls.size)[0];

  /** A worker that has nothing to do, else a new one where there may be one more and it can be started. */
  const idleLane = (pool: Pool): Lane | null => {
    const least = withLeastToDo(pool);
    if (least?.calls.size === 0) return least;
    const slot = pool.lanes.indexOf(null);
    return slot === -1 ? null : start(pool, slot);
  };

  /** A worker with room: an idle one, else the one that has least to do. Null: all are full; `none`: there is none, and none can be started. */
  const freeLane = (pool: Pool): Lane | null | 'none' => {
    const idle = idleLane(pool);
    if (idle !== null) return idle;
    const least = withLeastToDo(pool);
    if (least === undefined) return 'none';
    return least.calls.size < pool.atOnce ? least : null;
  };

  const place = (pool: Pool, call: Call): void => {
    pool.queue.push(call);
    drain(pool);
  };

  const drain = (pool: Pool): void => {
    for (let call = pool.queue[0]; call !== undefined; call = pool.queue[0]) {
      const givenUp = call.signal.aborted || !open;
      const lane = givenUp ? null : freeLane(pool);
      if (!givenUp && lane === null) return;
      pool.queue.shift();
      if (lane === null) call.reject(new CallGivenUpError('the call was given up before it began'));
      else if (lane === 'none') call.reject(new CallGivenUpError('no worker could be started for it'));
      else post(lane, call);
    }
    spread(pool);
    if (pool === pools.computing) headStarts.fill();
  };

  /** Gives workers that have nothing to do what others have not begun: one that computes for long begins nothing. */
  const spread = (pool: Pool): void => {
    const isIdle = (lane: Lane | null): boolean => lane === null || lane.calls.size === 0;
    for (const from of [...pool.lanes])
      for (;;) {
        const call = open && from !== null && pool.lanes.some(isIdle) ? takeBack(from) : null;
        if (call === null || from === null) break;
        const idle = idleLane(pool);
        post(idle ?? from, call);
        if (idle === null) return;
      }
  };

  const post = (lane: Lane, call: Call): void => {
    const ticket = callTicket();
    // Only of one that had nothing to do: calls that keep coming say nothing of a worker that takes none of them.
    if (lane.calls.size === 0) lane.silent = 0;
    lane.calls.set(call.id, { ...call, ticket });
    const { id, functionName, payload, key, traceparent } = call;
    const invocation = { id, functionName, payload, traceparent, suspects: suspects.of(key), ticket: ticket.memory };
    lane.worker.postMessage(invocation as Invocation);
  };

  const settle = (pool: Pool, lane: Lane, result: InvocationResult): void => {
    const call = lane.calls.get(result.id);
    lane.calls.delete(result.id);
    headStarts.ended(result.id);
    if (result.ok) {
      if (call !== undefined) suspects.forget(call.key);
      call?.resolve(result.value);
    } else call?.reject(Object.assign(new Error(result.error.message), { name: result.error.name }));
    drain(pool);
    // A worker of its own is for a while only: it has served.
    if (pool === pools.isolated && lane.calls.size === 0) dismiss(pool, lane);
  };

  const dismiss = (pool: Pool, lane: Lane): void => {
    const slot = pool.lanes.indexOf(lane);
    if (slot !== -1) pool.lanes[slot] = null;
    void lane.worker.terminate();
  };

  /** @param stuck what is said of a worker that was replaced; null of one that ended. */
  const lose = (pool: Pool, lane: Lane, stuck: string | null): void => {
    const shown = lane.board.shown();
    const calls = [...lane.calls.values()];
    const working = begun(lane);
    // A worker that ends while it loads has begun nothing, and is held against what it was started for.
    const suspected = working.length === 0 ? calls : working;
    lane.calls.clear();
    // Not before its end: a loop in native code may never let itself be ended.
    dismiss(pool, lane);
    const culprit = suspected.length === 1 ? suspected[0] : suspected.find(({ id }) => id === shown?.call);
    for (const call of calls) {
      headStarts.ended(call.id);
      if (call !== culprit) {
        place(culprit === undefined && suspected.includes(call) ? pools.isolated : pool, call);
        continue;
      }
      const path = shown?.call === call.id ? shown.path : null;
      suspects.add(call.key, path, stuck !== null, stuck ?? 'a worker ended while it worked on it, twice');
      if (stuck !== null)
        logger.error('worker replaced', { function: call.functionName, path, silent_ms: lane.silent });
      call.reject(stuck === null ? new WorkerLostError(path) : new WorkerStuckError(call.functionName, path, stuck));
    }
    drain(pool);
  };

  /** Gives up a worker that never came to its first call. */
  const giveUpStart = (pool: Pool, lane: Lane): void => {
    const calls = [...lane.calls.values()];
    // Should it come to them before it is ended, they are not its any more.
    for (const { ticket } of calls) ticket.take();
    lane.calls.clear();
    dismiss(pool, lane);
    logger.error('worker replaced', { function: calls[0]?.functionName, path: null, silent_ms: lane.silent });
    for (const call of calls)
      call.reject(new CallGivenUpError(`its worker did not start within ${Math.round(lane.silent / 1000)} s`));
    drain(pool);
  };

  const mayBeSilent = (lane: Lane): number => {
    if (isStarting(lane)) return patience.start;
    const shown = lane.board.shown();
    const suspected = begun(lane).filter(({ id }) => shown === null || id === shown.call);
    return suspected.some(({ signal }) => signal.aborted) ? patience.abandoned : patience.stuck;
  };
  const lookMilliseconds = Math.min(patience.stuck, patience.abandoned, patience.start) / LOOKS;
  const looking = setInterval(() => {
    for (const pool of Object.values(pools))
      for (const lane of pool.lanes)
        if (lane === null || !isStuck(lane, lookMilliseconds, mayBeSilent)) continue;
        else if (isStarting(lane)) giveUpStart(pool, lane);
        else lose(pool, lane, `timeout: it kept a worker busy for ${Math.round(lane.silent / 1000)} s without a pause`);
  }, lookMilliseconds);
  looking.unref();

  const invoke: FunctionHost['invoke'] = (functionName, payload, { signal, traceparent }) =>
    new Promise((resolve, reject) => {
      const key = `${functionName} ${JSON.stringify(payload)}`;
      place(suspects.has(key) ? pools.isolated : poolFor(functionName), {
        id: ++nextId,
        functionName,
        payload,
        key,
        signal,
        traceparent,
        resolve,
        reject,
      });
    });

  const headStarts = createHeadStarts(
    (functionName, payload, signal) => invoke(functionName, payload, { signal }),
    () => {
      const { lanes, queue, atOnce } = pools.computing;
      const calls = lanes.reduce((sum, lane) => sum + (lane?.calls.size ?? 0), 0);
      return open && queue.length === 0 && calls < lanes.length * atOnce;
    },
    logger,
  );
  const offer = (lane: Lane, note: HeadStartNote): void => {
    const call = lane.calls.get(note.from);
    if (call === undefined) return;
    headStarts.offer(note, call.signal);
    headStarts.fill();
  };

  // A worker takes about a second to load: the first sync is not to wait for that. What a second one is for, a large sync or a sync beside it, can
  // wait for it; each would take 60 to 70 MB until then.
  if (options.warm === true) for (const pool of [pools.computing, pools.waiting]) start(pool, 0);

  return {
    invoke: (functionName, payload, options) =>
      headStarts.join(functionName, payload, options.signal) ?? invoke(functionName, payload, options),
    close: async () => {
      open = false;
      clearInterval(looking);
      const lanes = Object.values(pools).flatMap((pool) => pool.lanes.filter((lane) => lane !== null));
      for (const pool of Object.values(pools)) drain(pool);
      await Promise.all(lanes.map((lane) => lane.worker.terminate()));
    },
  };
};
