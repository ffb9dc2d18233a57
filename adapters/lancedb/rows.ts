import * as arrow from 'apache-arrow';
import type { IndexRow } from '../../core/ports/search-index.ts';
import { scanTokens } from '../../core/search/rules/token-scan.ts';

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

/**
 * The columns of a generation's table. Vectors are of half precision: eleven bits tell unit vectors apart well enough, and 512 of them take 1 KB in
 * place of 2. Texts are not compressed further: zstd saves a quarter of the disk and doubles what merging fragments costs (measured).
 */
export const rowSchema = (dimensions: number, identity?: string): arrow.Schema =>
  new arrow.Schema(
    [
      new arrow.Field('blob', new arrow.Utf8(), false),
      new arrow.Field('ordinal', new arrow.Int32(), false),
      new arrow.Field('start_line', new arrow.Int32(), false),
      new arrow.Field('end_line', new arrow.Int32(), false),
      new arrow.Field('text', new arrow.Utf8(), false),
      new arrow.Field('words', new arrow.Utf8(), false),
      new arrow.Field('languages', new arrow.Utf8(), false),
      new arrow.Field('vector', vectorType(dimensions), false),
    ],
    identity === undefined ? undefined : new Map([[identityKey, identity]]),
  );

/** Where a table keeps what it was made with: in its schema, so with its first commit and in every version. */
const identityKey = 'repository-sync.generation';

export const identityIn = (schema: arrow.Schema): string | null => schema.metadata.get(identityKey) ?? null;

const vectorType = (dimensions: number) =>
  new arrow.FixedSizeList(dimensions, new arrow.Field('item', new arrow.Float16(), true));

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

/** The buffers that go over with a message instead of being copied. */
export const transferables = (rows: PackedRows): ArrayBuffer[] => [
  ...[rows.blobs, rows.texts, rows.words, rows.languages].flatMap(({ bytes, offsets }) => [
    bytes.buffer,
    offsets.buffer,
  ]),
  rows.ordinals.buffer,
  rows.startLines.buffer,
  rows.endLines.buffer,
  rows.vectors.buffer,
];

/** One Arrow batch for each pack, all of one number of dimensions. No two columns may share a buffer: apache-arrow 18 then writes wrong offsets. */
export const arrowTable = (packs: readonly [PackedRows, ...PackedRows[]]): arrow.Table => {
  const schema = rowSchema(packs[0].dimensions);
  return new arrow.Table(
    schema,
    packs.map((rows) => new arrow.RecordBatch(schema, structOf(rows, schema))),
  );
};

const structOf = (rows: PackedRows, schema: arrow.Schema): arrow.Data<arrow.Struct> => {
  const length = rows.count;
  const integers = (data: Int32Array) => arrow.makeData({ type: new arrow.Int32(), length, nullCount: 0, data });
  const strings = ({ bytes, offsets }: PackedStrings) =>
    arrow.makeData({ type: new arrow.Utf8(), length, nullCount: 0, valueOffsets: offsets, data: bytes });
  const floats = arrow.makeData({
    type: new arrow.Float16(),
    length: length * rows.dimensions,
    nullCount: 0,
    data: rows.vectors,
  });
  return arrow.makeData({
    type: new arrow.Struct(schema.fields),
    length,
    nullCount: 0,
    children: [
      strings(rows.blobs),
      integers(rows.ordinals),
      integers(rows.startLines),
      integers(rows.endLines),
      strings(rows.texts),
      strings(rows.words),
      strings(rows.languages),
      arrow.makeData({ type: vectorType(rows.dimensions), length, nullCount: 0, child: floats }),
    ],
  });
};

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

const packWords = (rows: readonly IndexRow[]): PackedStrings => {
  const offsets = new Int32Array(rows.length + 1);
  let bytes = new Uint8Array(rows.reduce((sum, { text }) => sum + text.length, 0));
  let size = 0;
  rows.forEach(({ text }, i) => {
    const { words, length } = scanTokens(text);
    if (size + length > bytes.length) {
      const larger = new Uint8Array((size + length) * 2);
      larger.set(bytes.subarray(0, size));
      bytes = larger;
    }
    bytes.set(words.subarray(0, length), size);
    size += length;
    offsets[i + 1] = size;
  });
  return { bytes: bytes.slice(0, size), offsets };
};
