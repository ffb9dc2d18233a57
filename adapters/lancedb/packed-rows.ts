import type { IndexRow } from '../../core/ports/search-index.ts';
import { takeWords } from '../../core/search/rules/kept-words.ts';

/** Strings back to back as UTF-8; string i is at offsets[i] … offsets[i + 1]. Arrow's own layout, so nothing is copied later. */
export interface PackedStrings {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly offsets: Int32Array<ArrayBuffer>;
}

/** Rows by column. Every array owns its buffer: a worker hands them over without a copy. */
export interface PackedRows {
  readonly count: number;
  readonly dimensions: number;
  /** Of row i: `blob:ordinal`. No key stands twice. */
  readonly keys: readonly string[];
  readonly blobs: PackedStrings;
  readonly ordinals: Int32Array<ArrayBuffer>;
  readonly startLines: Int32Array<ArrayBuffer>;
  readonly endLines: Int32Array<ArrayBuffer>;
  readonly texts: PackedStrings;
  /** The texts' code tokens, with spaces between: what the word index is built on. */
  readonly words: PackedStrings;
  /** Between bars: `|c|c++|`. */
  readonly languages: PackedStrings;
  /** count × dimensions numbers of half precision, as their bits. */
  readonly vectors: Uint16Array<ArrayBuffer>;
}

/** The rows of one commit. */
export type Packs = readonly [PackedRows, ...PackedRows[]];

/**
 * Packs rows on the caller's thread: splitting words and encoding is most of a put's work in JavaScript, and there are
 * several callers but one writer. Of rows with the same key the last one stays (a merge with a doubled key would add it twice).
 * Throws RangeError for a vector of another length than `dimensions`.
 */
export const packRows = (rows: readonly IndexRow[], dimensions: number): PackedRows => {
  const byKey = new Map<string, IndexRow>();
  for (const row of rows) byKey.set(`${row.blob}:${row.ordinal}`, row);
  const kept = [...byKey.values()];
  const count = kept.length;
  const ordinals = new Int32Array(count);
  const startLines = new Int32Array(count);
  const endLines = new Int32Array(count);
  const vectors = new Float16Array(count * dimensions);
  kept.forEach((row, i) => {
    if (row.vector.length !== dimensions)
      throw new RangeError(`a vector of ${row.vector.length} dimensions does not fit a generation of ${dimensions}`);
    ordinals[i] = row.ordinal;
    startLines[i] = row.startLine;
    endLines[i] = row.endLine;
    vectors.set(row.vector, i * dimensions);
  });
  return {
    count,
    dimensions,
    keys: [...byKey.keys()],
    blobs: packStrings(kept.map((row) => row.blob)),
    ordinals,
    startLines,
    endLines,
    texts: packStrings(kept.map((row) => row.text)),
    words: packWords(kept),
    languages: packStrings(kept.map((row) => joinLanguages(row.languages))),
    vectors: new Uint16Array(vectors.buffer),
  };
};

/** All arrays of rows; each column of strings is its offsets, then its bytes. */
export const columnsOf = (
  rows: PackedRows,
): (Int32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>)[] => [
  rows.ordinals,
  rows.startLines,
  rows.endLines,
  rows.vectors,
  ...[rows.blobs, rows.texts, rows.words, rows.languages].flatMap(({ bytes, offsets }) => [offsets, bytes]),
];

/** The buffers that go over with a message instead of being copied. */
export const transferables = (rows: PackedRows): ArrayBuffer[] => columnsOf(rows).map(({ buffer }) => buffer);

/** As a column holds them, so that one name is found whole. */
export const joinLanguages = (languages: readonly string[]): string =>
  languages.length === 0 ? '' : `|${languages.join('|')}|`;

export const splitLanguages = (joined: string): string[] => (joined === '' ? [] : joined.slice(1, -1).split('|'));

const packStrings = (strings: readonly string[]): PackedStrings => {
  const offsets = new Int32Array(strings.length + 1);
  let size = 0;
  strings.forEach((text, i) => {
    size += Buffer.byteLength(text);
    offsets[i + 1] = size;
  });
  const bytes = new Uint8Array(size);
  const view = Buffer.from(bytes.buffer);
  strings.forEach((text, i) => {
    view.write(text, offsets[i] as number);
  });
  return { bytes, offsets };
};

/** Where words are put together: their length shows only then. Kept, and grown for the longest. */
let scratch = new Uint8Array(0);

const packWords = (rows: readonly IndexRow[]): PackedStrings => {
  const offsets = new Int32Array(rows.length + 1);
  let size = 0;
  rows.forEach(({ text }, i) => {
    const words = takeWords(text);
    const { length } = words;
    if (size + length > scratch.length) {
      const larger = new Uint8Array((size + length) * 2);
      larger.set(scratch.subarray(0, size));
      scratch = larger;
    }
    scratch.set(words, size);
    size += length;
    offsets[i + 1] = size;
  });
  return { bytes: scratch.slice(0, size), offsets };
};
