import { invalid, invalidParameter } from '../errors.ts';
import { meets } from '../expressions/evaluate-condition.ts';
import { parseKeyCondition } from '../expressions/key-condition.ts';
import { parseCondition } from '../expressions/parse-condition.ts';
import { parseProjection, project } from '../expressions/projection.ts';
import { Substitutions } from '../expressions/substitutions.ts';
import type { Condition } from '../expressions/syntax.ts';
import { keyValue, sortRange } from '../sort-range.ts';
import type { Found, Store } from '../store.ts';
import { allKeyNames, type Index, indexKeyOf, keyNames, parseKey, type StoredKey, type Table } from '../tables.ts';
import type { Item } from '../values/attribute-value.ts';
import { parseItem } from '../values/parse-value.ts';
import type { Request } from './requests.ts';
import { tableNamed } from './tables.ts';

/** Bytes of items that one page looks at. */
const PAGE_BYTES = 1024 * 1024;

export const getItem = (store: Store, request: Request<'GetItem'>): object => {
  const table = tableNamed(store, request.TableName);
  const item = store.get(table, parseKey(parseItem(request.Key, 'Key'), table.keys));
  return item === null ? {} : { Item: item };
};

export const query = (store: Store, request: Request<'Query'>): object => {
  const table = tableNamed(store, request.TableName);
  const index = indexNamed(table, request.IndexName);
  if (index !== null && request.ConsistentRead === true)
    throw invalid('Consistent reads are not supported on global secondary indexes');
  const keys = index ?? table.keys;
  const { KeyConditionExpression, FilterExpression, ProjectionExpression } = request;
  const substitutions = new Substitutions(request, [KeyConditionExpression], allKeyNames(table));
  const { partition, sort } = parseKeyCondition(
    KeyConditionExpression,
    { partition: keys.partition.name, sort: keys.sort.name },
    substitutions,
  );
  const filter =
    FilterExpression === undefined ? null : parseCondition('FilterExpression', FilterExpression, substitutions);
  const projection = projectionOf(ProjectionExpression, substitutions, table, index);
  substitutions.refuseUnused();
  for (const name of [keys.partition.name, keys.sort.name])
    if (filter !== null && namesIn(filter).has(name))
      throw invalid(`Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`);
  const found = store.query(
    table,
    index,
    keyValue(partition, keys.partition),
    sortRange(sort, keys.sort),
    startOf(request.ExclusiveStartKey, table, index),
    request.ScanIndexForward !== false,
  );
  return pageOf(found, { ...request, filter, projection, lastKey: keyNames(table.keys, index) });
};

export const scan = (store: Store, request: Request<'Scan'>): object => {
  const table = tableNamed(store, request.TableName);
  const { FilterExpression, ProjectionExpression } = request;
  const substitutions = new Substitutions(request, [FilterExpression, ProjectionExpression], allKeyNames(table));
  const filter =
    FilterExpression === undefined ? null : parseCondition('FilterExpression', FilterExpression, substitutions);
  const projection = projectionOf(ProjectionExpression, substitutions, table, null);
  substitutions.refuseUnused();
  const start = startOf(request.ExclusiveStartKey, table, null);
  const found = store.scan(table, start?.key ?? null);
  return pageOf(found, { ...request, filter, projection, lastKey: keyNames(table.keys, null) });
};

const indexNamed = (table: Table, name: string | undefined): Index | null => {
  if (name === undefined) return null;
  const index = table.indexes.find((each) => each.name === name);
  if (index === undefined) throw invalid(`The table does not have the specified index: ${name}`);
  return index;
};

/** Names of the attributes that are answered; null: all. */
const projectionOf = (
  expression: string | undefined,
  substitutions: Substitutions,
  table: Table,
  index: Index | null,
): readonly string[] | null => {
  const asked = expression === undefined ? null : parseProjection(expression, substitutions);
  if (index === null || index.projection === 'ALL') return asked;
  const projected = keyNames(table.keys, index);
  const missing = asked?.filter((name) => !projected.includes(name)) ?? [];
  if (missing.length > 0)
    throw invalidParameter(`Global secondary index ${index.name} does not project [${missing.join(', ')}]`);
  return asked ?? projected;
};

/** Where a page begins: after the item that ExclusiveStartKey names, which need not be there any more. */
const startOf = (raw: unknown, table: Table, index: Index | null): { key: StoredKey; sort: Buffer } | null => {
  if (raw === undefined) return null;
  const start = parseItem(raw, 'ExclusiveStartKey');
  const names = keyNames(table.keys, index);
  const isKey = Object.keys(start).length === names.length && names.every((name) => Object.hasOwn(start, name));
  if (!isKey) throw invalid('The provided starting key is invalid');
  const key = parseKey(project(start, keyNames(table.keys, null)), table.keys);
  const sort = index === null ? key.sort : indexKeyOf(start, index)?.sort;
  if (sort === undefined) throw invalid('The provided starting key is invalid');
  return { key, sort };
};

interface Page {
  readonly filter: Condition | null;
  readonly projection: readonly string[] | null;
  /** Names of the attributes that the next page begins after. */
  readonly lastKey: readonly string[];
  readonly Limit?: number | undefined;
  readonly Select?: 'COUNT' | undefined;
}

const pageOf = (found: Iterable<Found>, { filter, projection, lastKey, Limit, Select }: Page): object => {
  const items: Item[] = [];
  let [looked, bytes] = [0, 0];
  let last: Item | null = null;
  for (const { item, size } of found) {
    looked += 1;
    bytes += size;
    if (filter === null || meets(item, filter)) items.push(projection === null ? item : project(item, projection));
    if (looked === Limit || bytes >= PAGE_BYTES) {
      last = project(item, lastKey);
      break;
    }
  }
  return {
    ...(Select === 'COUNT' ? {} : { Items: items }),
    Count: items.length,
    ScannedCount: looked,
    ...(last === null ? {} : { LastEvaluatedKey: last }),
  };
};

/** The attributes that a condition is about. */
const namesIn = (condition: Condition): ReadonlySet<string> => {
  const names = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if ('path' in part && Array.isArray(part.path)) names.add(String(part.path[0]));
    for (const [member, each] of Object.entries(part)) if (member !== 'value') visit(each);
  };
  visit(condition);
  return names;
};
