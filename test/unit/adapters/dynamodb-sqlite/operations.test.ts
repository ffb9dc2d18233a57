import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteDynamoDb, type SqliteDynamoDb } from '../../../../adapters/dynamodb-sqlite/sqlite-dynamodb.ts';
import { type Answer, overHandler } from '../../../support/dynamodb-differential.ts';
import { randomTable } from '../../../support/dynamodb-requests.ts';

const TableName = 'things';
let database: SqliteDynamoDb;
let now: Date;
let send: (operation: string, input: object) => Promise<Answer>;
beforeEach(async () => {
  now = new Date('2026-01-01T00:00:00.000Z');
  database = openSqliteDynamoDb({ path: ':memory:', now: () => now });
  const over = overHandler(database.requestHandler);
  send = (operation, input) => over({ operation, input: input as Record<string, unknown> });
  await done('CreateTable', { TableName, ...randomTable });
});
afterEach(() => database.close());

const done = async (operation: string, input: object): Promise<Record<string, unknown>> => {
  const { status, body } = await send(operation, input);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};
const refused = async (operation: string, input: object): Promise<Record<string, unknown>> => {
  const { status, body } = await send(operation, input);
  expect(status).toBe(400);
  return { ...body, name: String(body.__type).split('#')[1] };
};
const key = (sk: number, pk = 'p') => ({ pk: { S: pk }, sk: { N: String(sk) } });
const put = (item: object) => done('PutItem', { TableName, Item: item });
const get = async (sk: number, pk?: string) => (await done('GetItem', { TableName, Key: key(sk, pk) })).Item;

describe('what it does not know', () => {
  it.each([
    ['ListTables', {}, 'UnknownOperationException', 'ListTables is not supported'],
    ['constructor', {}, 'UnknownOperationException', 'constructor is not supported'],
    ['PutItem', { TableName, Item: key(1), Expected: {} }, 'ValidationException', 'PutItem.Expected is not supported'],
    [
      'Query',
      { TableName, KeyConditionExpression: 'pk = :p', AttributesToGet: ['a'] },
      'ValidationException',
      'Query.AttributesToGet is not supported',
    ],
    [
      'GetItem',
      { TableName, Key: key(1), ProjectionExpression: 'a' },
      'ValidationException',
      'GetItem.ProjectionExpression is not supported',
    ],
    [
      'TransactWriteItems',
      { TransactItems: [{ Delete: { TableName, Key: key(1), ReturnValues: 'NONE' } }] },
      'ValidationException',
      'TransactWriteItems.TransactItems.0.Delete.ReturnValues is not supported',
    ],
    [
      'CreateTable',
      { ...randomTable, TableName: 'other', StreamSpecification: {} },
      'ValidationException',
      'CreateTable.StreamSpecification is not supported',
    ],
    [
      'UpdateItem',
      { TableName, Key: key(1), ReturnValues: 'UPDATED_NEW' },
      'ValidationException',
      'Value at UpdateItem.ReturnValues failed to satisfy constraint',
    ],
    [
      'Query',
      { TableName, KeyConditionExpression: 'pk = :p', Limit: 0 },
      'ValidationException',
      'Value at Query.Limit failed to satisfy constraint: must be at least 1',
    ],
    ['GetItem', { TableName: 'absent', Key: key(1) }, 'ResourceNotFoundException', 'Requested resource not found'],
    [
      'Query',
      { TableName, IndexName: 'absent', KeyConditionExpression: 'pk = :p' },
      'ValidationException',
      'does not have the specified index: absent',
    ],
  ])('%s %j is refused by its name', async (operation, input, name, message) => {
    expect(await refused(operation, input)).toMatchObject({ name, message: expect.stringContaining(message) });
  });
});

