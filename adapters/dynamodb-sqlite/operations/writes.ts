import { invalid } from '../errors.ts';
import type { Store } from '../store.ts';
import type { Item } from '../values/attribute-value.ts';
import {
  conditionFailed,
  isAllowed,
  type PlannedWrite,
  perform,
  planDelete,
  planPut,
  planUpdate,
} from './planned-write.ts';
import type { Request } from './requests.ts';

const MAX_BATCH = 25;

export const putItem = (store: Store, request: Request<'PutItem'>): object =>
  written(store, planPut(store, request), request.ReturnValues);

export const updateItem = (store: Store, request: Request<'UpdateItem'>): object =>
  written(store, planUpdate(store, request), request.ReturnValues);

export const deleteItem = (store: Store, request: Request<'DeleteItem'>): object =>
  written(store, planDelete(store, request), request.ReturnValues);

const written = (store: Store, plan: PlannedWrite, returned: 'NONE' | 'ALL_OLD' | 'ALL_NEW' = 'NONE'): object =>
  store.write(() => {
    const old = store.get(plan.table, plan.key);
    if (!isAllowed(plan, old)) throw conditionFailed(plan.showsItem ? old : null);
    const item = perform(store, plan, old);
    const shown: Item | null = returned === 'ALL_OLD' ? old : returned === 'ALL_NEW' ? item : null;
    return shown === null ? {} : { Attributes: shown };
  });

/** Each write for itself, though here all of them are done, or none. */
export const batchWriteItem = (store: Store, { RequestItems }: Request<'BatchWriteItem'>): object => {
  const plans = Object.entries(RequestItems).flatMap(([TableName, writes]) =>
    writes.map(({ PutRequest, DeleteRequest }) => {
      if ((PutRequest === undefined) === (DeleteRequest === undefined))
        throw invalid('Supplied WriteRequest must have exactly one of PutRequest and DeleteRequest');
      return PutRequest === undefined
        ? planDelete(store, { TableName, ...DeleteRequest })
        : planPut(store, { TableName, ...PutRequest });
    }),
  );
  if (plans.length === 0 || plans.length > MAX_BATCH)
    throw invalid(`BatchWriteItem takes 1 to ${MAX_BATCH} writes, not ${plans.length}`);
  if (new Set(plans.map(placeOf)).size !== plans.length)
    throw invalid('Provided list of item keys contains duplicates');
  return store.write(() => {
    for (const plan of plans) perform(store, plan, store.get(plan.table, plan.key));
    return { UnprocessedItems: {} };
  });
};

/** One name for one item. */
export const placeOf = ({ table, key }: PlannedWrite): string =>
  `${table.id} ${key.partition.toString('hex')} ${key.sort.toString('hex')}`;
