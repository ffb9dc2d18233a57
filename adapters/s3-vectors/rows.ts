import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { GetOutputVector, PutInputVector, QueryVectorsInput } from '@aws-sdk/client-s3vectors';
import { z } from 'zod';
import type { Generation, GenerationName, IndexQuery, IndexRow } from '../../core/ports/search-index.ts';

/** A vector's metadata may take 40 KB in all: a text longer than this, in UTF-8 bytes, is cut at a character. */
export const maxTextBytes = 36 * 1024;
/** What is stored with a vector and cannot be filtered by: it does not count towards the 2 KB of filterable metadata. */
export const nonFilterableKeys = ['text', 'ordinal', 'start_line', 'end_line'];
/** A filter, like a vector's filterable metadata, is held under 2 KB. */
const maxFilterBytes = 2048;
/** An index of mode ENHANCED takes so many constraints in one query. */
const maxFilterValues = 100;

const Metadata = z.object({
  blob: z.string(),
  ordinal: z.int(),
  start_line: z.int(),
  end_line: z.int(),
  text: z.string(),
  languages: z.array(z.string()).default([]),
});

/**
 * A generation's index: its name, of at most 63 letters, digits, dashes and dots. A repository id holds no dot, so that
 * no two generations share a name; an id that is too long is cut and told apart by its hash.
 */
export const indexNameOf = ({ repositoryId, number }: GenerationName): string => {
  const suffix = `.g${number}`;
  if (repositoryId.length + suffix.length <= 63) return repositoryId + suffix;
  const hash = createHash('sha256').update(repositoryId).digest('hex').slice(0, 16);
  return `${repositoryId.slice(0, 30)}.${hash}${suffix}`;
};

/**
 * The generation's identity as one of its index's non-filterable keys, which no vector has. Of what an index says of itself, these keys
 * alone are there from its creation on, never change, and come with GetIndex; tags can be changed by others and take a
 * right and a request more. At most 63 characters.
 */
export const identityKeysOf = ({ identity }: Pick<Generation, 'identity'>): readonly string[] =>
  identity === undefined ? [] : [`made-by-${createHash('sha256').update(identity).digest('hex').slice(0, 32)}`];

export const vectorKey = (blob: string, ordinal: number): string => `${blob}#${ordinal}`;

/** Each key once: what a request with a key twice is answered is not documented. */
export const vectorKeys = (blobs: readonly { oid: string; chunks: number }[]): string[] => [
  ...new Set(
    blobs.flatMap(({ oid, chunks }) => Array.from({ length: chunks }, (_, ordinal) => vectorKey(oid, ordinal))),
  ),
];

export const toVector = (row: IndexRow): PutInputVector => ({
  key: vectorKey(row.blob, row.ordinal),
  data: { float32: Array.from(row.vector) },
  metadata: {
    blob: row.blob,
    // Whether a list may be empty is not documented.
    ...(row.languages.length > 0 && { languages: [...row.languages] }),
    ordinal: row.ordinal,
    start_line: row.startLine,
    end_line: row.endLine,
    text: cut(row.text),
  },
});

/** A row without its vector, as metadata tells it. Throws ZodError for metadata that this adapter did not write. */
export const fromMetadata = (metadata: unknown): Omit<IndexRow, 'vector'> => {
  const { blob, ordinal, start_line, end_line, text, languages } = Metadata.parse(metadata);
  return { blob, ordinal, startLine: start_line, endLine: end_line, text, languages };
};

export const toRow = (vector: GetOutputVector): IndexRow => ({
  ...fromMetadata(vector.metadata),
  vector: Float32Array.from(vector.data?.float32 ?? []),
});

/**
 * An upper bound of a row's share of a request, in bytes. A float32 printed as the double that it is takes at most 24
 * characters (sign, 17 digits, point, exponent of four) and a comma.
 */
const requestBytes = (row: IndexRow): number =>
  row.vector.length * 25 +
  Buffer.byteLength(JSON.stringify([cut(row.text), row.languages])) +
  2 * row.blob.length +
  256;

/** Cuts rows, each key once, into requests of at most `maxRows` rows and `maxBytes` bytes. */
export const planPuts = (rows: readonly IndexRow[], maxRows: number, maxBytes: number): IndexRow[][] => {
  const puts: IndexRow[][] = [];
  let bytes = 0;
  for (const row of new Map(rows.map((each) => [vectorKey(each.blob, each.ordinal), each])).values()) {
    const size = requestBytes(row);
    const current = puts.at(-1);
    if (current === undefined || current.length === maxRows || bytes + size > maxBytes) {
      puts.push([row]);
      bytes = size;
    } else {
      current.push(row);
      bytes += size;
    }
  }
  return puts;
};

type Filter = QueryVectorsInput['filter'];

/**
 * Filters that together ask for what the query does, each of them under 2 KB and, as every value may count as a constraint, of
 * at most 100 values: 46 SHA-1 or 30 SHA-256 oids beside nothing, some less beside a language. Undefined: no filter.
 */
export const planFilters = ({ blobs, language }: Pick<IndexQuery, 'blobs' | 'language'>): Filter[] => {
  // Of a list in metadata any element may be the equal one.
  const named = language === undefined ? undefined : { languages: { $eq: language } };
  if (blobs === undefined) return [named];
  const filterOf = (some: readonly string[]): Filter => {
    const among = { blob: { $in: [...some] } };
    return named === undefined ? among : { $and: [among, named] };
  };
  const longest = blobs.reduce((length, blob) => Math.max(length, blob.length), 0);
  const room = maxFilterBytes - Buffer.byteLength(JSON.stringify(filterOf([])));
  const perFilter = Math.min(maxFilterValues - 1, Math.floor(room / (longest + '"",'.length)));
  return inPieces(blobs, perFilter).map(filterOf);
};

export const inPieces = <T>(items: readonly T[], length: number): T[][] => {
  const pieces: T[][] = [];
  for (let start = 0; start < items.length; start += length) pieces.push(items.slice(start, start + length));
  return pieces;
};

const cut = (text: string): string => {
  // A UTF-16 unit is at most three bytes: most texts need no counting.
  if (text.length * 3 <= maxTextBytes) return text;
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= maxTextBytes) return text;
  // `stream` holds back a character that the cut went through.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, maxTextBytes), { stream: true });
};
