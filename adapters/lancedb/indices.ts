import { Index, type Table } from '@lancedb/lancedb';
import type { TableState } from './settle-plan.ts';
import { givenStems } from './stemmed-words.ts';

const wordsIndex = 'words_idx';
const vectorIndex = 'vector_idx';

/**
 * The words column holds tokens already (code-tokens), or their stems (stemmed-words.ts): nothing is folded or left out, as names such as `for` or `is` matter in code. They are
 * indexed by their stems, so that `parsing` finds `parse`; an index that an older version made has none, and is asked as it was made.
 * On an empty table the index holds nothing yet, but rows put later are scanned by its rules.
 */
export const buildWordIndices = async (table: Table): Promise<void> => {
  await table.createIndex('blob', { config: Index.btree(), replace: true });
  await table.createIndex('words', {
    config: Index.fts({
      baseTokenizer: 'whitespace',
      lowercase: false,
      language: 'English',
      stem: !(await givenStems(table)),
      removeStopWords: false,
      asciiFolding: false,
      withPosition: false,
      maxTokenLength: 1000,
    }),
    replace: true,
  });
};

export const dropWordIndex = (table: Table): Promise<void> => table.dropIndex(wordsIndex);

/** Partitions of the vector index that a query looks into. */
export const PROBES = 20;
const ROWS_IN_PARTITION = 16_384;
/** The codes of so many rows are looked through for a query: 500,000 of them, all, take no longer than 183,000 (search p50 24.4 and 25.3 ms, measured). */
const MOST_LOOKED_THROUGH = 1_000_000;

/**
 * As many partitions as a query looks into, or fewer, while the table is not larger than what it may look through: then the codes of all rows are compared. LanceDB's own
 * number (a partition for each 4,096 rows) makes a query miss a sixth of the ten nearest at 157,000 rows, and takes four times the processor time to build (measured).
 */
export const partitionsOf = (rows: number): number =>
  Math.max(1, Math.min(PROBES, Math.ceil(rows / ROWS_IN_PARTITION)), Math.floor(rows / (MOST_LOOKED_THROUGH / PROBES)));

/** Where partitions are is found on so many rows of each, in so many rounds: no row is missed by it, and LanceDB's own 256 and 50 take half as much processor time again for the whole index (measured). */
const training = { sampleRate: 64, maxIterations: 10 };

/** Vectors are of unit length: their dot product ranks as the cosine does, and a zero vector is no special case. */
export const buildVectorIndex = async (table: Table): Promise<void> => {
  const numPartitions = partitionsOf(await table.countRows());
  await table.createIndex('vector', {
    config: Index.ivfRq({ distanceType: 'dot', numPartitions, ...training }),
    replace: true,
  });
};

/** @param versions how many are kept on disk. */
export const readTableState = async (table: Table, versions: number): Promise<TableState> => {
  const [stats, words, vectors] = await Promise.all([
    table.stats(),
    table.indexStats(wordsIndex),
    table.indexStats(vectorIndex),
  ]);
  return {
    rows: stats.numRows,
    fragments: stats.fragmentStats.numFragments,
    versions,
    wordsIndexed: words?.numIndexedRows ?? 0,
    wordsUnindexed: words?.numUnindexedRows ?? stats.numRows,
    vectorParts: vectors === undefined ? null : (vectors.numIndices ?? 1),
  };
};

/** How many rows the word index covers; null without one. */
export const wordRowsIndexed = async (table: Table): Promise<number | null> =>
  (await table.indexStats(wordsIndex))?.numIndexedRows ?? null;

export const hasWordIndex = async (table: Table): Promise<boolean> =>
  (await table.indexStats(wordsIndex)) !== undefined;
