import { invalid, invalidParameter } from './errors.ts';
import { type Item, memberOf, typeOf, type Value } from './values/attribute-value.ts';
import { parseDecimal, sortableDecimal } from './values/decimal.ts';

export interface KeyAttribute {
  readonly name: string;
  readonly type: 'S' | 'N';
}

export interface Keys {
  readonly partition: KeyAttribute;
  readonly sort: KeyAttribute;
}

export interface Index extends Keys {
  readonly name: string;
  readonly projection: 'ALL' | 'KEYS_ONLY';
}

/** A table as it was created, in the form in which it is stored. */
export interface TableDefinition {
  readonly keys: Keys;
  readonly indexes: readonly Index[];
  readonly ttlAttribute: string | null;
  /** Seconds since 1970. */
  readonly createdAt: number;
}

export interface Table extends TableDefinition {
  readonly id: number;
  readonly name: string;
}

/** A key as it is stored: bytes in the order that DynamoDB keeps. */
export interface StoredKey {
  readonly partition: Buffer;
  readonly sort: Buffer;
}

const MAX_PARTITION_BYTES = 2048;
const MAX_SORT_BYTES = 1024;
/** Bytes of an item. */
export const MAX_ITEM_SIZE = 400 * 1024;

export const storedValue = (value: Value): Buffer =>
  'N' in value ? sortableDecimal(parseDecimal(value.N)) : Buffer.from((value as { readonly S: string }).S);

/** The key of an item that is to be written. */
export const keyOfItem = (item: Item, keys: Keys): StoredKey => storedKey(item, keys, missingKey);

/** The Key of a request: it has the table's key attributes and no others. */
export const parseKey = (key: Item, keys: Keys): StoredKey => {
  if (Object.keys(key).length !== 2) throw invalid('The provided key element does not match the schema');
  return storedKey(key, keys, () => invalid('The provided key element does not match the schema'));
};

const missingKey = (name: string) => invalidParameter(`Missing the key ${name} in the item`);

const storedKey = (item: Item, keys: Keys, missing: (name: string) => Error): StoredKey => ({
  partition: keyBytes(item, keys.partition, MAX_PARTITION_BYTES, missing),
  sort: keyBytes(item, keys.sort, MAX_SORT_BYTES, missing),
});

const keyBytes = (item: Item, key: KeyAttribute, max: number, missing: (name: string) => Error): Buffer => {
  const value = memberOf(item, key.name);
  if (value === undefined) throw missing(key.name);
  if (typeOf(value) !== key.type) {
    if (missing !== missingKey) throw missing(key.name);
    throw invalidParameter(`Type mismatch for key ${key.name} expected: ${key.type} actual: ${typeOf(value)}`);
  }
  const bytes = storedValue(value);
  if (bytes.length === 0)
    throw invalidParameter(
      `The AttributeValue for a key attribute cannot contain an empty string value. Key: ${key.name}`,
    );
  if (bytes.length > max)
    throw invalidParameter(`Size of the key ${key.name} has exceeded the maximum size limit of ${max} bytes`);
  return bytes;
};

/** Where an index has the item; null: nowhere, since it lacks one of the index's attributes. Throws where one is of another type or empty. */
export const indexKeyOf = (item: Item, index: Index): StoredKey | null => {
  const values = [index.partition, index.sort].map((key) => {
    const value = memberOf(item, key.name);
    if (value === undefined) return null;
    if (typeOf(value) !== key.type)
      throw invalidParameter(
        `Type mismatch for Index Key ${key.name} Expected: ${key.type} Actual: ${typeOf(value)} IndexName: ${index.name}`,
      );
    const bytes = storedValue(value);
    if (bytes.length === 0)
      throw invalidParameter(
        `A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: ${index.name}, IndexKey: ${key.name}`,
      );
    return bytes;
  });
  const [partition, sort] = values;
  return partition == null || sort == null ? null : { partition, sort };
};

/** Where the names of the keys of a table and of an index are. */
export const keyNames = (table: Keys, index: Index | null): readonly string[] => [
  ...new Set([table, ...(index === null ? [] : [index])].flatMap(({ partition, sort }) => [partition.name, sort.name])),
];

/** The names of all keys, the table's and its indexes'. */
export const allKeyNames = (table: TableDefinition): ReadonlySet<string> =>
  new Set([null, ...table.indexes].flatMap((index) => keyNames(table.keys, index)));

/** Seconds in five years: an item that expired longer ago is not deleted, as on AWS; such a number is not meant to be a time. */
const OLDEST_EXPIRY_SECONDS = 5 * 365 * 86_400;

/** When the item is to be deleted, in seconds since 1970; null: never. */
export const expiryOf = (item: Item, { ttlAttribute }: Pick<TableDefinition, 'ttlAttribute'>): number | null => {
  const value = ttlAttribute === null ? undefined : memberOf(item, ttlAttribute);
  if (value === undefined || !('N' in value)) return null;
  const seconds = Number(value.N);
  return Number.isSafeInteger(Math.floor(seconds)) ? Math.floor(seconds) : null;
};

export const oldestExpiry = (nowSeconds: number): number => nowSeconds - OLDEST_EXPIRY_SECONDS;
