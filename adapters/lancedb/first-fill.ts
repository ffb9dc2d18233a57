import { join } from 'node:path';
import type { Table } from '@lancedb/lancedb';
import { giveBack } from '../../core/domain/give-back.ts';
import { collectRecentGarbage } from '../system/collect-garbage.ts';
import { wordRowsIndexed } from './indices.ts';
import { columnsOf, type PackedRows, type Packs } from './packed-rows.ts';
import { createRowJournal } from './row-journal.ts';

/** Rows with which a large job fills a new table: they are safe in a file first, and come into the table many at a time. */
export interface FirstFill {
  /** Keeps the rows, if they are of such a job; false: they are to be written now, and what was kept is in the table. */
  takes(table: Table, packs: Packs): Promise<boolean>;
  /** Brings what is kept into the table. To be called before anything else is done to it. */
  flush(table: Table): Promise<void>;
  /** Whether rows are kept as they come, so that it does not matter how many come at once. */
  isFilling(): boolean;
  /** Whether this process keeps rows. What a killed one has left comes into the table before the next write. */
  holds(): boolean;
  /** What is kept is looked up again when it is needed; another table's by then. */
  forget(): void;
}

/** A commit of so many rows is a large job's. */
const LARGE = 1024;
/**
 * Each commit is a fragment of the table: 157,000 rows in commits of 2,048 have to be merged, which takes 3.1 s and 3.7 s of processor time, and with 8,192 they need not be. A search takes 13.3 ms
 * with 19 fragments, 13.0 with ten and 11.6 with one (p50, LanceDB alone; all measured).
 */
const ROWS = 8192;
/** Of long rows fewer are kept: they and LanceDB's copies of them are in memory. */
const BYTES = 48 << 20;

/**
 * To be called by the table's one writer alone. A kill loses nothing: rows are in the file before their caller has an answer, and the file goes when they are in the table. Between the two they may be
 * in both, so `write` has to replace rows whose keys are there.
 * @param directory of the table.
 * @param write one commit.
 */
export const createFirstFill = (directory: string, write: (table: Table, packs: Packs) => Promise<void>): FirstFill => {
  const journal = createRowJournal(join(directory, 'rows.journal'));
  /** Null: not looked up. */
  let kept: PackedRows[] | null = null;
  const keys = new Set<string>();
  let isFilling = false;

  const lookUp = async (): Promise<PackedRows[]> => {
    const found = await journal.read();
    for (const rows of found) for (const key of rows.keys) keys.add(key);
    // A first pack that was cut off is of no one, and no commit would end the file.
    if (found.length === 0) await journal.clear();
    return found;
  };

  const bring = async (table: Table): Promise<void> => {
    kept ??= await lookUp();
    const [first, ...others] = kept;
    if (first === undefined) return;
    await write(table, [first, ...others]);
    // Only then: with an error, what is kept is written and removed at the next call.
    await journal.clear();
    for (const rows of kept) for (const column of columnsOf(rows)) giveBack(column);
    kept = [];
    keys.clear();
    collectRecentGarbage();
  };

  const isFull = (packs: readonly PackedRows[]): boolean =>
    sumOf(packs, ({ count }) => count) >= ROWS || sumOf(packs, bytesOf) >= BYTES;

  return {
    takes: async (table, packs) => {
      // Of one key the last row counts, and a commit has room for one.
      if (kept === null || packs.some((rows) => rows.keys.some((key) => keys.has(key)))) await bring(table);
      isFilling ||= sumOf(packs, ({ count }) => count) >= LARGE && (await wordRowsIndexed(table)) === 0;
      if (!isFilling) {
        await bring(table);
        return false;
      }
      await journal.append(packs);
      kept = [...(kept ?? []), ...packs];
      for (const rows of packs) for (const key of rows.keys) keys.add(key);
      if (isFull(kept)) await bring(table);
      return true;
    },
    flush: async (table) => {
      // What comes behind it may build indices: then a table is not new any more.
      isFilling = false;
      await bring(table);
    },
    isFilling: () => isFilling,
    holds: () => kept !== null && kept.length > 0,
    forget: () => {
      void journal.close().catch(() => undefined);
      kept = null;
      keys.clear();
      isFilling = false;
    },
  };
};

const sumOf = (packs: readonly PackedRows[], of: (rows: PackedRows) => number): number =>
  packs.reduce((sum, rows) => sum + of(rows), 0);

const bytesOf = ({ texts, words, vectors }: PackedRows): number =>
  texts.bytes.length + words.bytes.length + vectors.byteLength;
