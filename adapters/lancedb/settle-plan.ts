/** What is known of a generation's table when it is to be settled. */
export interface TableState {
  readonly rows: number;
  readonly fragments: number;
  /** Versions kept on disk: each commit adds one. */
  readonly versions: number;
  /** Rows that the word index covers, and those it does not (they are found by scanning). */
  readonly wordsIndexed: number;
  readonly wordsUnindexed: number;
  /** Null without a vector index; else of how many parts it consists: each refresh adds one. */
  readonly vectorParts: number | null;
}

export interface SettlePlan {
  /** Merge fragments, bring every index up to date, remove old versions. */
  readonly optimize: boolean;
  /** Build the word and key indices from nothing. */
  readonly buildWords: boolean;
  readonly buildVectors: boolean;
}

/**
 * Rows left to scanning: each costs a word query about 27 µs (measured), so at most 54 ms. A refresh merges the whole
 * word index (1.6 s at 100,000 rows, however few are new), so it must not come with every small sync.
 */
const maxUnindexed = 2000;
/**
 * A query spends about 0.2 ms on every fragment; merging them rewrites the whole table (below a million rows), which takes
 * 30 µs of processor time a row, and some 100 µs where indices must follow the rows that moved (measured at 30,000 and 180,000 rows).
 */
const maxFragments = 64;
/** Right before its first indices are built a table is never as cheap to merge again. */
const maxFragmentsAtFirst = 8;
/**
 * Fragments beside these that a table may have for its size: a first fill leaves one for each 8,192 rows (first-fill.ts), and a few smaller ones. They cost a search 0.1 ms each, and
 * 157,000 rows of them 3.7 s of processor time to merge (measured).
 */
const fragmentsOfFill = (rows: number): number => Math.min(32, Math.floor(rows / 4096));
/** A version is a manifest of some kilobytes, and a name in a folder that each search lists. A small sync makes two or three. */
const maxVersions = 1024;
/** Below, a scan of the vectors is fast enough (0.1 s at 50,000 × 512) and exact. */
const minVectorRows = 50_000;
/** A query visits every part. */
const maxVectorParts = 12;

/**
 * A sync that waits for such a refresh of a large table waits long: 23 s for 310,000 rows, when 50 small syncs came without a rest of two seconds (measured). So beyond the limit
 * the word index is built anew beside the next syncs, and a sync waits for a refresh only where that has not helped, beyond so many times as many rows.
 */
const patience = 4;

/** The same limits for a table at rest, where no job waits for the merge: what a search spends beyond them is 7 ms, 5 ms and nothing. */
const quiet = { unindexed: 250, fragments: 24, versions: 128, vectorParts: 6 };
/** A merge costs some 50 µs of processor time for each row of the table (measured), so a large one waits for more: a thousandth of its rows. */
const quietShare = 1000;

/** What is merged when a table has been at rest for a while: it only makes searches faster. */
export const planUpkeep = (state: TableState): Pick<SettlePlan, 'optimize' | 'buildVectors'> => ({
  optimize:
    state.wordsIndexed > 0 &&
    (state.wordsUnindexed > Math.max(quiet.unindexed, state.rows / quietShare) ||
      state.fragments > quiet.fragments + fragmentsOfFill(state.rows) ||
      state.versions > quiet.versions),
  buildVectors: state.vectorParts !== null && state.vectorParts > quiet.vectorParts,
});

/** Whether so many rows are left to scanning that their index is not left for a time of rest. */
export const isOverdue = ({ wordsIndexed, wordsUnindexed }: TableState): boolean =>
  wordsUnindexed > maxUnindexed && wordsUnindexed <= wordsIndexed;

/** What a job waits for, in proportion to what changed: nothing at all after a small change. */
export const planSettle = (state: TableState): SettlePlan => {
  // More new than old: building is cheaper than merging, and spares the merge of what compaction moved.
  const buildWords = state.wordsUnindexed > state.wordsIndexed;
  const tolerated = state.wordsIndexed === 0 && buildWords ? maxFragmentsAtFirst : maxFragments;
  const fragmented = state.fragments > tolerated + fragmentsOfFill(state.rows) || state.versions > maxVersions;
  return {
    buildWords,
    optimize: fragmented || (!buildWords && state.wordsUnindexed > maxUnindexed * patience),
    buildVectors: state.rows >= minVectorRows && (state.vectorParts === null || state.vectorParts > maxVectorParts),
  };
};
