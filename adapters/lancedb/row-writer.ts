import type { Table } from '@lancedb/lancedb';
import type * as arrow from 'apache-arrow';
import { giveBack } from '../../core/domain/give-back.ts';
import { collectRecentGarbage } from '../system/collect-garbage.ts';
import { columnsOf, type PackedRows, type Packs } from './packed-rows.ts';
import { blobPredicates } from './query.ts';
import { arrowTable } from './rows.ts';
import { givenStems, stemmed } from './stemmed-words.ts';

/** The one writer of a table's rows. */
export interface RowWriter {
  /**
   * One commit. A row whose key is in the table takes that row's place; no key may be in two packs.
   * @param isOwn the packs' memory is given back as soon as LanceDB has what it needs, whatever becomes of the commit.
   */
  write(table: Table, packs: Packs, isOwn?: boolean): Promise<void>;
  /** Lets go of what is known of the table; it is looked up again when that pays. */
  forget(): void;
}

/** One commit. A row whose key is in the table takes that row's place; no key may stand twice. */
export const mergeRows = async (table: Table, rows: arrow.Table): Promise<void> => {
  await table.mergeInsert(['blob', 'ordinal']).whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(rows);
};

/** Commits of so many rows are the work of a large job: then it pays to read once which blobs the table holds. */
const defaultLookFrom = 1000;

/**
 * Rows of blobs that the table does not hold are added: a merge looks for each key in all rows that the key's index does not
 * cover, so it takes longer with each one (56 µs a row on average over the first 30,000, 87 over 180,000; an add takes 45 to 55: measured). A small commit
 * asks the key's index for its blobs: to ask and add 12 rows to 157,000 takes 6 ms, and to merge them 23 to 40 (measured). An add also
 * meets a compaction beside it and both stand, where a merge undoes the compaction's work or waits for it. Sound only because no other writer writes to the
 * table: what is known is at least what is there. Anything in doubt is merged, and after an error nothing is known.
 */
export const createRowWriter = (lookFrom = defaultLookFrom): RowWriter => {
  /** At least the blobs that have rows in the table; null: not looked up. */
  let known: Set<string> | null = null;

  return {
    write: async (table, given, isOwn = false) => {
      const packs = (await givenStems(table)) ? withStems(given, isOwn) : given;
      const count = packs.reduce((sum, rows) => sum + rows.count, 0);
      const there = known ?? (count >= lookFrom ? await blobsIn(table) : null);
      // An error may come before or after the commit: only the table can tell then.
      known = null;
      const blobs = new Set(packs.flatMap((rows) => rows.keys.map(blobOf)));
      if (there === null) {
        if (await holdsAny(table, blobs)) await mergeRows(table, arrowTable(packs));
        else await table.add(arrowTable(packs));
        return;
      }
      if (there.isDisjointFrom(blobs)) await addRows(table, packs, isOwn);
      else await mergeRows(table, arrowTable(packs));
      for (const blob of blobs) there.add(blob);
      known = there;
    },
    forget: () => {
      known = null;
    },
  };
};

const withStems = ([first, ...others]: Packs, isOwn: boolean): Packs => {
  const replaced = (rows: PackedRows): PackedRows => {
    const words = stemmed(rows.words);
    if (isOwn) giveBack(rows.words.bytes);
    return { ...rows, words };
  };
  return [replaced(first), ...others.map(replaced)];
};

/** LanceDB has a copy of all rows, and one more as garbage, when it says for the first time how far it is with writing them. */
const addRows = async (table: Table, packs: Packs, isOwn: boolean): Promise<void> => {
  let holds = isOwn;
  const letGo = (): void => {
    if (!holds) return;
    holds = false;
    for (const rows of packs) for (const column of columnsOf(rows)) giveBack(column);
    collectRecentGarbage();
  };
  await table.add(arrowTable(packs), { progress: letGo });
  letGo();
};

const blobOf = (key: string): string => key.slice(0, key.lastIndexOf(':'));

const holdsAny = async (table: Table, blobs: ReadonlySet<string>): Promise<boolean> => {
  for (const predicate of blobPredicates([...blobs])) if ((await table.countRows(predicate)) > 0) return true;
  return false;
};

const blobsIn = async (table: Table): Promise<Set<string>> => {
  const blobs = new Set<string>();
  for await (const batch of table.query().select(['blob'])) {
    const column = batch.getChild('blob');
    for (let i = 0; i < batch.numRows; i++) blobs.add(column?.get(i) as string);
  }
  return blobs;
};
