import * as arrow from 'apache-arrow';
import type { PackedRows, PackedStrings, Packs } from './packed-rows.ts';

/**
 * The columns of a generation's table. Vectors are of half precision: eleven bits tell unit vectors apart well enough, and 512 of them take 1 KB in
 * place of 2. Texts are not compressed further: zstd saves a quarter of the disk and doubles what merging fragments costs (measured).
 */
export const rowSchema = (dimensions: number, metadata?: ReadonlyMap<string, string>): arrow.Schema =>
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
    metadata === undefined ? undefined : new Map(metadata),
  );

/** Where a table keeps what it was made with: in its schema, so with its first commit and in every version. */
const identityKey = 'repository-sync.generation';

/** What the column `words` holds: see stemmed-words.ts. Without it: the words as they are. */
const wordsKey = 'repository-sync.words';
const STEMS = 'stems';

/**
 * LanceDB's own: what is written goes by it. Words are read when they are indexed, and hardly ever again: to compress them takes 3 % of the processor time of a full index, and saves a sixth of its disk (measured).
 */
const asTheyAre = new Map([['lance-encoding:compression', 'none']]);

/** The schema of a new table. */
export const tableSchema = (dimensions: number, identity?: string): arrow.Schema => {
  const { fields, metadata } = rowSchema(
    dimensions,
    new Map([[wordsKey, STEMS], ...(identity === undefined ? [] : [[identityKey, identity] as const])]),
  );
  const stored = fields.map((field) => (field.name === 'words' ? field.clone({ metadata: asTheyAre }) : field));
  return new arrow.Schema(stored, metadata);
};

export const holdsStems = (schema: arrow.Schema): boolean => schema.metadata.get(wordsKey) === STEMS;

export const identityIn = (schema: arrow.Schema): string | null => schema.metadata.get(identityKey) ?? null;

const vectorType = (dimensions: number) =>
  new arrow.FixedSizeList(dimensions, new arrow.Field('item', new arrow.Float16(), true));

/** One Arrow batch for each pack, all of one number of dimensions. No two columns may share a buffer: apache-arrow 18 then writes wrong offsets. */
export const arrowTable = (packs: Packs): arrow.Table => {
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
