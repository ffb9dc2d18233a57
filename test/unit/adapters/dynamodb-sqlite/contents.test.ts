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

describe('a transaction', () => {
  it('whose conditions fail says for each action why, in their order, and changes nothing', async () => {
    await put({ ...key(1), a: { S: 'a' } });
    const TransactItems = [
      { Put: { TableName, Item: key(2) } },
      {
        ConditionCheck: {
          TableName,
          Key: key(1),
          ConditionExpression: 'attribute_exists(b)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
      {
        Delete: {
          TableName,
          Key: key(3),
          ConditionExpression: 'attribute_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
      { Update: { TableName, Key: key(4), UpdateExpression: 'SET a = b' } },
    ];
    expect(await refused('TransactWriteItems', { TransactItems })).toMatchObject({
      name: 'TransactionCanceledException',
      message: expect.stringContaining('[None, ConditionalCheckFailed, ConditionalCheckFailed, ValidationError]'),
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Item: { ...key(1), a: { S: 'a' } } },
        { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
        { Code: 'ValidationError', Message: expect.stringContaining('does not exist in the item') },
      ],
    });
    expect(await get(2)).toBeUndefined();
  });

  it('that is sent again under its token is done once; with other actions it is refused; after ten minutes the token is new', async () => {
    const transaction = (by: string, token = 'a-token') => ({
      ClientRequestToken: token,
      TransactItems: [
        {
          Update: {
            TableName,
            Key: key(1),
            UpdateExpression: 'ADD a :n',
            ExpressionAttributeValues: { ':n': { N: by } },
          },
        },
      ],
    });
    for (let i = 0; i < 3; i++) await done('TransactWriteItems', transaction('1'));
    expect(await get(1)).toMatchObject({ a: { N: '1' } });
    expect(await refused('TransactWriteItems', transaction('2'))).toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
    await done('TransactWriteItems', transaction('2', 'another'));
    now = new Date(now.getTime() + 601_000);
    await done('TransactWriteItems', transaction('1'));
    expect(await get(1)).toMatchObject({ a: { N: '4' } });
  });

  it('that was refused may be sent again under its token', async () => {
    const TransactItems = [{ ConditionCheck: { TableName, Key: key(1), ConditionExpression: 'attribute_exists(pk)' } }];
    const transaction = { ClientRequestToken: 'a-token', TransactItems };
    await refused('TransactWriteItems', transaction);
    await put(key(1));
    await done('TransactWriteItems', transaction);
  });
});

describe('pages', () => {
  const pages = async (operation: string, input: object): Promise<Record<string, unknown>[][]> => {
    const all: Record<string, unknown>[][] = [];
    for (let ExclusiveStartKey: unknown; ; ) {
      const page = await done(operation, {
        TableName,
        ...input,
        ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
      });
      all.push(page.Items as Record<string, unknown>[]);
      ExclusiveStartKey = page.LastEvaluatedKey;
      if (ExclusiveStartKey === undefined) return all;
    }
  };
  const sorts = (items: readonly Record<string, unknown>[]) => items.map(({ sk }) => Number((sk as { N: string }).N));

  it('of numbers are in the order of the numbers, both ways, from wherever one begins', async () => {
    for (const sk of [10, 9, -1, 0, 100, -20, 0.5, 2]) await put({ ...key(sk), g: { S: 'g' }, n: { N: String(-sk) } });
    const all = { KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'p' } } };
    const ordered = [-20, -1, 0, 0.5, 2, 9, 10, 100];
    for (const Limit of [1, 3, 8, 9]) {
      expect(sorts((await pages('Query', { ...all, Limit })).flat())).toEqual(ordered);
      expect(sorts((await pages('Query', { ...all, Limit, ScanIndexForward: false })).flat())).toEqual(
        ordered.toReversed(),
      );
      const index = {
        IndexName: 'by-n',
        KeyConditionExpression: 'g = :g AND n < :n',
        ExpressionAttributeValues: { ':g': { S: 'g' }, ':n': { N: '1' } },
        Limit,
      };
      expect(sorts((await pages('Query', index)).flat())).toEqual([100, 10, 9, 2, 0.5, 0]);
    }
    const deleted = { ExclusiveStartKey: key(1) };
    expect(sorts(((await done('Query', { TableName, ...all, ...deleted })).Items as []) ?? [])).toEqual([
      2, 9, 10, 100,
    ]);
  });

  it('of items with the same key in an index lose none and repeat none', async () => {
    for (let i = 0; i < 12; i++)
      await put({ ...key(i, i % 2 === 0 ? 'p' : 'q'), g: { S: 'g' }, n: { N: String(i % 3) } });
    for (const ScanIndexForward of [true, false])
      for (const Limit of [1, 5]) {
        const index = {
          IndexName: 'by-n',
          KeyConditionExpression: 'g = :g',
          ExpressionAttributeValues: { ':g': { S: 'g' } },
          Limit,
          ScanIndexForward,
        };
        const found = (await pages('Query', index)).flat();
        expect(sorts(found).sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
        const order = found.map(({ n }) => Number((n as { N: string }).N));
        expect(order).toEqual(order.toSorted((a, b) => (ScanIndexForward ? a - b : b - a)));
      }
  });

  it('end at 1 MB of items looked at, filtered or not', async () => {
    for (let i = 0; i < 12; i++) await put({ ...key(i), a: { S: 'x'.repeat(200 * 1024) } });
    const all = { KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'p' } } };
    expect((await pages('Query', all)).map((page) => page.length)).toEqual([6, 6, 0]);
    expect((await pages('Scan', {})).map((page) => page.length)).toEqual([6, 6, 0]);
    expect(sorts((await pages('Scan', {})).flat())).toEqual(Array.from({ length: 12 }, (_, i) => i));
    const filtered = { FilterExpression: 'attribute_exists(absent)' };
    expect((await pages('Scan', filtered)).map((page) => page.length)).toEqual([0, 0, 0]);
    const counted = await done('Scan', { TableName, Select: 'COUNT', Limit: 5 });
    expect(counted).toMatchObject({ Count: 5, ScannedCount: 5 });
    expect(counted).not.toHaveProperty('Items');
  });
});

