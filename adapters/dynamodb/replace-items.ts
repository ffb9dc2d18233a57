import {
  type AttributeValue,
  BatchWriteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  paginateScan,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { own } from '../../core/domain/own.ts';

/** The most that one request may write. */
const WRITES_AT_ONCE = 25;

/**
 * Makes a table hold what another one holds, and nothing else. Repeated, it continues where it ended. Throws RangeError for a source
 * without items: it would empty the table.
 */
export const replaceItems = async (
  client: DynamoDBClient,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<{ readonly put: number; readonly deleted: number }> => {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: to }));
  const keyNames = (Table?.KeySchema ?? []).map(({ AttributeName = '' }) => AttributeName);
  const keyOf = (item: Item): Item =>
    Object.fromEntries(keyNames.map((name) => [name, own(item, name) as AttributeValue]));
  const kept = new Set<string>();
  await write(
    client,
    to,
    putsOf(itemsOf(client, from), (item) => kept.add(JSON.stringify(keyOf(item)))),
  );
  if (kept.size === 0) throw new RangeError(`${from} has no items: ${to} would be empty`);
  let deleted = 0;
  const deletions = async function* (): AsyncGenerator<WriteRequest> {
    for await (const item of itemsOf(client, to)) {
      const Key = keyOf(item);
      if (kept.has(JSON.stringify(Key))) continue;
      deleted += 1;
      yield { DeleteRequest: { Key } };
    }
  };
  await write(client, to, deletions());
  return { put: kept.size, deleted };
};

type Item = Record<string, AttributeValue>;

async function* itemsOf(client: DynamoDBClient, table: string): AsyncGenerator<Item> {
  for await (const page of paginateScan({ client }, { TableName: table, ConsistentRead: true }))
    yield* page.Items ?? [];
}

async function* putsOf(items: AsyncIterable<Item>, seen: (item: Item) => void): AsyncGenerator<WriteRequest> {
  for await (const Item of items) {
    seen(Item);
    yield { PutRequest: { Item } };
  }
}

const write = async (client: DynamoDBClient, table: string, requests: AsyncIterable<WriteRequest>): Promise<void> => {
  let batch: WriteRequest[] = [];
  const flush = async (): Promise<void> => {
    // What DynamoDB did not take is asked again; the client itself waits when it is throttled.
    while (batch.length > 0) {
      const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: batch } }));
      batch = own(UnprocessedItems, table) ?? [];
    }
  };
  for await (const request of requests) {
    batch.push(request);
    if (batch.length === WRITES_AT_ONCE) await flush();
  }
  await flush();
};
