import { afterAll, beforeAll } from 'vitest';
import { dynamoStores } from '../../support/dynamo-stores.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../../support/dynamodb.ts';
import { repositoryStoreContract } from './repository-store.suite.ts';
import { scheduleRunsContract } from './schedule-runs.suite.ts';

let dynamodb: TestDynamoDb;
beforeAll(async () => {
  dynamodb = await startTestDynamoDb();
});
afterAll(() => dynamodb.stop());

repositoryStoreContract('DynamoDB', () => dynamoStores(dynamodb));
scheduleRunsContract('DynamoDB', () => dynamoStores(dynamodb));
