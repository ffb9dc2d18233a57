import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { createDynamoRepositoryStore } from '../../adapters/aws/dynamo-repository-store.ts';
import { createDynamoSyncStore } from '../../adapters/aws/dynamo-sync-store.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../support/dynamodb.ts';
import { syncStoreContract } from './sync-store.suite.ts';

let dynamodb: TestDynamoDb;
beforeAll(async () => {
  dynamodb = await startTestDynamoDb();
});
afterAll(() => dynamodb.stop());

syncStoreContract('DynamoDB', async () => {
  const tables = await dynamodb.tables();
  // A tenth of the pauses: what is tried again is the same, and nobody waits for it.
  const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds / 10));
  const options = { client: dynamodb.client, tables, sleep };
  const documents = DynamoDBDocumentClient.from(dynamodb.client);
  const scan = async (TableName: string, id: string) => {
    const { Items = [] } = await documents.send(new ScanCommand({ TableName, ConsistentRead: true }));
    return Object.fromEntries(Items.map((item) => [`${item[id]} ${item.sk}`, item]));
  };
  return {
    repositories: createDynamoRepositoryStore(options),
    sync: createDynamoSyncStore(options),
    snapshot: async () => [await scan(tables.repositories, 'repository_id'), await scan(tables.syncJobs, 'job_id')],
  };
});
