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

interface Kept {
  readonly rows: number;
  readonly bytes: number;
}

const NOTHING: Kept = { rows: 0, bytes: 0 };

/** A commit of so many rows is a large job's. */
const LARGE = 1024;
/**
 * Each commit is a fragment of the table: 157,000 rows in commits of 2,048 have to be merged, which takes 3.1 s and 3.7 s of processor time, and with 8,192 they need not be. A search takes 13.3 ms
 * with 19 fragments, 13.0 with ten and 11.6 with one (p50, LanceDB alone; all measured).
 */
const ROWS = 8192;
/** Of long rows fewer are committed at once: they and LanceDB's copies of them are in memory then. */
const BYTES = 48 << 20;

/**
 * To be called by the table's one writer alone. A kill loses nothing: rows are in the file before their caller has an answer, and the file goes when they are in the table. Between the two they may be
 * in both, so `write` has to replace rows whose keys are there.
 * @param directory of the table.
 * @param write one commit of what `read` gives, which are its caller's to give back. May read again.
 */
export const createFirstFill = (
  directory: string,
  write: (table: Table, read: () => Promise<Packs>) => Promise<void>,
): FirstFill => {
  const journal = createRowJournal(join(directory, 'rows.journal'));
  /** What the file holds: its rows are in memory only when they are committed. Null: not looked up. */
  let kept: Kept | null = null;
  const keys = new Set<string>();
  let isFilling = false;

  const add = (to: Kept, packs: readonly PackedRows[]): Kept => {
    for (const rows of packs) for (const key of rows.keys) keys.add(key);
    return { rows: to.rows + sumOf(packs, ({ count }) => count), bytes: to.bytes + sumOf(packs, bytesOf) };
  };

  const lookUp = async (): Promise<Kept> => {
    const found = await journal.read();
    // A first pack that was cut off is of no one, and no commit would end the file.
    if (found.length === 0) await journal.clear();
    return add(NOTHING, found);
  };

  const readKept = async (): Promise<Packs> => {
    const found = await journal.read();
    const [first, ...others] = found;
    if (first !== undefined && sumOf(found, ({ count }) => count) === kept?.rows) return [first, ...others];
    // What is left of it comes with the next call; that some are missing is seen when the index is inspected.
    kept = null;
    keys.clear();
    throw new Error(`rows are not in the file any more in which they were kept: ${directory}/rows.journal`);
  };

  const bring = async (table: Table): Promise<void> => {
    kept ??= await lookUp();
    if (kept.rows === 0) return;
    await write(table, readKept);
    // Only then: with an error, what is kept is written and removed at the next call.
    await journal.clear();
    kept = NOTHING;
    keys.clear();
    collectRecentGarbage();
  };

  const isFull = ({ rows, bytes }: Kept): boolean => rows >= ROWS || bytes >= BYTES;

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
      kept = add(kept ?? NOTHING, packs);
      for (const rows of packs) for (const column of columnsOf(rows)) giveBack(column);
      if (isFull(kept)) await bring(table);
      return true;
    },
    flush: async (table) => {
      // What comes behind it may build indices: then a table is not new any more.
      isFilling = false;
      await bring(table);
    },
    isFilling: () => isFilling,
    holds: () => kept !== null && kept.rows > 0,
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
