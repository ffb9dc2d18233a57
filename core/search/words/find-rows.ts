import { mapAhead } from '../../manifest/pages/map-ahead.ts';
import { factsKey, rowKeysKey, shardKey, type WordRoot, type WordSegment } from '../../objects/word-roots.ts';
import { bm25, type WordStatistics } from '../rules/words/bm25.ts';
import { BLOCK_ROWS, type RowFacts, type RowKeys, readFacts, readKeys } from '../rules/words/row-table.ts';
import { openShard, type Postings, shardOf } from '../rules/words/shard.ts';

/** A row that has some of the words. */
export interface FoundRow {
  readonly blob: string;
  readonly ordinal: number;
  /** Larger is better. */
  readonly relevance: number;
}

export interface WordsAsked {
  /** Stems, each once. */
  readonly words: readonly string[];
  readonly limit: number;
  readonly blobs?: ReadonlySet<string> | undefined;
  readonly language?: string | undefined;
}

/** How a segment's objects are read. Throws ObjectMissingError and ObjectDamagedError. */
export type ReadObject = <Value>(
  key: string,
  parse: (text: string) => Value,
  bytesOf: (value: Value) => number,
) => Promise<Value>;

/** Objects of one search that are read at the same time. */
const READS_AT_ONCE = 32;

/** The rows that have any of the words, best first by BM25, each key once. Frequencies and lengths are those of all segments together. */
export const findRows = async (
  read: ReadObject,
  repositoryId: string,
  { segments }: WordRoot,
  asked: WordsAsked,
): Promise<readonly FoundRow[]> => {
  const statistics = {
    rows: segments.reduce((sum, { rows }) => sum + rows, 0),
    words: segments.reduce((sum, { words }) => sum + words, 0),
  };
  const found = await readLists(read, repositoryId, segments, asked.words);
  const holders = new Map<string, number>();
  for (const { word, postings } of found) holders.set(word, (holders.get(word) ?? 0) + (postings?.count ?? 0));
  const best = await Array.fromAsync(
    mapAhead(segments, READS_AT_ONCE, async (segment) => {
      const lists = found.flatMap(({ segment: of, word, postings }) =>
        of === segment && postings !== null ? [{ postings, holders: holders.get(word) ?? 0 }] : [],
      );
      return lists.length === 0 ? [] : bestOf(read, repositoryId, segment, lists, statistics, asked);
    }),
  );
  const byKey = new Map<string, FoundRow>();
  for (const row of best.flat()) {
    const key = `${row.blob} ${row.ordinal}`;
    const known = byKey.get(key);
    if (known === undefined || known.relevance < row.relevance) byKey.set(key, row);
  }
  return [...byKey.values()].sort(compare).slice(0, asked.limit);
};

/** Each word's rows in each segment. The facts of the segments' rows, which scoring needs next, are read meanwhile. */
const readLists = async (
  read: ReadObject,
  repositoryId: string,
  segments: readonly WordSegment[],
  words: readonly string[],
) => {
  if (words.length > 0) for (const segment of segments) factsOf(read, repositoryId, segment).catch(() => undefined);
  const places = segments.flatMap((segment) => words.map((word) => ({ segment, word })));
  return Array.fromAsync(
    mapAhead(places, READS_AT_ONCE, async ({ segment, word }) => {
      const key = shardKey(repositoryId, segment, shardOf(word, segment.shards.length));
      return { segment, word, postings: (await read(key, openShard, (shard) => shard.characters)).find(word) };
    }),
  );
};

/** Has what findRows reads first read by now, for a caller whose reads are kept. */
export const readAhead = async (
  read: ReadObject,
  repositoryId: string,
  { segments }: WordRoot,
  words: readonly string[],
): Promise<void> => {
  await readLists(read, repositoryId, segments, words);
};

const factsOf = (read: ReadObject, repositoryId: string, segment: WordSegment): Promise<RowFacts> =>
  read(
    factsKey(repositoryId, segment),
    (text) => readFacts(text, segment.rows),
    ({ lengths }) => lengths.byteLength * 2,
  );

const compare = (a: FoundRow, b: FoundRow): number =>
  b.relevance - a.relevance || (a.blob < b.blob ? -1 : a.blob > b.blob ? 1 : a.ordinal - b.ordinal);

interface WordList {
  readonly postings: Postings;
  readonly holders: number;
}

/** A segment's best rows, `limit` at most: what is among the best of all segments is among these. */
const bestOf = async (
  read: ReadObject,
  repositoryId: string,
  segment: WordSegment,
  lists: readonly WordList[],
  statistics: WordStatistics,
  { limit, blobs, language }: WordsAsked,
): Promise<readonly FoundRow[]> => {
  const facts = await factsOf(read, repositoryId, segment);
  const keysOf = (block: number): Promise<RowKeys> =>
    read(
      rowKeysKey(repositoryId, segment, block),
      (text) => readKeys(text, Math.min(BLOCK_ROWS, segment.rows - block * BLOCK_ROWS)),
      (keys) => keys.blobs.length * 60,
    );
  const passes = await rowTest(segment, facts, keysOf, blobs, language);
  const scores = new Float64Array(segment.rows);
  const rows: number[] = [];
  for (const { postings, holders } of lists) {
    const score = bm25(statistics, holders);
    postings.each((row, times) => {
      if (passes !== null && !passes(row)) return;
      if (scores[row] === 0) rows.push(row);
      scores[row] = (scores[row] ?? 0) + score(times, facts.lengths[row] ?? 0);
    });
  }
  const chosen = largest(rows, scores, limit);
  const blocks = new Map(
    await Promise.all(
      [...new Set(chosen.map((row) => Math.floor(row / BLOCK_ROWS)))].map(
        async (block) => [block, await keysOf(block)] as const,
      ),
    ),
  );
  return chosen.flatMap((row) => {
    const keys = blocks.get(Math.floor(row / BLOCK_ROWS));
    const blob = keys?.blobs[row % BLOCK_ROWS];
    return keys === undefined || blob === undefined
      ? []
      : [{ blob, ordinal: keys.ordinals[row % BLOCK_ROWS] ?? 0, relevance: scores[row] ?? 0 }];
  });
};

/** Null: every row passes. */
const rowTest = async (
  segment: WordSegment,
  facts: RowFacts,
  keysOf: (block: number) => Promise<RowKeys>,
  blobs: ReadonlySet<string> | undefined,
  language: string | undefined,
): Promise<((row: number) => boolean) | null> => {
  if (blobs === undefined && language === undefined) return null;
  const speaks = facts.languageLists.map((list) => language === undefined || list.includes(language));
  const keys = blobs === undefined ? [] : await Promise.all(segment.keys.map((_, block) => keysOf(block)));
  return (row) =>
    speaks[facts.languages[row] ?? 0] === true &&
    (blobs === undefined || blobs.has(keys[Math.floor(row / BLOCK_ROWS)]?.blobs[row % BLOCK_ROWS] ?? ''));
};

/** The rows of the largest scores, in no order. */
const largest = (rows: readonly number[], scores: Float64Array, limit: number): readonly number[] => {
  if (rows.length <= limit) return rows;
  const sorted = Float64Array.from(rows, (row) => scores[row] ?? 0).sort();
  const least = sorted[sorted.length - limit] ?? 0;
  const above = rows.filter((row) => (scores[row] ?? 0) > least);
  const equal = rows.filter((row) => scores[row] === least).sort((a, b) => a - b);
  return [...above, ...equal.slice(0, limit - above.length)];
};
