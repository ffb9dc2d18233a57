import { type DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
  type UpdateCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { StoreBusyError } from '../../core/domain/errors.ts';
import { elseStoreBusy, orStoreBusy } from '../aws-sdk/store-busy.ts';
import { type Documents, documentsOf } from './documents.ts';
import type { ItemKey } from './expression.ts';

export type Item = Record<string, unknown>;
export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Why a write was refused: the item whose condition failed, as it is now; null when it is absent. */
export interface Refusal {
  readonly item: Item | null;
}

/** An item as a write left it. */
interface Written {
  readonly written: Item;
}

/** For each item of the transaction, its refusal; null for an item whose condition held. */
export type Refusals = readonly (Refusal | null)[];

export interface DatabaseOptions {
  readonly client: DynamoDBClient;
  /** 0 to under 1. */
  readonly random?: (() => number) | undefined;
  readonly sleep?: ((milliseconds: number) => Promise<void>) | undefined;
}

/** Tries at a write that others get in the way of, and at a plan that others overtake. */
export const TRIES = 10;

/**
 * Full jitter over 20 ms × 2ⁿ, at most 1 s. Nine waits between ten tries: at most 20+40+80+160+320+640+1000+1000+1000 =
 * 4.3 s, 2.1 s on average; two writers in each other's way need one or two of them.
 */
export const backoffMilliseconds = (attempt: number, random: number): number =>
  random * Math.min(1000, 20 * 2 ** attempt);

/** Codes of a cancelled transaction, and names of exceptions, that say: others were at it, try again. */
const contention = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'TransactionConflictException',
  'TransactionInProgressException',
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
]);

/**
 * The calls that the stores make. A refused condition is an answer, not an exception; contention is tried again and
 * ends in StoreBusyError, as does what passes by itself and outlasts the SDK's own retries; whatever else the SDK throws
 * is thrown unchanged.
 */
export class Database {
  readonly #documents: Documents;
  readonly #random: () => number;
  readonly #sleep: (milliseconds: number) => Promise<void>;

  constructor({ client, random, sleep }: DatabaseOptions) {
    this.#documents = documentsOf(client);
    this.#random = random ?? Math.random;
    this.#sleep = sleep ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)));
  }

  /** Waits before try number `attempt` + 2. */
  pause(attempt: number): Promise<void> {
    return this.#sleep(backoffMilliseconds(attempt, this.#random()));
  }

  /** Strongly consistent. */
  async get(at: ItemKey): Promise<Item | null> {
    const { Item } = await elseStoreBusy(() => this.#documents.send(new GetCommand({ ...at, ConsistentRead: true })));
    return Item ?? null;
  }

  /** Every item that the query finds, page by page. */
  async *query(input: QueryCommandInput): AsyncGenerator<Item> {
    let start = input.ExclusiveStartKey;
    do {
      const page = await elseStoreBusy(() =>
        this.#documents.send(new QueryCommand({ ...input, ExclusiveStartKey: start })),
      );
      yield* page.Items ?? [];
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  }

  /** The first `limit` items, and whether there are more. */
  async queryPage(input: QueryCommandInput, limit: number): Promise<{ items: readonly Item[]; more: boolean }> {
    const items: Item[] = [];
    // One more than asked for: it tells whether another page exists.
    for await (const item of this.query({ ...input, Limit: limit + 1 })) {
      if (items.push(item) > limit) break;
    }
    return { items: items.slice(0, limit), more: items.length > limit };
  }

  async delete(at: ItemKey): Promise<void> {
    await this.#untilFree(() => this.#documents.send(new DeleteCommand(at)));
  }

  /** Null when it was written. */
  async update(input: UpdateCommandInput): Promise<Refusal | null> {
    const outcome = await this.#write(input, (command) => this.#documents.send(command));
    return 'refused' in outcome ? outcome.refused : null;
  }

  /** As {@link update}, of what is of no use after a power cut: on one machine no disk is waited for. */
  async note(input: UpdateCommandInput): Promise<Refusal | null> {
    const outcome = await this.#write(input, (command) => this.#documents.note(command));
    return 'refused' in outcome ? outcome.refused : null;
  }

  /** As {@link update}, and the item after it. */
  change(input: UpdateCommandInput): Promise<Written | { readonly refused: Refusal }> {
    return this.#write({ ...input, ReturnValues: 'ALL_NEW' }, (command) => this.#documents.send(command));
  }

  #write(
    input: UpdateCommandInput,
    send: (command: UpdateCommand) => Promise<UpdateCommandOutput>,
  ): Promise<Written | { readonly refused: Refusal }> {
    return this.#untilFree(async () => {
      try {
        const { Attributes = {} } = await send(new UpdateCommand(input));
        return { written: Attributes };
      } catch (error) {
        if (!isNamed(error, 'ConditionalCheckFailedException')) throw error;
        return { refused: refusal((error as { Item?: unknown }).Item) };
      }
    });
  }

  /** All or nothing. Null when it was written. */
  transact(items: readonly TransactItem[]): Promise<Refusals | null> {
    return this.#untilFree(async () => {
      try {
        await this.#documents.send(new TransactWriteCommand({ TransactItems: [...items] }));
        return null;
      } catch (error) {
        return refusalsOf(error);
      }
    });
  }

  async #untilFree<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        if (!isContention(error)) throw orStoreBusy(error);
        if (attempt + 1 >= TRIES) throw new StoreBusyError(`refused ${TRIES} times in a row`, { cause: error });
        await this.pause(attempt);
      }
    }
  }
}

/** The refusals of a transaction that failed for its conditions alone; anything else is thrown on. */
const refusalsOf = (error: unknown): Refusals => {
  if (!(error instanceof TransactionCanceledException)) throw error;
  const reasons = error.CancellationReasons ?? [];
  // Beside a conflict, a failed condition does not tell how the conflicting item would have judged: ask again.
  if (reasons.some(({ Code = 'None' }) => Code !== 'None' && Code !== 'ConditionalCheckFailed')) throw error;
  if (!reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) throw error;
  return reasons.map(({ Code, Item }) => (Code === 'ConditionalCheckFailed' ? refusal(Item) : null));
};

const refusal = (item: unknown): Refusal => ({
  // The document client does not translate items inside of errors.
  item: item === undefined ? null : unmarshall(item as Parameters<typeof unmarshall>[0]),
});

const isContention = (error: unknown): boolean => {
  if (error instanceof TransactionCanceledException)
    return (error.CancellationReasons ?? []).some(({ Code = 'None' }) => contention.has(Code));
  return error instanceof Error && contention.has(error.name);
};

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;
