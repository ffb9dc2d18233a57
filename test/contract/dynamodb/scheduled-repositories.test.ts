import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDynamoRepositoryStore } from '../../../adapters/dynamodb/repository-store.ts';
import { scheduledRepositories } from '../../../adapters/dynamodb/scheduled-repositories.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../../support/dynamodb.ts';
import { aRepository } from '../../support/sync-records.ts';

let dynamodb: TestDynamoDb;
beforeAll(async () => {
  dynamodb = await startTestDynamoDb();
});
afterAll(() => dynamodb.stop());

it('finds every repository that has a schedule now, and no other', async () => {
  const tables = await dynamodb.tables();
  const store = createDynamoRepositoryStore({ client: dynamodb.client, tables });
  const found = async () => (await Array.fromAsync(scheduledRepositories(dynamodb.client, tables.repositories))).sort();
  expect(await found()).toEqual([]);
  const [daily, hourly, never] = [
    aRepository({ schedule: '0 3 * * *' }),
    aRepository({ schedule: '0 * * * *' }),
    aRepository(),
  ];
  for (const repository of [daily, hourly, never]) await store.create(repository);
  expect(await found()).toEqual([daily.repository_id, hourly.repository_id].sort());
  await store.update(hourly.repository_id, { schedule: null }, new Date());
  await store.update(never.repository_id, { schedule: '0 0 1 * *' }, new Date());
  expect(await found()).toEqual([daily.repository_id, never.repository_id].sort());
});
