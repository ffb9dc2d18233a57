import { DynamoDbError, invalid, invalidParameter } from '../errors.ts';
import { applyUpdate } from '../expressions/apply-update.ts';
import { meets } from '../expressions/evaluate-condition.ts';
import { parseCondition } from '../expressions/parse-condition.ts';
import { parseUpdate } from '../expressions/parse-update.ts';
import { Substitutions } from '../expressions/substitutions.ts';
import type { Action, Condition } from '../expressions/syntax.ts';
import type { Store } from '../store.ts';
import { allKeyNames, indexKeyOf, keyOfItem, MAX_ITEM_SIZE, parseKey, type StoredKey, type Table } from '../tables.ts';
import { type Item, sizeOfItem } from '../values/attribute-value.ts';
import { parseItem } from '../values/parse-value.ts';
import type { Request, TransactionAction } from './requests.ts';
import { tableNamed } from './tables.ts';

/** A write of one item, checked as far as it can be before the item is read. */
export interface PlannedWrite {
  readonly table: Table;
  readonly key: StoredKey;
  readonly condition: Condition | null;
  /** Whether a refusal shows the item. */
  readonly showsItem: boolean;
  /** What the item becomes: null, nothing. A check has none. Throws ValidationException where the item is not as the update needs it. */
  readonly after: ((old: Item | null) => Item | null) | null;
}

type Conditional = NonNullable<TransactionAction['Delete']>;

export const planPut = (store: Store, request: NonNullable<TransactionAction['Put']>): PlannedWrite => {
  const table = tableNamed(store, request.TableName);
  const item = parseItem(request.Item, 'Item');
  refuseTooLarge(item, 'Item size has exceeded the maximum allowed size');
  for (const index of table.indexes) indexKeyOf(item, index);
  return { ...conditional(request, table, null).plan, table, key: keyOfItem(item, table.keys), after: () => item };
};

export const planDelete = (store: Store, request: Conditional): PlannedWrite => {
  const table = tableNamed(store, request.TableName);
  const key = parseKey(parseItem(request.Key, 'Key'), table.keys);
  return { ...conditional(request, table, null).plan, table, key, after: () => null };
};

export const planCheck = (store: Store, request: Conditional): PlannedWrite => ({
  ...planDelete(store, request),
  after: null,
});

export const planUpdate = (
  store: Store,
  request: Conditional & Pick<Request<'UpdateItem'>, 'UpdateExpression'>,
): PlannedWrite => {
  const table = tableNamed(store, request.TableName);
  const keyItem = parseItem(request.Key, 'Key');
  const key = parseKey(keyItem, table.keys);
  const { plan, actions } = conditional(request, table, request.UpdateExpression ?? null);
  for (const { path } of actions)
    if (Object.hasOwn(keyItem, path[0] as string))
      throw invalidParameter(`Cannot update attribute ${path[0]}. This attribute is part of the key`);
  const after = (old: Item | null): Item => {
    const item = applyUpdate(old ?? keyItem, actions);
    refuseTooLarge(item, 'Item size to update has exceeded the maximum allowed size');
    for (const index of table.indexes) indexKeyOf(item, index);
    return item;
  };
  return { ...plan, table, key, after };
};

const conditional = (request: Omit<Conditional, 'Key'>, table: Table, update: string | null) => {
  const { ConditionExpression, ReturnValuesOnConditionCheckFailure } = request;
  const substitutions = new Substitutions(request, [ConditionExpression, update ?? undefined], allKeyNames(table));
  const actions: readonly Action[] = update === null ? [] : parseUpdate(update, substitutions);
  const condition =
    ConditionExpression === undefined
      ? null
      : parseCondition('ConditionExpression', ConditionExpression, substitutions);
  substitutions.refuseUnused();
  return { plan: { condition, showsItem: ReturnValuesOnConditionCheckFailure === 'ALL_OLD' }, actions };
};

const refuseTooLarge = (item: Item, message: string): void => {
  if (sizeOfItem(item) > MAX_ITEM_SIZE) throw invalid(message);
};

export const isAllowed = ({ condition }: PlannedWrite, old: Item | null): boolean =>
  condition === null || meets(old ?? {}, condition);

/** Puts what the write makes of the item in its place, and returns it. */
export const perform = (store: Store, { table, key, after }: PlannedWrite, old: Item | null): Item | null => {
  if (after === null) return old;
  const item = after(old);
  store.replace(table, key, old, item);
  return item;
};

export const conditionFailed = (shown: Item | null): DynamoDbError =>
  new DynamoDbError('ConditionalCheckFailedException', 'The conditional request failed', {
    ...(shown === null ? {} : { Item: shown }),
  });
