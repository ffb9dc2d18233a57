import type { Table } from '@lancedb/lancedb';

/** Removes the files of versions that a merge has replaced: as much again as the table. */
export interface Pruning {
  /** At once: what is older than this, in milliseconds. Nothing may write meanwhile. */
  prune(table: Table, graceMs: number): Promise<void>;
  /** When no reader can need them any more, unless the table has been written to by then. */
  later(table: Table): Promise<void>;
  /** What was to be done later, at once. */
  now(): Promise<void>;
  /** Waits for one under way: before whatever writes files of no version yet, which a prune takes for left over. */
  idle(): Promise<void>;
  /** Nothing is to be done later. */
  cancel(): void;
}

interface Parts {
  /** How long an old version stays for those who are reading it, in milliseconds. */
  readonly graceMs: number;
  /** Null when there is none. */
  readonly table: () => Promise<Table | null>;
  /** Runs alone among the writes. */
  readonly run: (task: () => Promise<void>) => Promise<void>;
  /** Whether a merge is under way beside the writes. */
  readonly isMerging: () => boolean;
}

export const createPruning = ({ graceMs, table, run, isMerging }: Parts): Pruning => {
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> = Promise.resolve();
  let since = 0;

  const prune = async (found: Table, grace: number): Promise<void> => {
    // Files of no version are of a process that was killed before its commit: the queue is the only writer, and writes nothing now.
    await found.optimize({ cleanupOlderThan: new Date(Date.now() - grace), deleteUnverified: true });
  };

  const prunePending = async (grace: number): Promise<void> => {
    const found = await table();
    // Written since: an optimize would do more than prune. The next settle that optimizes prunes.
    if (found === null || (await found.version()) !== since) return;
    // To wait for a merge here would hold up the writes for all of it.
    if (isMerging()) return wait();
    running = prune(found, grace);
    await running;
  };

  const cancel = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };

  const wait = (): void => {
    cancel();
    timer = setTimeout(() => {
      timer = null;
      // A prune that fails leaves disk space taken, nothing else; the next one tries again.
      run(() => prunePending(graceMs)).catch(() => {});
    }, graceMs + 1000).unref();
  };

  return {
    prune,
    later: async (found) => {
      since = await found.version();
      wait();
    },
    now: async () => {
      if (timer === null) return;
      cancel();
      await run(() => prunePending(0)).catch(() => {});
    },
    idle: () => running.catch(() => undefined),
    cancel,
  };
};
