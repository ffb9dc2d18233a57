import { MatchQuery, type Table } from '@lancedb/lancedb';
import type * as arrow from 'apache-arrow';
import type { IndexHit, IndexQuery, IndexRow } from '../../core/ports/search-index.ts';
import { wordsAskedFor } from '../../core/search/rules/query-words.ts';
import { fuseRankings } from '../../core/search/rules/score-fusion.ts';
import { wordStem } from '../../core/search/rules/word-stem.ts';
import { PROBES } from './indices.ts';
import { joinLanguages, splitLanguages } from './packed-rows.ts';
import { givenStems } from './stemmed-words.ts';

/** A row as a ranking names it: its place in the table. */
interface RankedRow {
  readonly id: bigint;
  readonly relevance: number;
}

type Row = Omit<IndexHit, 'score'>;

const columns = ['blob', 'ordinal', 'start_line', 'end_line', 'text'];
/** Words of a query that count; a pasted file must not become a query of ten thousand terms. */
const maxTerms = 64;
/** Lists are split so that a predicate stays small: parsing is not linear. */
const maxOids = 500;
/**
 * The index holds one bit a dimension: of so many times the wanted, the true distance decides. Each is read from the table: with 4 in place of 2 a search takes a seventh
 * more, and of the first 10, 50 and 100 nearest of 157,000 rows it finds 1.00, 1.00 and 0.98 in place of 1.00, 0.98 and 0.92 (measured).
 */
const refineFactor = 2;

/** Predicates that together select these blobs' rows. */
export const blobPredicates = (oids: readonly string[]): string[] => {
  const predicates: string[] = [];
  for (let from = 0; from < oids.length; from += maxOids)
    predicates.push(blobPredicate(oids.slice(from, from + maxOids)));
  return predicates;
};

/** The first row of each of these blobs. */
export const firstRowPredicate = (oids: readonly string[]): string => `ordinal = 0 AND ${blobPredicate(oids)}`;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const blobPredicate = (oids: readonly string[]): string => `blob IN (${oids.map(literal).join(', ')})`;

/** What a row must hold to be asked for; null: nothing. */
const rowPredicate = ({ blobs, language }: IndexQuery): string | null => {
  const parts = [
    ...(blobs === undefined ? [] : [blobPredicate(blobs)]),
    ...(language === undefined ? [] : [`contains(languages, ${literal(joinLanguages([language]))})`]),
  ];
  return parts.length === 0 ? null : parts.join(' AND ');
};

/** All rows of these blobs. */
export const readRows = async (table: Table, oids: readonly string[]): Promise<IndexRow[]> => {
  const rows: IndexRow[] = [];
  for (const predicate of blobPredicates(oids)) {
    const found = await table
      .query()
      .where(predicate)
      .select([...columns, 'languages', 'vector'])
      .toArrow();
    for (const batch of found.batches) {
      const vectors = vectorsOf(batch);
      const languages = batch.getChild('languages');
      const dimensions = vectors.length / Math.max(1, batch.numRows);
      rowsOf(batch).forEach((hit, i) => {
        const named = splitLanguages(languages?.get(i) as string);
        rows.push({ ...hit, languages: named, vector: vectors.subarray(i * dimensions, (i + 1) * dimensions) });
      });
    }
  }
  return rows;
};

/**
 * Both rankings fused. They name rows, and the texts of those that are left are read once: to read 100 texts with each ranking takes 4 ms more of
 * processor time (measured, 157,000 rows).
 */
export const queryRows = async (table: Table, query: IndexQuery): Promise<IndexHit[]> => {
  const named = await askBoth(table, query, []);
  const best = fuse(named, query.limit);
  const rows = await takeRows(table, best);
  if (rows.size === best.length) return hitsOf(best, rows);
  // Since they were named some were deleted, or a merge has given them other places: each ranking brings its rows itself, of one version.
  const found = await askBoth(table, query, columns);
  return hitsOf(fuse(found, query.limit), rowsById([...found.byWords, ...found.byVector]));
};

interface Rankings {
  readonly byWords: readonly arrow.RecordBatch[];
  readonly byVector: readonly arrow.RecordBatch[];
}

const askBoth = async (table: Table, query: IndexQuery, select: readonly string[]): Promise<Rankings> => {
  const asked = wordsAskedFor(query.words).slice(0, maxTerms);
  const terms = (await givenStems(table)) ? [...new Set(asked.map(wordStem))] : asked;
  const [byWords, byVector] = await Promise.all([
    terms.length === 0 ? [] : queryWords(table, terms, query, select),
    queryVectors(table, query, select),
  ]);
  return { byWords, byVector };
};

