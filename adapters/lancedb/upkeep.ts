import type { Table } from '@lancedb/lancedb';
import { buildVectorIndex, readTableState } from './indices.ts';
import type { SettlePlan, TableState } from './settle-plan.ts';

/** Merges what many small syncs leave behind, when the table has been at rest for a while. */
export interface Upkeep {
  /** A job's writes have been settled. `isOverdue`: the word index is built anew at once, beside the next job's. */
  settled(isOverdue?: boolean): void;
  /** Waits for a merge under way: before whatever must not meet one. */
  idle(): Promise<void>;
  /** Whether a merge is under way. */
  isMerging(): boolean;
  /** Begins nothing until the next `settled`, and waits for a merge under way; returns whether there was one. */
  stop(): Promise<boolean>;
}

export interface UpkeepParts {
  /** Null when there is none. */
  readonly table: () => Promise<Table | null>;
  readonly versions: () => Promise<number>;
  readonly plan: (state: TableState) => Pick<SettlePlan, 'optimize' | 'buildVectors'>;
  /** How long nothing may have been written, in milliseconds. */
  readonly quietMs: number;
  /** How many writes there have been: more after a merge than before it, and it met one. */
  readonly writes: () => number;
  /** Whether a process that is gone has left more behind than the table itself takes: it was killed before it could remove what a merge had replaced. */
  readonly isCluttered: () => Promise<boolean>;
  /** Waits for a prune under way, which would take the files of a merge for left over. */
  readonly pruned: () => Promise<void>;
  /** Called where nothing is to be merged. What it does is waited for by no one here. */
  readonly rested: () => void;
  /** Brings the word index up to date, with what writes can continue beside: they do not end a build, as they end a merge. */
  readonly catchUp: (table: Table) => Promise<void>;
  /** Called before a merge. */
  readonly merging: () => void;
  /** Called after a merge that met no write: what it replaced may be removed. */
  readonly merged: (table: Table) => Promise<void>;
}

/** How long the next build that is overdue waits, for each second that the last one took. */
const IDLE_SHARE = 10;

/**
 * A merge waits for a time of rest; where too many rows are left to scanning before there is one, their index is built beside the jobs.
 *
 * Rows neither come nor go by it, and the one process that writes to the table does it, so it needs no job and no lock. Writes do not wait for it: LanceDB
 * carries them over (rows added meanwhile stay as they are, deletes are done on what was merged), and the one that cannot be carried over is tried
 * again by its caller. It removes no file, and what does is not begun beside it. A merge that fails leaves the table as it was.
 */
export const createUpkeep = ({
  table,
  versions,
  plan,
  quietMs,
  writes,
  isCluttered,
  pruned,
  rested,
  catchUp,
  merging,
  merged,
}: UpkeepParts): Upkeep => {
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;

  /** A merge met writes: what it replaced is still there, and goes with the next one. */
  let owed = false;
  let isFirst = true;
  /** One that has not helped is not begun again at once: it would take the processor from the jobs that it is to spare. */
  let hurriesFrom = 0;
  /** One is due or under way. Each job that ends meanwhile asks for it too: behind one another they would take as long as all of these. */
  let isHurrying = false;
  let stops = 0;

  const merge = async (since: number): Promise<void> => {
    const found = await table();
    // Written since: that job's settle comes.
    if (found === null || writes() !== since) return;
    owed ||= isFirst && (await isCluttered());
    isFirst = false;
    const { optimize, buildVectors } = plan(await readTableState(found, await versions()));
    if (!optimize && !buildVectors && !owed) {
      rested();
      return;
    }
    await pruned();
    const before = writes();
    merging();
    // LanceDB merges no fragment that the indices hold with one that they do not: the second time they hold all, and one is left. Else the prune
    // would do that, and writes wait for the prune.
    if (optimize || owed) for (let time = 0; time < 2; time++) await found.optimize();
    if (buildVectors) await buildVectorIndex(found);
    owed = writes() !== before;
    if (!owed) await merged(found);
  };

  const cancel = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const idle = async (): Promise<void> => {
    await running;
  };

  /** One at a time: what comes due meanwhile begins behind it. */
  const begin = (work: () => Promise<void>): void => {
    const stopsBefore = stops;
    const mine: Promise<void> = idle()
      .then(() => (stops === stopsBefore ? work() : undefined))
      .catch(() => undefined)
      .finally(() => {
        if (running === mine) running = null;
      });
    running = mine;
  };
  const after = (milliseconds: number, work: () => Promise<void>): void => {
    cancel();
    timer = setTimeout(() => {
      timer = null;
      begin(work);
    }, milliseconds).unref();
  };

  const hurry = async (): Promise<void> => {
    const found = await table();
    if (found === null) return;
    await pruned();
    // What it replaces goes with the next merge.
    owed = true;
    const begun = performance.now();
    await catchUp(found).finally(() => {
      const ended = performance.now();
      hurriesFrom = ended + IDLE_SHARE * (ended - begun);
    });
  };
  const hurryThenMerge = async (since: number): Promise<void> => {
    const stopsBefore = stops;
    // Where it fails, the merge does what it should have done.
    await hurry().catch(() => undefined);
    if (stops === stopsBefore) isHurrying = false;
    if (timer === null && stops === stopsBefore) after(quietMs, () => merge(since));
  };

  return {
    settled: (isOverdue = false) => {
      const since = writes();
      if (isOverdue && !isHurrying && performance.now() >= hurriesFrom) {
        cancel();
        isHurrying = true;
        begin(() => hurryThenMerge(since));
      } else after(quietMs, () => merge(since));
    },
    idle,
    isMerging: () => running !== null,
    stop: async () => {
      stops += 1;
      isHurrying = false;
      cancel();
      const merging = running !== null;
      await idle();
      return merging;
    },
  };
};
