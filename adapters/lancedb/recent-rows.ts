import type { Table } from '@lancedb/lancedb';
import { tellsOfDamage } from './inspection.ts';
import type { PackedRows } from './packed-rows.ts';
import { blobPredicates } from './query.ts';
import { mergeRows } from './row-writer.ts';

/** The rows of small commits, each of which is a fragment of the table. */
export interface RecentRows {
  wrote(packs: readonly PackedRows[]): void;
  /** Whether so many commits have come together that it pays to put their rows into one fragment. */
  isDue(): boolean;
  /** Whether there are several: worth it while nothing else is to be done. */
  areSeveral(): boolean;
  /**
   * Puts them together. One commit: the table holds the same rows before and after it, and a kill leaves one or the other. It only makes searches
   * faster: but for damage, an error is no one's, and the rows are left to the merge of the whole table.
   */
  gather(table: Table): Promise<void>;
  /** A merge of the whole table is about to take them. */
  forget(): void;
}

/**
 * A search pays for each fragment that the indices do not hold, and hardly for its rows: both rankings take 8 to 10 ms with none, 10 to 12 with one of 300 rows or with four,
 * and 14 with sixteen. A put that looks for its keys pays more. To put 250 rows into one fragment takes 70 ms, and merging the whole table 10 s (all measured, 157,000 rows):
 * so the small ones are put together long before that is due. With 4 in place of 16, one of three small syncs waits for it (0.34 to 0.37 s in place of 0.29, median, measured).
 */
const COMMITS = 16;
/** Blobs of a fragment that is large enough: it is left as it is, so that each time costs much the same. */
const ENOUGH_BLOBS = 400;
/** Blobs that are remembered: more are a large job's, whose fragments are not small. */
const MOST_BLOBS = 2000;

export const createRecentRows = (): RecentRows => {
  const blobs = new Set<string>();
  let commits = 0;

  const forget = (): void => {
    blobs.clear();
    commits = 0;
  };

  const gather = async (table: Table): Promise<void> => {
    const columns = (await table.schema()).fields.map(({ name }) => name);
    for (const predicate of blobPredicates([...blobs])) {
      const rows = await table.query().where(predicate).select(columns).toArrow();
      // Each of them may be deleted by now.
      if (rows.numRows > 0) await mergeRows(table, rows);
    }
    if (blobs.size > ENOUGH_BLOBS) forget();
    else commits = 1;
  };

  return {
    wrote: (packs) => {
      commits += 1;
      for (const { keys } of packs) for (const key of keys) blobs.add(key.slice(0, key.lastIndexOf(':')));
      if (blobs.size > MOST_BLOBS) forget();
    },
    isDue: () => commits >= COMMITS,
    areSeveral: () => commits > 1,
    gather: async (table) => {
      try {
        await gather(table);
      } catch (error) {
        forget();
        if (tellsOfDamage(error)) throw error;
      }
    },
    forget,
  };
};
