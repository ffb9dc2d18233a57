import type { PackedRows } from './lance-rows.ts';

/** The writes of one generation, one after the other in the order they came. */
export interface WriteQueue {
  /** Waits for the commit that holds these rows. Puts that wait together go into one commit. */
  put(rows: PackedRows): Promise<void>;
  /** Runs alone, after the writes before it. */
  run<T>(task: () => Promise<T>): Promise<T>;
  /** When everything so far has been done, failed or not. */
  idle(): Promise<void>;
}

interface Entry {
  readonly rows: PackedRows | null;
  readonly task: () => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One writer. LanceDB commits optimistically: with several writers most of them lose and start again (measured: starvation).
 * @param commit writes the packs in one commit; no key stands in two of them.
 * @param maxRows rows of a commit at most; a single larger put stays whole.
 */
export const createWriteQueue = (
  commit: (packs: readonly PackedRows[]) => Promise<void>,
  maxRows: number,
): WriteQueue => {
  const waiting: Entry[] = [];
  let working: Promise<void> | null = null;

  /** The next entry; with a put, those puts right behind it that fit into the same commit. */
  const take = (): Entry[] => {
    const taken = waiting.splice(0, 1);
    let rows = taken[0]?.rows ?? null;
    if (rows === null) return taken;
    let count = rows.count;
    const keys = new Set(rows.keys);
    for (;;) {
      rows = waiting[0]?.rows ?? null;
      if (rows === null || count + rows.count > maxRows || rows.keys.some((key) => keys.has(key))) return taken;
      count += rows.count;
      for (const key of rows.keys) keys.add(key);
      taken.push(...waiting.splice(0, 1));
    }
  };

  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      const entries = take();
      const packs = entries.flatMap(({ rows }) => (rows === null ? [] : [rows]));
      try {
        if (packs.length > 0) await commit(packs);
        else for (const { task } of entries) await task();
        for (const { resolve } of entries) resolve();
      } catch (error) {
        for (const { reject } of entries) reject(error);
      }
    }
    working = null;
  };

  const enqueue = (rows: PackedRows | null, task: () => Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ rows, task, resolve, reject });
      // Not at once: puts of the same turn shall meet in one commit.
      working ??= Promise.resolve().then(work);
    });

  return {
    put: (rows) => enqueue(rows, async () => {}),
    run: async <T>(task: () => Promise<T>) => {
      let result: { value: T } | null = null;
      await enqueue(null, async () => {
        result = { value: await task() };
      });
      return (result as unknown as { value: T }).value;
    },
    idle: async () => {
      while (working !== null) await working;
    },
  };
};