describe('an index', () => {
  it('follows its items: in, elsewhere, out', async () => {
    const found = async () => {
      const { Items } = await done('Query', {
        TableName,
        IndexName: 'by-s',
        KeyConditionExpression: 'g = :g',
        ExpressionAttributeValues: { ':g': { S: 'g' } },
      });
      return (Items as Record<string, { S: string }>[]).map(({ s }) => s?.S);
    };
    const change = (UpdateExpression: string, values?: object) =>
      done('UpdateItem', {
        TableName,
        Key: key(1),
        UpdateExpression,
        ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
      });
    await put(key(1));
    expect(await found()).toEqual([]);
    await change('SET g = :g', { ':g': { S: 'g' } });
    expect(await found()).toEqual([]);
    await change('SET s = :s', { ':s': { S: 'a' } });
    expect(await found()).toEqual(['a']);
    await change('SET s = :s', { ':s': { S: 'b' } });
    expect(await found()).toEqual(['b']);
    await change('REMOVE g');
    expect(await found()).toEqual([]);
    await change('SET g = :g', { ':g': { S: 'g' } });
    await done('DeleteItem', { TableName, Key: key(1) });
    expect(await found()).toEqual([]);
  });
});

describe('what has expired', () => {
  it('goes at the next sweep, out of the indexes too; what is no time, or five years old, stays', async () => {
    const at = (seconds: number) => ({ N: String(Math.floor(now.getTime() / 1000) + seconds) });
    await put({ ...key(1), x: at(-1), g: { S: 'g' }, n: { N: '1' } });
    await done('UpdateTimeToLive', { TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: 'x' } });
    await put({ ...key(2), x: at(0) });
    await put({ ...key(3), x: at(60) });
    await put({ ...key(4), x: { S: '1' } });
    await put({ ...key(5), x: { N: '1' } });
    await put({ ...key(6), x: { N: '1e100' } });
    await put(key(7));
    expect(await database.expire(1)).toBe(1);
    expect(await database.expire(10)).toBe(1);
    expect(await database.expire(10)).toBe(0);
    expect(await Promise.all([1, 2, 3, 4, 5, 6, 7].map(async (sk) => (await get(sk)) !== undefined))).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
      true,
    ]);
    const index = {
      TableName,
      IndexName: 'by-n',
      KeyConditionExpression: 'g = :g',
      ExpressionAttributeValues: { ':g': { S: 'g' } },
    };
    expect(await done('Query', index)).toMatchObject({ Count: 0 });
    now = new Date(now.getTime() + 61_000);
    expect(await database.expire(10)).toBe(1);
  });
});

describe('a dump', () => {
  it('puts everything back as it was, here and in another database', async () => {
    const fill = (until: number) =>
      Promise.all(Array.from({ length: until }, (_, i) => put({ ...key(i), g: { S: 'g' }, n: { N: '1' } })));
    await fill(5);
    const token = { ClientRequestToken: 't', TransactItems: [{ Put: { TableName, Item: key(9) } }] };
    await done('TransactWriteItems', token);
    const dump = database.dump();
    const before = JSON.stringify(await done('Scan', { TableName }));
    await fill(8);
    await done('DeleteItem', { TableName, Key: key(1) });
    database.restore(dump);
    expect(JSON.stringify(await done('Scan', { TableName }))).toBe(before);
    const index = {
      IndexName: 'by-n',
      KeyConditionExpression: 'g = :g',
      ExpressionAttributeValues: { ':g': { S: 'g' } },
    };
    expect(await done('Query', { TableName, ...index })).toMatchObject({ Count: 5 });
    const other = openSqliteDynamoDb({ path: ':memory:' });
    other.restore(dump);
    expect(other.dump()).toEqual(dump);
    other.close();
  });
});
