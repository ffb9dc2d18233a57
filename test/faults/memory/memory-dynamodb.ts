import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { type IndexDefinition, type TableDefinition, tables } from '../../../core/contract/tables.ts';
import type { HistoryDatabase } from '../history-database.ts';
import { copyOf } from './copy-of.ts';
import { conditionOf, type Item, type Placeholders, updateOf } from './expressions.ts';

export const tableNames = { repositories: 'repositories', syncJobs: 'sync-jobs' } as const;

const definitions: Readonly<Record<string, TableDefinition>> = {
  [tableNames.repositories]: tables.repositories,
  [tableNames.syncJobs]: tables.syncJobs,
};

interface Keyed {
  readonly TableName: string;
  readonly Key: Item;
}

interface Write extends Placeholders {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ReturnValues?: string;
}

interface Query extends Placeholders {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly KeyConditionExpression: string;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Item;
}

type TransactPart = Partial<Record<'Put' | 'Update' | 'Delete' | 'ConditionCheck', Write>>;

const conditionFailed = (item: Item | undefined): Error =>
  Object.assign(new Error('The conditional request failed'), {
    name: 'ConditionalCheckFailedException',
    // As the service sends it: the document client does not translate items inside of errors.
    ...(item === undefined ? {} : { Item: marshall(item) }),
  });

/** The calls of the service that the adapters make, by the names of the SDK's commands; each is one atomic step. */
export class MemoryDynamoDb implements HistoryDatabase {
  readonly #tables = new Map<string, Map<string, Item>>();
  /** Told of each item that is written (undefined: removed), of its key, and of what was there before. */
  onWrite: (table: string, key: Item, item: Item | undefined, before: Item | undefined) => void = () => undefined;

  /** Everything that is stored in a table, for the one who checks it. */
  items(table: string): readonly Item[] {
    return [...this.#table(table).values()];
  }

  /** It is what is written. */
  async compare(): Promise<readonly string[]> {
    return [];
  }

  close(): void {
    this.#tables.clear();
  }

  /** Removes what has expired, as the service does within some days. */
  expire(table: string, now: Date): void {
    const attribute = definitions[table]?.ttlAttribute;
    for (const [key, item] of this.#table(table))
      if (attribute != null && Number(item[attribute] ?? Number.POSITIVE_INFINITY) * 1000 < now.getTime())
        this.#table(table).delete(key);
  }

  /** @throws as the SDK does. */
  send(command: string, input: unknown): object {
    switch (command) {
      case 'GetItemCommand': {
        const item = this.#read(input as Keyed);
        return item === undefined ? {} : { Item: copyOf(item) };
      }
      case 'DeleteItemCommand':
      case 'UpdateItemCommand':
      case 'PutItemCommand':
        return this.#writeOne(input as Write);
      case 'TransactWriteItemsCommand':
        return this.#transact((input as { TransactItems: readonly TransactPart[] }).TransactItems);
      case 'QueryCommand':
        return this.#query(input as Query);
      default:
        throw new Error(`this database does not know ${command}`);
    }
  }

  #table(name: string): Map<string, Item> {
    const table = this.#tables.get(name) ?? new Map<string, Item>();
    this.#tables.set(name, table);
    return table;
  }

  #keyOf(table: string, from: Item): string {
    const { partitionKey, sortKey } = definitions[table] as TableDefinition;
    return `${String(from[partitionKey.name])}\0${String(from[sortKey.name])}`;
  }