describe('a table', () => {
  it.each([
    [{ KeySchema: randomTable.KeySchema.slice(0, 1) }, 'must have one HASH and one RANGE'],
    [
      { AttributeDefinitions: randomTable.AttributeDefinitions.slice(1) },
      'not defined in AttributeDefinitions. Keys: [pk]',
    ],
    [{ GlobalSecondaryIndexes: [] }, 'does not exactly match'],
    [
      { GlobalSecondaryIndexes: [...randomTable.GlobalSecondaryIndexes, randomTable.GlobalSecondaryIndexes[0]] },
      'Duplicate index name',
    ],
    [{ TableName: 'x' }, 'must have 3 to 255'],
    [{ BillingMode: 'PROVISIONED' }, 'Value at CreateTable.BillingMode'],
  ])('with %j is refused', async (change, message) => {
    expect(await refused('CreateTable', { TableName: 'other', ...randomTable, ...change })).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message),
    });
  });

  it('is made once, and described as it was made', async () => {
    expect(await refused('CreateTable', { TableName, ...randomTable })).toMatchObject({
      name: 'ResourceInUseException',
    });
    const { Table } = await done('DescribeTable', { TableName });
    expect(Table).toMatchObject({
      TableName,
      TableStatus: 'ACTIVE',
      KeySchema: randomTable.KeySchema,
      AttributeDefinitions: randomTable.AttributeDefinitions,
      GlobalSecondaryIndexes: randomTable.GlobalSecondaryIndexes,
    });
  });

  it('has a time to live that is set and taken back once each', async () => {
    const set = (Enabled: boolean, AttributeName = 'x') => ({
      TableName,
      TimeToLiveSpecification: { Enabled, AttributeName },
    });
    expect(await refused('UpdateTimeToLive', set(false))).toMatchObject({ message: 'TimeToLive is already disabled' });
    await done('UpdateTimeToLive', set(true));
    expect(await refused('UpdateTimeToLive', set(true))).toMatchObject({ message: 'TimeToLive is already enabled' });
    expect(await refused('UpdateTimeToLive', set(false, 'y'))).toMatchObject({
      message: 'TimeToLive is active on a different AttributeName',
    });
    await done('UpdateTimeToLive', set(false));
  });
});

describe('keys', () => {
  it.each([
    ['PutItem', { Item: { pk: { S: 'p' } } }, 'Missing the key sk in the item'],
    ['PutItem', { Item: { pk: { S: '' }, sk: { N: '1' } } }, 'cannot contain an empty string value. Key: pk'],
    ['PutItem', { Item: { pk: { S: 'p' }, sk: { S: '1' } } }, 'Type mismatch for key sk expected: N actual: S'],
    ['PutItem', { Item: key(1, 'x'.repeat(2049)) }, 'maximum size limit of 2048 bytes'],
    [
      'PutItem',
      { Item: { ...key(1), n: { S: 'x' } } },
      'Type mismatch for Index Key n Expected: N Actual: S IndexName: by-n',
    ],
    ['PutItem', { Item: { ...key(1), s: { S: '' }, g: { S: 'g' } } }, 'IndexName: by-s, IndexKey: s'],
    ['GetItem', { Key: { pk: { S: 'p' } } }, 'does not match the schema'],
    ['GetItem', { Key: { ...key(1), a: { S: 'a' } } }, 'does not match the schema'],
    ['GetItem', { Key: { pk: { N: '1' }, sk: { N: '1' } } }, 'does not match the schema'],
    [
      'UpdateItem',
      { Key: key(1), UpdateExpression: 'REMOVE pk' },
      'Cannot update attribute pk. This attribute is part of the key',
    ],
    [
      'Query',
      { KeyConditionExpression: 'pk = :v', ExpressionAttributeValues: { ':v': { N: '1' } } },
      'does not match schema type',
    ],
    [
      'Query',
      { KeyConditionExpression: 'pk = :v', ExpressionAttributeValues: { ':v': { S: '' } } },
      'empty string value. Key: pk',
    ],
    [
      'Query',
      {
        IndexName: 'by-n',
        ConsistentRead: true,
        KeyConditionExpression: 'g = :v',
        ExpressionAttributeValues: { ':v': { S: 'g' } },
      },
      'Consistent reads are not supported',
    ],
    [
      'Query',
      {
        IndexName: 'by-n',
        ProjectionExpression: 'a',
        KeyConditionExpression: 'g = :v',
        ExpressionAttributeValues: { ':v': { S: 'g' } },
      },
      'does not project [a]',
    ],
    [
      'Query',
      {
        FilterExpression: 'sk = :n',
        KeyConditionExpression: 'pk = :v',
        ExpressionAttributeValues: { ':v': { S: 'g' }, ':n': { N: '1' } },
      },
      'Primary key attribute: sk',
    ],
    [
      'Query',
      {
        ExclusiveStartKey: { pk: { S: 'p' } },
        KeyConditionExpression: 'pk = :v',
        ExpressionAttributeValues: { ':v': { S: 'g' } },
      },
      'starting key is invalid',
    ],
  ])('%s %j are refused', async (operation, input, message) => {
    expect(await refused(operation, { TableName, ...input })).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message),
    });
  });
});

