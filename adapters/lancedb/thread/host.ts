import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { LanceOptions } from '../search-index.ts';
import { type ConnectedIndex, connectSearchIndex } from './client.ts';
import type { HostMessage } from './protocol.ts';

export interface SearchIndexHost {
  /** The index, for this thread. */
  readonly index: ConnectedIndex;
  /** A port for another thread: hand it over (workerData and transferList) and give it to `connectSearchIndex` there. */
  connect(): MessagePort;
  /** Resolves when the thread has ended, for whatever reason. It is not started again. */
  readonly exited: Promise<void>;
  /** Finishes the writes in flight, then ends the thread. Calls after that throw SearchIndexUnavailableError. */
  close(): Promise<void>;
}

export interface HostOptions {
  /** Passed on to the index; must be cloneable. */
  readonly index?: Omit<LanceOptions, 'plan'> | undefined;
  /** Another worker script, for tests of a dying one. */
  readonly worker?: URL | undefined;
}

/** A close that takes longer is cut off: what was acknowledged is on disk. A settle of 500,000 rows takes about 40 s. */
const closeBudgetMs = 60_000;

/**
 * On how many threads LanceDB computes. By itself it leaves two cores to others, and so takes one thread where there are two: to build the word index of 157,000 rows
 * then takes 10.3 s in place of 5.8, in the same processor time, with 20 MB more (measured).
 */
export const computingThreads = (cores: number): number => Math.max(cores - 2, Math.min(cores, 2));

/**
 * Starts the one thread that holds the local search index below `root`. LanceDB wants one writer (several starve each other),
 * and its work on rows must not slow the API's thread. Call it once a root and process.
 */
export const startSearchIndexHost = (root: string, options: HostOptions = {}): SearchIndexHost => {
  // Its native part warns of empty partitions and the like on stderr; it reads the variable when it is loaded.
  process.env.LANCEDB_LOG ??= 'error';
  // It builds word indices in memory, by parts of so many MiB: its own 256 take 170 MB more than 32, and 64 take 60 more (measured, 180,000 and 158,000 rows).
  process.env.LANCE_FTS_PARTITION_SIZE ??= '32';
  // It reads so many rows at once, several times beside each other: with its own 8,192 a merge of 157,000 rows takes 100 MB more (measured).
  process.env.LANCE_DEFAULT_BATCH_SIZE ??= '1024';
  // It may read so many bytes ahead of who takes them: with its own 2 GiB it holds all vectors while their index is built: 90 MB more for 157,000 rows, and with 64 MiB 30 MB more; no faster (measured).
  process.env.LANCE_DEFAULT_IO_BUFFER_SIZE ??= String(32 * 1024 * 1024);
  process.env.LANCE_CPU_THREADS ??= String(computingThreads(availableParallelism()));
  const worker = new Worker(options.worker ?? new URL('./worker.ts', import.meta.url), {
    workerData: { root, options: options.index },
    execArgv: [],
  });
  // An error ends the thread and so closes every port: the calls in flight tell it, where it can be handled.
  worker.on('error', () => {});
  let running = true;
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      running = false;
      resolve();
    });
  });
  worker.unref();

  const tell = (message: HostMessage, transfer: MessagePort[] = []): void => worker.postMessage(message, transfer);

  const connect = (): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    // A thread that has ended would keep it for ever, and its calls would wait for ever.
    if (running) tell({ kind: 'connect', port: port2 }, [port2]);
    else port2.close();
    return port1;
  };

  return {
    index: connectSearchIndex(connect()),
    connect,
    exited: ended,
    close: async () => {
      worker.ref();
      tell({ kind: 'close' });
      const cut = setTimeout(() => void worker.terminate(), closeBudgetMs);
      await ended;
      clearTimeout(cut);
    },
  };
};
