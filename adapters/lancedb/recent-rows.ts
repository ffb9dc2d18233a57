import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  /** Lets go of what is in memory: the file stays for the next process. */
  close(): void;
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

/** What it writes down of blobs: anything else in the file is of a write that was cut off. */
const isId = (text: string): boolean => /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text);

/**
 * @param file where the blobs are written down, a line a commit: else a process that begins anew for each sync would never put any together, and
 *   one of a hundred waited 10 s for the merge of a table of 160,000 rows (measured). It may be lost, or be of rows that are merged already: then a
 *   search takes longer, or rows are rewritten once more.
 */
export const createRecentRows = (file: string): RecentRows => {
  const blobs = new Set<string>();
  let commits = 0;
  let isRead = false;

  const read = (): void => {
    if (isRead) return;
    isRead = true;
    const lines = orNothing(() => readFileSync(file, 'utf8'))?.split('\n') ?? [];
    for (const line of lines) {
      const ids = line.split(' ').filter(isId);
      if (ids.length > 0) commits += 1;
      for (const id of ids) blobs.add(id);
    }
    if (blobs.size > MOST_BLOBS) forget();
  };

  const forget = (): void => {
    isRead = true;
    if (commits > 0) orNothing(() => rmSync(file, { force: true }));
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
    if (blobs.size > ENOUGH_BLOBS) return forget();
    commits = 1;
    orNothing(() => writeFileSync(file, lineOf(blobs)));
  };

  return {
    wrote: (packs) => {
      read();
      const written = new Set(packs.flatMap(({ keys }) => keys.map((key) => key.slice(0, key.lastIndexOf(':')))));
      commits += 1;
      for (const blob of written) blobs.add(blob);
      if (blobs.size > MOST_BLOBS) forget();
      else orNothing(() => appendFileSync(file, lineOf(written)));
    },
    isDue: () => {
      read();
      return commits >= COMMITS;
    },
    areSeveral: () => {
      read();
      return commits > 1;
    },
    gather: async (table) => {
      try {
        await gather(table);
      } catch (error) {
        forget();
        if (tellsOfDamage(error)) throw error;
      }
    },
    forget: () => {
      read();
      forget();
    },
    close: () => {
      blobs.clear();
      commits = 0;
      isRead = false;
    },
  };
};

const lineOf = (blobs: Iterable<string>): string => `${[...blobs].join(' ')}\n`;

/** What is kept in the file only makes searches and syncs faster: a disk that cannot take or give it is others' matter. */
const orNothing = <Answer>(act: () => Answer): Answer | undefined => {
  try {
    return act();
  } catch {
    return undefined;
  }
};
