import { MatchQuery, type Table } from '@lancedb/lancedb';
import type * as arrow from 'apache-arrow';
import type { IndexHit, IndexQuery, IndexRow } from '../../core/ports/search-index.ts';
import { wordsAskedFor } from '../../core/search/rules/query-words.ts';
import { fuseRankings } from '../../core/search/rules/score-fusion.ts';
import { joinLanguages, splitLanguages } from './packed-rows.ts';

interface RankedHit extends Omit<IndexHit, 'score'> {
  readonly relevance: number;
}

const columns = ['blob', 'ordinal', 'start_line', 'end_line', 'text'];
/** Words of a query that count; a pasted file must not become a query of ten thousand terms. */
const maxTerms = 64;
/** Lists are split so that a predicate stays small: parsing is not linear. */
const maxOids = 500;
/** The index holds one bit a dimension: of so many times the wanted, the true distance decides. */
const refineFactor = 4;

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
      hitsOf(batch).forEach((hit, i) => {
        const named = splitLanguages(languages?.get(i) as string);
        rows.push({ ...hit, languages: named, vector: vectors.subarray(i * dimensions, (i + 1) * dimensions) });
      });
    }
  }
  return rows;
};

/** Both rankings fused. */
export const queryRows = async (table: Table, query: IndexQuery): Promise<IndexHit[]> => {
  const terms = wordsAskedFor(query.words).slice(0, maxTerms);
  const [byWords, byVector] = await Promise.all([
    terms.length === 0 ? [] : queryWords(table, terms, query),
    queryVectors(table, query),
  ]);
  return fuseRankings(byWords, byVector, query.limit).map(({ hit: { relevance: _, ...hit }, score }) => ({
    ...hit,
    score,
  }));
};

const queryWords = async (table: Table, terms: readonly string[], query: IndexQuery): Promise<RankedHit[]> => {
  // An object, not the query syntax: nothing in the words can be an operator.
  const search = table.query().fullTextSearch(new MatchQuery(terms.join(' '), 'words'));
  const predicate = rowPredicate(query);
  if (predicate !== null) search.where(predicate);
  const found = await search
    .select([...columns, '_score'])
    .limit(query.limit)
    .toArrow();
  return rankedOf(found.batches, '_score', (score) => score);
};

const queryVectors = async (table: Table, query: IndexQuery): Promise<RankedHit[]> => {
  const search = table.vectorSearch(query.vector).distanceType('dot').refineFactor(refineFactor);
  const predicate = rowPredicate(query);
  if (predicate !== null) search.where(predicate);
  // Few rows: a scan is exact, where the index would look into partitions that hold none of them.
  if (query.blobs !== undefined) search.bypassVectorIndex();
  // Few rows or most of them: as many partitions as it takes.
  else if (query.language !== undefined) search.maximumNprobes(0);
  const found = await search
    .select([...columns, '_distance'])
    .limit(query.limit)
    .toArrow();
  // Of vectors of unit length: 1 less their dot product.
  return rankedOf(found.batches, '_distance', (distance) => 1 - distance);
};

const rankedOf = (
  batches: readonly arrow.RecordBatch[],
  column: string,
  relevanceOf: (value: number) => number,
): RankedHit[] =>
  batches.flatMap((batch) => {
    const relevance = batch.getChild(column);
    return hitsOf(batch).map((hit, i) => ({ ...hit, relevance: relevanceOf(relevance?.get(i) as number) }));
  });

const hitsOf = (batch: arrow.RecordBatch): Omit<IndexHit, 'score'>[] => {
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
