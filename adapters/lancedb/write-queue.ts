import type { PackedRows, Packs } from './packed-rows.ts';

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

/** How long a large job's puts wait for each other. */
export interface Gathering {
  /** A commit of so many rows is a sign of a large job: the next puts wait until there are as many again, */
  readonly rows: number;
  /** or until no put has come for so long, in milliseconds. */
  readonly quietMs: number;
  /** Where a commit costs next to nothing, no put waits. */
  readonly isCheap?: () => boolean;
}

/** A job that has paused for so long does not make others wait, in milliseconds. */
const forgottenAfterMs = 1000;
/** A put of fewer rows is a small sync's, or a job's last: it is written without waiting for more. */
const smallShare = 16;

/**
 * One writer. LanceDB commits optimistically: with several writers most of them lose and start again (measured: starvation).
 * @param commit writes the packs in one commit; no key is in two of them.
 * @param maxRows rows of a commit at most; a single larger put stays whole.
 * @param gathering commits of few rows cost a large table dearly: each rewrites the list of all that were before (measured at 180,000 rows:
 *   233 µs of processor time a row with 460 a commit, 55 when they wait for each other). Without it nothing waits.
 */
export const createWriteQueue = (
  commit: (packs: Packs) => Promise<void>,
  maxRows: number,
  gathering?: Gathering,
): WriteQueue => {
  const waiting: Entry[] = [];
  let working: Promise<void> | null = null;
  /** Ends the waiting for more puts, or begins its time anew. */
  let noticeArrival: (() => void) | null = null;
  let last = { rows: 0, at: Number.NEGATIVE_INFINITY };

  /** Whether the puts that wait are too few of a large job. */
  const mayGrow = ({ rows, isCheap }: Gathering): boolean => {
    if (isCheap?.() === true) return false;
    if (last.rows < rows / smallShare || performance.now() - last.at > forgottenAfterMs) return false;
    let count = 0;
    for (const entry of waiting) {
      if (entry.rows === null) return false;
      count += entry.rows.count;
    }
    return count < rows;
  };

  const gather = async (): Promise<void> => {
    if (gathering === undefined) return;
    let arrived = true;
    while (arrived && mayGrow(gathering))
      arrived = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), gathering.quietMs);
        noticeArrival = () => {
          clearTimeout(timer);
          resolve(true);
        };
      });
    noticeArrival = null;
  };

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
      await gather();
      const entries = take();
      const packs = entries.flatMap(({ rows }) => (rows === null ? [] : [rows]));
      try {
        const [first, ...others] = packs;
        if (first !== undefined) await commit([first, ...others]);
        else for (const { task } of entries) await task();
        last = { rows: packs.reduce((sum, { count }) => sum + count, 0), at: performance.now() };
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
      noticeArrival?.();
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
