import { createHash } from 'node:crypto';
import { DynamoDbError, invalid } from '../errors.ts';
import type { Store } from '../store.ts';
import { type Item, sizeOfItem } from '../values/attribute-value.ts';
import { isAllowed, type PlannedWrite, perform, planCheck, planDelete, planPut, planUpdate } from './planned-write.ts';
import type { Request, TransactionAction } from './requests.ts';
import { placeOf } from './writes.ts';

const MAX_ACTIONS = 100;
/** Bytes of all items of a transaction. */
const MAX_SIZE = 4 * 1024 * 1024;
/** Seconds for which a transaction that is sent again is known. */
const TOKEN_SECONDS = 600;

interface Reason {
  readonly Code: 'None' | 'ConditionalCheckFailed' | 'ValidationError';
  readonly Message?: string;
  readonly Item?: Item;
}

/** All of the actions, or none: then the reasons are in the order of the actions. */
export const transactWriteItems = (
  store: Store,
  request: Request<'TransactWriteItems'>,
  nowSeconds: number,
): object => {
  const { TransactItems, ClientRequestToken: token } = request;
  if (TransactItems.length === 0 || TransactItems.length > MAX_ACTIONS)
    throw invalid(`Member must have length between 1 and ${MAX_ACTIONS}, not ${TransactItems.length}: transactItems`);
  const plans = TransactItems.map((action) => planOf(store, action));
  if (new Set(plans.map(placeOf)).size !== plans.length)
    throw invalid('Transaction request cannot include multiple operations on one item');
  const fingerprint = createHash('sha256').update(JSON.stringify(TransactItems)).digest('base64');
  return store.write(() => {
    if (token !== undefined) {
      store.forgetRequests(nowSeconds - TOKEN_SECONDS);
      const known = store.requestUnder(token);
      if (known === fingerprint) return {};
      if (known !== null)
        throw new DynamoDbError(
          'IdempotentParameterMismatchException',
          'The client request token has been used with other parameters',
        );
    }
    performAll(store, plans);
    if (token !== undefined) store.rememberRequest(token, fingerprint, nowSeconds);
    return {};
  });
};

const performAll = (store: Store, plans: readonly PlannedWrite[]): void => {
  let size = 0;
  const reasons = plans.map((plan): Reason => {
    const old = store.get(plan.table, plan.key);
    if (!isAllowed(plan, old))
      return {
        Code: 'ConditionalCheckFailed',
        Message: 'The conditional request failed',
        ...(plan.showsItem && old !== null ? { Item: old } : {}),
      };
    try {
      // No two of them are about one item: what one has written, no other one reads. All is undone where one fails.
      const item = perform(store, plan, old);
      size += sizeOfItem(item ?? old ?? {});
      return { Code: 'None' };
    } catch (error) {
      if (error instanceof DynamoDbError) return { Code: 'ValidationError', Message: error.message };
      throw error;
    }
  });
  if (reasons.some(({ Code }) => Code !== 'None'))
    throw new DynamoDbError(
      'TransactionCanceledException',
      `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
      { CancellationReasons: reasons },
    );
  if (size > MAX_SIZE) throw invalid('The aggregated size of the items in the transaction has exceeded 4 MB');
};

const planOf = (store: Store, action: TransactionAction): PlannedWrite => {
  const { ConditionCheck, Put, Update, Delete } = action;
  const given = [ConditionCheck, Put, Update, Delete].filter((each) => each !== undefined);
  if (given.length !== 1) throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  if (ConditionCheck !== undefined) return planCheck(store, ConditionCheck);
  if (Put !== undefined) return planPut(store, Put);
  return Update === undefined ? planDelete(store, Delete as NonNullable<typeof Delete>) : planUpdate(store, Update);
};
