import { DescribeTableCommand, DescribeTimeToLiveCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTables } from '../../../adapters/dynamodb/create-tables.ts';
import { createDynamoRepositoryStore } from '../../../adapters/dynamodb/repository-store.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../../support/dynamodb.ts';
import { aRepository } from '../../support/sync-records.ts';

let dynamodb: TestDynamoDb;
beforeAll(async () => {
  dynamodb = await startTestDynamoDb();
});
afterAll(() => dynamodb.stop());

it('makes the tables as they are defined, and again changes nothing', async () => {
  const { client } = dynamodb;
  const names = await dynamodb.tables();
  const { Table } = await client.send(new DescribeTableCommand({ TableName: names.syncJobs }));
  expect(Table).toMatchObject({
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    KeySchema: [
      { AttributeName: 'job_id', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
  const indexes = Table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => [
    IndexName,
    KeySchema?.map(({ AttributeName }) => AttributeName),
    Projection?.ProjectionType,
  ]);
  expect(indexes?.sort()).toEqual([
    ['by-repository', ['repository_id', 'created_at'], 'KEYS_ONLY'],
    ['due', ['due_shard', 'due_at'], 'KEYS_ONLY'],
    ['unfinished', ['unfinished', 'created_at'], 'KEYS_ONLY'],
  ]);
  const repositories = createDynamoRepositoryStore({ client, tables: names });
  const repository = aRepository();
  await repositories.create(repository);
  await createTables(client, names);
  expect(await repositories.get(repository.repository_id)).toEqual(repository);
});

it('completes a creation that died before the time to live was set', async () => {
  const { client } = dynamodb;
  const names = await dynamodb.tables();
  const TableName = names.syncJobs;
  const timeToLive = async () =>
    (await client.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;
  const off = { Enabled: false, AttributeName: 'expires_at' };
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: off }));
  expect(await timeToLive()).toMatchObject({ TimeToLiveStatus: 'DISABLED' });
  await createTables(client, names);
  expect(await timeToLive()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires_at' });
});

it('passes on what it does not know', async () => {
  await expect(createTables(dynamodb.client, { repositories: 'x', syncJobs: 'y' })).rejects.toMatchObject({
    name: 'ValidationException',
  });
});
