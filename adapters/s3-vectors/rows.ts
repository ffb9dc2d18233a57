import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { GetOutputVector, PutInputVector } from '@aws-sdk/client-s3vectors';
import { z } from 'zod';
import type { Generation, IndexRow } from '../../core/ports/search-index.ts';

/** A vector's metadata may take 40 KB in all: a text longer than this, in UTF-8 bytes, is cut at a character. */
export const maxTextBytes = 36 * 1024;
/** What is stored with a vector and cannot be filtered by: it does not count towards the 2 KB of filterable metadata. */
export const nonFilterableKeys = ['text', 'ordinal', 'start_line', 'end_line'];
/** A filter, like a vector's filterable metadata, is held under 2 KB. */
const maxFilterBytes = 2048;

const Metadata = z.object({
  blob: z.string(),
  ordinal: z.int(),
  start_line: z.int(),
  end_line: z.int(),
  text: z.string(),
});

/**
 * A generation's index: its name, of at most 63 letters, digits, dashes and dots. A repository id holds no dot, so that
 * no two generations share a name; an id that is too long is cut and told apart by its hash.
 */
export const indexNameOf = ({ repositoryId, number }: Generation): string => {
  const suffix = `.g${number}`;
  if (repositoryId.length + suffix.length <= 63) return repositoryId + suffix;
  const hash = createHash('sha256').update(repositoryId).digest('hex').slice(0, 16);
  return `${repositoryId.slice(0, 30)}.${hash}${suffix}`;
};

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
    ordinal: row.ordinal,
    start_line: row.startLine,
    end_line: row.endLine,
    text: cut(row.text),
  },
});

/** What is known of a row without its vector. Throws ZodError for metadata that this adapter did not write. */
export const fromMetadata = (metadata: unknown): Omit<IndexRow, 'vector'> => {
  const { blob, ordinal, start_line, end_line, text } = Metadata.parse(metadata);
  return { blob, ordinal, startLine: start_line, endLine: end_line, text };
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
  row.vector.length * 25 + Buffer.byteLength(JSON.stringify(cut(row.text))) + 2 * row.blob.length + 256;

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

/** Filters that together ask for rows of these blobs, each of them under 2 KB: 46 SHA-1 or 30 SHA-256 oids. */
export const planFilters = (blobs: readonly string[]): { blob: { $in: string[] } }[] => {
  const longest = Math.max(...blobs.map((blob) => blob.length));
  const perFilter = Math.floor((maxFilterBytes - '{"blob":{"$in":[]}}'.length) / (longest + '"",'.length));
  return inPieces(blobs, perFilter).map((piece) => ({ blob: { $in: piece } }));
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
