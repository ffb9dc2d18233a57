import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { createDynamoClient } from '../../adapters/dynamodb/client.ts';
import { createTables } from '../../adapters/dynamodb/create-tables.ts';
import { openSqliteDynamoDb } from '../../adapters/dynamodb-sqlite/sqlite-dynamodb.ts';
import { type TableDefinition, tables } from '../../core/contract/tables.ts';
import type { HistoryDatabase } from './history-database.ts';
import type { Item } from './memory/expressions.ts';
import { tableNames } from './memory/memory-dynamodb.ts';

interface Keyed {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
}

const definitions: Readonly<Record<string, TableDefinition>> = {
  [tableNames.repositories]: tables.repositories,
  [tableNames.syncJobs]: tables.syncJobs,
};

/** What a history may have expire at once: everything. */
const ALL = 1_000_000;

const keyOf = ({ TableName, Key, Item: item }: Keyed): Item => {
  const { partitionKey, sortKey } = definitions[TableName] as TableDefinition;
  const from = Key ?? item ?? {};
  return { [partitionKey.name]: from[partitionKey.name], [sortKey.name]: from[sortKey.name] };
};

/**
 * The database of one machine, adapters/dynamodb-sqlite, under the SDK's own client. It sees its own writes by reading each item again, and does
 * one request after the other.
 */
export class SqliteDatabase implements HistoryDatabase {
  onWrite: HistoryDatabase['onWrite'] = () => undefined;
  readonly #database: ReturnType<typeof openSqliteDynamoDb>;
  readonly #documents: DynamoDBDocumentClient;
  readonly #seen = new Map<string, { readonly table: string; readonly item: Item }>();
  #last: Promise<unknown>;

  constructor(now: () => Date) {
    this.#database = openSqliteDynamoDb({ path: ':memory:', now });
    const client = createDynamoClient({ requestHandler: this.#database.requestHandler });
    this.#documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
    this.#last = createTables(client, tableNames);
  }

  items(table: string): readonly Item[] {
    return [...this.#seen.values()].filter((seen) => seen.table === table).map(({ item }) => item);
  }

  send(command: string, input: unknown): Promise<object> {
    return this.#next(async () => {
      const answer = await this.#do(command, input);
      for (const written of writtenBy(command, input)) await this.#see(written);
      return answer;
    });
  }

  expire(): Promise<unknown> {
    return this.#next(async () => {
      await this.#database.expire(ALL);
      for (const { table, item } of [...this.#seen.values()])
        await this.#see({ TableName: table, Item: item }, () => undefined);
    });
  }

  async compare(): Promise<readonly string[]> {
    const differences: string[] = [];
    let stored = 0;
    for (const TableName of Object.values(tableNames)) {
      const { Items = [] } = await this.#documents.send(new ScanCommand({ TableName }));
      stored += Items.length;
      for (const item of Items) {
        const key = keyOf({ TableName, Item: item });
        if (textOf(this.#seen.get(nameOf(TableName, key))?.item) !== textOf(item))
          differences.push(`${TableName} holds ${JSON.stringify(key)}, which nobody has written so`);
      }
    }
    if (stored !== this.#seen.size) differences.push(`${stored} items are stored, and ${this.#seen.size} were written`);
    return differences;
  }

  close(): void {
    this.#database.close();
  }

  #next<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#last.then(act);
    this.#last = done.catch(() => undefined);
    return done;
  }

  #do(command: string, input: unknown): Promise<object> {
    switch (command) {
      case 'GetItemCommand':
        return this.#documents.send(new GetCommand(input as never));
      case 'PutItemCommand':
        return this.#documents.send(new PutCommand(input as never));
      case 'UpdateItemCommand':
        return this.#documents.send(new UpdateCommand(input as never));
      case 'DeleteItemCommand':
        return this.#documents.send(new DeleteCommand(input as never));
      case 'QueryCommand':
        return this.#documents.send(new QueryCommand(input as never));
      case 'TransactWriteItemsCommand':
        return this.#documents.send(new TransactWriteCommand(input as never));
      default:
        throw new Error(`a history does not send ${command}`);
    }
  }

  async #see(written: Keyed, tell = this.onWrite): Promise<void> {
    const { TableName } = written;
    const Key = keyOf(written);
    const { Item: item } = await this.#documents.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    const name = nameOf(TableName, Key);
    const before = this.#seen.get(name)?.item;
    if (item === undefined) this.#seen.delete(name);
    else this.#seen.set(name, { table: TableName, item });
    tell(TableName, Key, item, before);
  }
}

const nameOf = (table: string, key: Item): string => [table, ...Object.values(key)].join('\0');

const textOf = (item: Item | undefined): string =>
  JSON.stringify(item, (_, value) => (value instanceof Set ? [...value].sort() : value));

const writtenBy = (command: string, input: unknown): readonly Keyed[] => {
  if (command === 'TransactWriteItemsCommand') {
    const { TransactItems } = input as { TransactItems: readonly Readonly<Record<string, Keyed>>[] };
    return TransactItems.flatMap((part) => Object.entries(part))
      .filter(([kind]) => kind !== 'ConditionCheck')
      .map(([, write]) => write);
  }
  return command === 'GetItemCommand' || command === 'QueryCommand' ? [] : [input as Keyed];
};
