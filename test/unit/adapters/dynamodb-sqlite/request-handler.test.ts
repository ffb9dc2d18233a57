import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoClient } from '../../../../adapters/dynamodb/client.ts';
import { createRequestHandler } from '../../../../adapters/dynamodb-sqlite/request-handler.ts';
import { openSqliteDynamoDb } from '../../../../adapters/dynamodb-sqlite/sqlite-dynamodb.ts';
import { overHandler } from '../../../support/dynamodb-differential.ts';
import { randomTable } from '../../../support/dynamodb-requests.ts';

const TableName = 'things';

describe('a request', () => {
  it('that was given up is not done', async () => {
    const done: string[] = [];
    const requestHandler = createRequestHandler((operation) => {
      done.push(operation);
      return {};
    });
    const client = createDynamoClient({ requestHandler });
    const scanned = client.send(new ScanCommand({ TableName }), { abortSignal: AbortSignal.abort() });
    await expect(scanned).rejects.toMatchObject({ name: 'AbortError' });
    expect(done).toEqual([]);
    await client.send(new ScanCommand({ TableName }));
    expect(done).toEqual(['Scan']);
  });

  it('that meets a fault of this program is not answered, and says which', async () => {
    const requestHandler = createRequestHandler(() => {
      throw new TypeError('a fault');
    });
    const client = createDynamoClient({ requestHandler });
    await expect(client.send(new ScanCommand({ TableName }))).rejects.toThrow('a fault');
  });

  it.each([
    [{ a: { S: 1 } }, 'type S has content of another type'],
    [{ a: { N: 1 } }, 'type N has content of another type'],
    [{ a: { B: 1 } }, 'type B has content of another type'],
    [{ a: { BOOL: 'true' } }, 'type BOOL has content of another type'],
    [{ a: { NULL: false } }, 'must have the value of true'],
    [{ a: { SS: 'a' } }, 'type set has content of another type'],
    [{ a: { SS: [] } }, 'An string set  may not be empty'],
    [{ a: { NS: ['1', '1.0'] } }, 'contains duplicates'],
    [{ a: { L: {} } }, 'type L has content of another type'],
    [{ a: { M: [] } }, 'M must be a map of attribute values'],
    [{ a: { Q: 'x' } }, 'unknown datatype Q'],
    [{ a: { S: 'x', N: '1' } }, 'more than one datatypes set'],
    [{ a: 'x' }, 'must contain exactly one of the supported datatypes'],
    ['x', 'Item must be a map of attribute values'],
  ])('with the item %j is refused', async (more, message) => {
    const database = openSqliteDynamoDb({ path: ':memory:' });
    const send = overHandler(database.requestHandler);
    await send({ operation: 'CreateTable', input: { TableName, ...randomTable } });
    const Item = typeof more === 'string' ? more : { pk: { S: 'p' }, sk: { N: '1' }, ...more };
    const { status, body } = await send({ operation: 'PutItem', input: { TableName, Item } });
    database.close();
    expect([status, body.message]).toEqual([400, expect.stringContaining(message)]);
  });

  it('with values that are nested too deeply is refused', async () => {
    const database = openSqliteDynamoDb({ path: ':memory:' });
    const send = overHandler(database.requestHandler);
    await send({ operation: 'CreateTable', input: { TableName, ...randomTable } });
    const nested = (depth: number): object => (depth === 0 ? { S: 'x' } : { L: [nested(depth - 1)] });
    const put = (depth: number) =>
      send({ operation: 'PutItem', input: { TableName, Item: { pk: { S: 'p' }, sk: { N: '1' }, a: nested(depth) } } });
    expect((await put(32)).status).toBe(200);
    expect((await put(33)).body.message).toContain('Nesting Levels have exceeded supported limits');
    database.close();
  });
});

describe('a file that is damaged while it is in use', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'test-request-handler-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is the server’s fault, as on AWS, and not the request’s', async () => {
    const path = join(directory, 'items.sqlite');
    const whole = openSqliteDynamoDb({ path });
    const send = overHandler(whole.requestHandler);
    await send({ operation: 'CreateTable', input: { TableName, ...randomTable } });
    for (let i = 0; i < 50; i++) {
      const Item = { pk: { S: 'p' }, sk: { N: String(i) }, a: { S: 'x'.repeat(1000) } };
      await send({ operation: 'PutItem', input: { TableName, Item } });
    }
    whole.close();
    const file = await open(path, 'r+');
    const { size } = await file.stat();
    await file.write(Buffer.alloc(size - 8192, 0xa5), 0, size - 8192, 8192);
    await file.close();
    const damaged = openSqliteDynamoDb({ path });
    const answer = await overHandler(damaged.requestHandler)({ operation: 'Scan', input: { TableName } });
    damaged.close();
    expect(answer).toMatchObject({
      status: 500,
      body: { __type: expect.stringContaining('InternalServerError'), message: expect.stringContaining('malformed') },
    });
  });
});