const queryWords = async (table: Table, terms: readonly string[], query: IndexQuery, select: readonly string[]) => {
  // An object, not the query syntax: nothing in the words can be an operator.
  const search = table.query().fullTextSearch(new MatchQuery(terms.join(' '), 'words'));
  const predicate = rowPredicate(query);
  if (predicate !== null) search.where(predicate);
  const found = await search
    .withRowId()
    .select([...select, '_score'])
    .limit(query.limit)
    .toArrow();
  return found.batches;
};

const queryVectors = async (table: Table, query: IndexQuery, select: readonly string[]) => {
  const search = table.vectorSearch(query.vector).distanceType('dot').nprobes(PROBES).refineFactor(refineFactor);
  const predicate = rowPredicate(query);
  if (predicate !== null) search.where(predicate);
  // Few rows: a scan is exact, where the index would look into partitions that hold none of them.
  if (query.blobs !== undefined) search.bypassVectorIndex();
  // Few rows or most of them: as many partitions as it takes.
  else if (query.language !== undefined) search.maximumNprobes(0);
  const found = await search
    .withRowId()
    .select([...select, '_distance'])
    .limit(query.limit)
    .toArrow();
  return found.batches;
};

type Best = readonly { readonly hit: RankedRow; readonly score: number }[];

const fuse = ({ byWords, byVector }: Rankings, limit: number): Best =>
  fuseRankings(
    rankedOf(byWords, '_score', (score) => score),
    // Of vectors of unit length: 1 less their dot product.
    rankedOf(byVector, '_distance', (distance) => 1 - distance),
    limit,
    ({ id }) => id,
  );

const rankedOf = (
  batches: readonly arrow.RecordBatch[],
  column: string,
  relevanceOf: (value: number) => number,
): RankedRow[] =>
  batches.flatMap((batch) => {
    const relevance = batch.getChild(column);
    return idsOf(batch).map((id, i) => ({ id, relevance: relevanceOf(relevance?.get(i) as number) }));
  });

/** Those of the rows that are still in their places. A place is never given to another row. */
const takeRows = async (table: Table, best: Best): Promise<ReadonlyMap<bigint, Row>> => {
  if (best.length === 0) return new Map();
  const ids = best.map(({ hit }) => hit.id);
  const found = await table.takeRowIds(ids).withRowId().select(columns).toArrow();
  return rowsById(found.batches);
};

const rowsById = (batches: readonly arrow.RecordBatch[]): ReadonlyMap<bigint, Row> => {
  const rows = new Map<bigint, Row>();
  for (const batch of batches) {
    const read = rowsOf(batch);
    idsOf(batch).forEach((id, i) => {
      rows.set(id, read[i] as Row);
    });
  }
  return rows;
};

const hitsOf = (best: Best, rows: ReadonlyMap<bigint, Row>): IndexHit[] =>
  best.map(({ hit, score }) => ({ ...(rows.get(hit.id) as Row), score }));

const idsOf = (batch: arrow.RecordBatch): bigint[] => {
  const ids = batch.getChild('_rowid');
  return Array.from({ length: batch.numRows }, (_, i) => ids?.get(i) as bigint);
};

const rowsOf = (batch: arrow.RecordBatch): Row[] => {
  const [blob, ordinal, startLine, endLine, text] = columns.map((name) => batch.getChild(name));
  return Array.from({ length: batch.numRows }, (_, i) => ({
    blob: blob?.get(i) as string,
    ordinal: ordinal?.get(i) as number,
    startLine: startLine?.get(i) as number,
    endLine: endLine?.get(i) as number,
    text: text?.get(i) as string,
  }));
};

/** The batch's vectors, one after the other, in a buffer of their own. */
const vectorsOf = (batch: arrow.RecordBatch): Float32Array => {
  const list = batch.getChild('vector')?.data[0] as arrow.Data<arrow.FixedSizeList<arrow.Float16>>;
  const halves = list.children[0]?.values as Uint16Array<ArrayBuffer>;
  const dimensions = list.type.listSize;
  const own = halves.slice(list.offset * dimensions, (list.offset + list.length) * dimensions);
  return new Float32Array(new Float16Array(own.buffer));
};
