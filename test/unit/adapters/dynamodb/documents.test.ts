import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoClient } from '../../../../adapters/dynamodb/client.ts';
import { type DirectCall, type Documents, documentsOf } from '../../../../adapters/dynamodb/documents.ts';
import { openSqliteDynamoDb, type SqliteDynamoDb } from '../../../../adapters/dynamodb-sqlite/sqlite-dynamodb.ts';
import { randomTable } from '../../../support/dynamodb-requests.ts';

const TableName = 'things';
const table = { TableName, ...randomTable } as unknown as ConstructorParameters<typeof CreateTableCommand>[0];
const at = (pk: string, sk = 1) => ({ TableName, Key: { pk, sk } });
const set = (pk: string, a: unknown, more: object = {}) =>
  new UpdateCommand({
    ...at(pk),
    UpdateExpression: 'SET a = :a',
    ExpressionAttributeValues: { ':a': a },
    ReturnValues: 'ALL_NEW',
    ...more,
  });
const absent = {
  ConditionExpression: 'attribute_not_exists(pk)',
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
} as const;
const values = {
  text: 'x',
  number: 1.5,
  none: null,
  yes: true,
  list: [1, { deep: ['y'] }],
  set: new Set(['b', 'c']),
  gone: undefined,
};

let database: SqliteDynamoDb;
/** Past the SDK, and by it: both on one database. */
let direct: Documents;
let sdk: DynamoDBDocumentClient;
let asked: string[];
let call: DirectCall;

beforeEach(async () => {
  database = openSqliteDynamoDb({ path: ':memory:' });
  asked = [];
  call = database.call;
  const client = createDynamoClient({
    requestHandler: database.requestHandler,
    call: (operation, input, durability) => {
      asked.push(durability.durable ? operation : `${operation}, noted`);
      return call(operation, input, durability);
    },
  });
  await client.send(new CreateTableCommand(table));
  direct = documentsOf(client);
  sdk = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
});
afterEach(() => database.close());

const plain = <T extends { $metadata?: unknown }>({ $metadata: _, ...answer }: T) => answer;

describe('documents of a database in this process', () => {
  it('are written and read as by the SDK, and do not go through it', async () => {
    const written = plain(await direct.send(set('p', values)));
    expect(written).toEqual({ Attributes: { pk: 'p', sk: 1, a: { ...values, gone: undefined } } });
    expect(written).toEqual(plain(await sdk.send(set('p', values))));
    const queried = new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'p' },
      Limit: 1,
    });
    for (const command of [new GetCommand(at('p')), new GetCommand(at('not there')), queried] as GetCommand[])
      expect(plain(await direct.send(command))).toEqual(plain(await sdk.send(command)));
    await direct.send(new DeleteCommand(at('p')));
    expect(await sdk.send(new GetCommand(at('p')))).not.toHaveProperty('Item');
    await direct.note(set('p', 'noted'));
    expect((await sdk.send(new GetCommand(at('p')))).Item).toMatchObject({ a: 'noted' });
    expect(asked).toEqual(['UpdateItem', 'GetItem', 'GetItem', 'Query', 'DeleteItem', 'UpdateItem, noted']);
  });

  it('refuse what the SDK refuses, with the same errors', async () => {
    await direct.send(set('p', 1));
    const refusedBy = async (documents: Pick<Documents, 'send'>, command: UpdateCommand | TransactWriteCommand) =>
      (await documents.send(command as UpdateCommand).catch((error: unknown) => error)) as Error;
    const one = () => set('p', 2, absent);
    const { UpdateExpression, ExpressionAttributeValues } = one().input;
    const several = () =>
      new TransactWriteCommand({
        TransactItems: [
          { Update: { ...at('q'), UpdateExpression, ExpressionAttributeValues } },
          { ConditionCheck: { ...at('p'), ...absent } },
        ],
      });
    expect(await refusedBy(direct, one())).toBeInstanceOf(ConditionalCheckFailedException);
    expect(await refusedBy(direct, several())).toBeInstanceOf(TransactionCanceledException);
    for (const command of [one, several]) {
      const [mine, theirs] = [await refusedBy(direct, command()), await refusedBy(sdk, command())];
      expect({ ...plain(mine as never), message: mine.message }).toEqual({
        ...plain(theirs as never),
        message: theirs.message,
        // Where it stood in the answer.
        __type: undefined,
      });
    }
    expect(await sdk.send(new GetCommand(at('q')))).not.toHaveProperty('Item');
  });

  it('that meet any other failure are sent by the SDK, which tries again; a transaction under the same token, and so not twice', async () => {
    call = async (operation, input) => {
      await database.call(operation, input);
      throw Object.assign(new Error('its answer is lost'), { name: 'InternalServerError' });
    };
    const add = {
      ...at('p'),
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': 1 },
    };
    await direct.send(new TransactWriteCommand({ TransactItems: [{ Update: add }] }));
    expect((await sdk.send(new GetCommand(at('p')))).Item).toEqual({ pk: 'p', sk: 1, n: 1 });
    call = async () => {
      throw new Error('not now');
    };
    expect((await direct.send(new GetCommand(at('p')))).Item).toEqual({ pk: 'p', sk: 1, n: 1 });
    await expect(direct.send(new GetCommand({ ...at('p'), TableName: 'nothing' }))).rejects.toThrow(/not found/i);
  });
});
