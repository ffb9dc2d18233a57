import { afterAll, beforeAll } from 'vitest';
import { createDynamoRepositoryStore } from '../../adapters/aws/dynamo-repository-store.ts';
import { createDynamoSyncStore } from '../../adapters/aws/dynamo-sync-store.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../support/dynamodb.ts';
import { repositoryStoreContract } from './repository-store.suite.ts';

let dynamodb: TestDynamoDb;
beforeAll(async () => {
  dynamodb = await startTestDynamoDb();
});
afterAll(() => dynamodb.stop());

repositoryStoreContract('DynamoDB', async () => {
  const options = { client: dynamodb.client, tables: await dynamodb.tables() };
  return { repositories: createDynamoRepositoryStore(options), sync: createDynamoSyncStore(options) };
});
