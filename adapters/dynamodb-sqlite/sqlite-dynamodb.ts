import { DynamoDbError } from './errors.ts';
import { getItem, query, scan } from './operations/reads.ts';
import { isOperation, type Operation, parseRequest, type Request } from './operations/requests.ts';
import { createTable, describeTable, describeTimeToLive, updateTimeToLive } from './operations/tables.ts';
import { transactWriteItems } from './operations/transactions.ts';
import { batchWriteItem, deleteItem, putItem, updateItem } from './operations/writes.ts';
import { createRequestHandler, type RequestHandler } from './request-handler.ts';
import { type Dump, Store } from './store.ts';
import { oldestExpiry } from './tables.ts';
import { untilFree } from './until-free.ts';

export interface SqliteDynamoDb {
  /** For the SDK's client: what it sends is answered here. */
  readonly requestHandler: RequestHandler;
  /** The same for a caller of this process: an operation's name and its input, with attribute values as they go over the wire. */
  call(operation: string, input: unknown, durability?: Durability): Promise<object>;
  /** Deletes items whose time to live has passed, at most so many of each table. Returns how many. */
  expire(limit: number): Promise<number>;
  /** Everything that is stored, for {@link restore}. */
  dump(): Dump;
  /** Puts everything back as it was, in the same database or in another one. */
  restore(dump: Dump): void;
  close(): void;
}

/** Whether what is written must survive a power cut, where the database does so at all. */
export interface Durability {
  readonly durable: boolean;
}
const DURABLE: Durability = { durable: true };

export interface SqliteDynamoDbOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  /** Whether a write that is answered survives a power cut; true unless told. See Store.configure. */
  readonly durable?: boolean | undefined;
  readonly now?: (() => Date) | undefined;
}

type Operations = { readonly [O in Operation]: (store: Store, request: Request<O>, nowSeconds: number) => object };

const operations: Operations = {
  CreateTable: createTable,
  DescribeTable: describeTable,
  DescribeTimeToLive: describeTimeToLive,
  UpdateTimeToLive: updateTimeToLive,
  GetItem: getItem,
  Query: query,
  Scan: scan,
  PutItem: putItem,
  UpdateItem: updateItem,
  DeleteItem: deleteItem,
  BatchWriteItem: batchWriteItem,
  TransactWriteItems: transactWriteItems,
};

/**
 * DynamoDB, as far as this project uses it, in this thread and on a SQLite file; other threads have the same file open by a
 * call of their own. What it does not know it refuses by name.
 */
export const openSqliteDynamoDb = ({
  path,
  durable,
  now = () => new Date(),
}: SqliteDynamoDbOptions): SqliteDynamoDb => {
  const store = new Store(path);
  const nowSeconds = (): number => Math.floor(now().getTime() / 1000);
  store.configure(durable);
  if (store.format() === 0) store.write(() => store.createSchema());
  const call = (operation: string, input: unknown): object => {
    if (!isOperation(operation))
      throw new DynamoDbError(
        'UnknownOperationException',
        `${operation} is not supported by the database of one machine`,
      );
    const run = operations[operation] as (store: Store, request: unknown, nowSeconds: number) => object;
    return run(store, parseRequest(operation, input), nowSeconds());
  };
  return {
    requestHandler: createRequestHandler(call),
    call: (operation, input, { durable } = DURABLE) =>
      untilFree(() => (durable ? call(operation, input) : store.relaxed(() => call(operation, input)))),
    expire: (limit) =>
      untilFree(() =>
        store.write(() => {
          let deleted = 0;
          for (const table of store.tables()) {
            if (table.ttlAttribute === null) continue;
            const until = nowSeconds();
            for (const { item, ...key } of store.expired(table, oldestExpiry(until), until, limit)) {
              store.replace(table, key, item, null);
              deleted += 1;
            }
          }
          return deleted;
        }),
      ),
    dump: () => store.dump(),
    restore: (dump) => store.restore(dump),
    close: () => store.close(),
  };
};