  #read({ TableName, Key }: Keyed): Item | undefined {
    return this.#table(TableName).get(this.#keyOf(TableName, Key));
  }

  #holds(write: Write, item: Item | undefined): boolean {
    return write.ConditionExpression === undefined || conditionOf(write.ConditionExpression)(item ?? {}, write);
  }

  /** What the write makes of the item; undefined: nothing is left of it. */
  #result(write: Write, before: Item | undefined): Item | undefined {
    if (write.Item !== undefined) return copyOf(write.Item);
    if (write.UpdateExpression === undefined) return undefined;
    const start = before ?? { ...write.Key };
    const after = copyOf(start);
    updateOf(write.UpdateExpression)(start, after, write);
    return after;
  }

  #writeOne(write: Write): object {
    const key = { TableName: write.TableName, Key: write.Key ?? write.Item ?? {} };
    const before = this.#read(key);
    if (!this.#holds(write, before)) throw conditionFailed(before);
    const after = this.#result(write, before);
    this.#store(key, after);
    return write.ReturnValues === 'ALL_NEW' ? { Attributes: copyOf(after) } : {};
  }

  #store({ TableName, Key }: Keyed, item: Item | undefined): void {
    const key = this.#keyOf(TableName, Key);
    const before = this.#table(TableName).get(key);
    if (item === undefined) this.#table(TableName).delete(key);
    else this.#table(TableName).set(key, item);
    this.onWrite(TableName, Key, item, before);
  }

  #transact(parts: readonly TransactPart[]): object {
    const planned = parts.map((part) => {
      const [kind, write] = Object.entries(part)[0] as [keyof TransactPart, Write];
      const key = { TableName: write.TableName, Key: write.Key ?? write.Item ?? {} };
      return { kind, write, key, before: this.#read(key) };
    });
    const names = planned.map(({ key }) => `${key.TableName}\0${this.#keyOf(key.TableName, key.Key)}`);
    if (new Set(names).size < names.length)
      throw Object.assign(new Error('a transaction names an item twice'), { name: 'ValidationException' });
    const reasons = planned.map(({ write, before }) => {
      if (this.#holds(write, before)) return { Code: 'None' };
      return { Code: 'ConditionalCheckFailed', ...(before === undefined ? {} : { Item: marshall(before) }) };
    });
    if (reasons.some(({ Code }) => Code !== 'None'))
      throw new TransactionCanceledException({
        message: 'Transaction cancelled',
        $metadata: {},
        CancellationReasons: reasons,
      });
    const results = planned.map(({ kind, write, before }) =>
      kind === 'ConditionCheck' ? before : this.#result(write, before),
    );
    planned.forEach(({ kind, key }, at) => {
      if (kind !== 'ConditionCheck') this.#store(key, results[at]);
    });
    return {};
  }

  #query(query: Query): object {
    const { TableName, IndexName, Limit = Number.POSITIVE_INFINITY, ScanIndexForward = true } = query;
    const definition = definitions[TableName] as TableDefinition;
    const index = definition.indexes.find(({ name }) => name === IndexName);
    const { partitionKey, sortKey } = index ?? definition;
    const matches = conditionOf(query.KeyConditionExpression);
    const key = (item: Item): string => `${String(item[sortKey.name])}\0${this.#keyOf(TableName, item)}`;
    const found = [...this.#table(TableName).values()]
      .filter(
        (item) => item[partitionKey.name] !== undefined && item[sortKey.name] !== undefined && matches(item, query),
      )
      .sort((a, b) => (key(a) < key(b) ? -1 : 1));
    if (!ScanIndexForward) found.reverse();
    const start = query.ExclusiveStartKey;
    const from = start === undefined ? found : found.filter((item) => isAfter(key(item), key(start), ScanIndexForward));
    const items = from
      .slice(0, Limit)
      .map((item) => copyOf(index === undefined ? item : keysOf(item, definition, index)));
    const last = items.at(-1);
    return {
      Items: items,
      ...(from.length > items.length && last !== undefined
        ? { LastEvaluatedKey: keysOf(last, definition, index) }
        : {}),
    };
  }
}

const isAfter = (key: string, start: string, forward: boolean): boolean => (forward ? key > start : key < start);

const keysOf = (item: Item, definition: TableDefinition, index: IndexDefinition | undefined): Item =>
  Object.fromEntries(
    [
      definition.partitionKey,
      definition.sortKey,
      ...(index === undefined ? [] : [index.partitionKey, index.sortKey]),
    ].map(({ name }) => [name, item[name]]),
  );

/** How a call gets to the database; a fault may stand between. */
export type Send = (command: string, input: unknown) => Promise<object>;

const sdk = new DynamoDBClient({ region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });

/** What only calls over the wire need is set up for each call, and takes longer than the call itself. The document client asks for its serializers. */
const bareStack = sdk.middlewareStack.clone();
for (const step of bareStack.identify())
  if (!/^(de)?serializerMiddleware /.test(step)) bareStack.remove(step.split(' ')[0] as string);

/** The SDK's client over such a database: its commands are answered before they are written out for the wire. */
export const memoryDynamoClient = (send: Send): DynamoDBClient => {
  const middlewareStack = bareStack.clone();
  middlewareStack.add(
    (_, { commandName = '' }) =>
      async ({ input }) => ({ output: { $metadata: {}, ...(await send(commandName, input)) }, response: {} }),
    { step: 'initialize', name: 'memory', priority: 'high' },
  );
  return Object.create(sdk, { middlewareStack: { value: middlewareStack } });
};