describe('limits', () => {
  it('an item of 400 KB is taken, and one byte more refused, in a put, an update and a transaction', async () => {
    const names = 'pk'.length + 'p'.length + 'sk'.length + 2 + 'a'.length;
    const text = 'x'.repeat(400 * 1024 - names);
    await put({ ...key(1), a: { S: text } });
    expect(await refused('PutItem', { TableName, Item: { ...key(2), a: { S: `${text}x` } } })).toMatchObject({
      name: 'ValidationException',
      message: 'Item size has exceeded the maximum allowed size',
    });
    const longer = {
      TableName,
      Key: key(1),
      UpdateExpression: 'SET a = :a',
      ExpressionAttributeValues: { ':a': { S: `${text}x` } },
    };
    expect(await refused('UpdateItem', longer)).toMatchObject({
      message: 'Item size to update has exceeded the maximum allowed size',
    });
    expect(await refused('TransactWriteItems', { TransactItems: [{ Update: longer }] })).toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [
        { Code: 'ValidationError', Message: 'Item size to update has exceeded the maximum allowed size' },
      ],
    });
    expect(await get(1)).toMatchObject({ a: { S: text } });
  });

  it.each([
    ['no action', 0],
    ['101 actions', 101],
  ])('a transaction of %s is refused', async (_, count) => {
    const TransactItems = Array.from({ length: count }, (_, i) => ({ Delete: { TableName, Key: key(i) } }));
    expect(await refused('TransactWriteItems', { TransactItems })).toMatchObject({ name: 'ValidationException' });
  });

  it('a transaction of 100 actions is done; over 4 MB it is refused, and nothing of it is written', async () => {
    const puts = (bytes: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({
        Put: { TableName, Item: { ...key(i), a: { S: 'x'.repeat(bytes) } } },
      }));
    await done('TransactWriteItems', { TransactItems: puts(10, 100) });
    expect(await refused('TransactWriteItems', { TransactItems: puts(399 * 1024, 11) })).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('4 MB'),
    });
    expect(await get(0)).toMatchObject({ a: { S: 'x'.repeat(10) } });
  });

  it.each([
    ['no action', {}],
    ['two actions', { Put: { TableName, Item: key(1) }, Delete: { TableName, Key: key(1) } }],
  ])('an entry of a transaction with %s is refused', async (_, entry) => {
    expect(await refused('TransactWriteItems', { TransactItems: [entry] })).toMatchObject({
      name: 'ValidationException',
      message: 'TransactItems can only contain one of Check, Put, Update or Delete',
    });
  });

  it('an item is in a transaction or a batch once, however its key is written', async () => {
    const twice = [
      { Put: { TableName, Item: { pk: { S: 'p' }, sk: { N: '1.0' } } } },
      { Delete: { TableName, Key: key(1) } },
    ];
    expect(await refused('TransactWriteItems', { TransactItems: twice })).toMatchObject({
      name: 'ValidationException',
      message: 'Transaction request cannot include multiple operations on one item',
    });
    const batch = [{ PutRequest: { Item: key(1) } }, { DeleteRequest: { Key: key(1) } }];
    expect(await refused('BatchWriteItem', { RequestItems: { [TableName]: batch } })).toMatchObject({
      message: 'Provided list of item keys contains duplicates',
    });
    expect(await refused('BatchWriteItem', { RequestItems: { [TableName]: [{}] } })).toMatchObject({
      message: expect.stringContaining('exactly one of PutRequest and DeleteRequest'),
    });
    const many = Array.from({ length: 26 }, (_, i) => ({ PutRequest: { Item: key(i) } }));
    expect(await refused('BatchWriteItem', { RequestItems: { [TableName]: many } })).toMatchObject({
      message: expect.stringContaining('1 to 25 writes, not 26'),
    });
  });
});
