import { afterAll, beforeAll } from 'vitest';
import { dynamoStores } from '../../support/dynamo-stores.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../../support/dynamodb.ts';
import { tokenQuotaContract } from './token-quota.suite.ts';

let dynamodb: TestDynamoDb;
beforeAll(async () => {
  dynamodb = await startTestDynamoDb();
});
afterAll(() => dynamodb.stop());

tokenQuotaContract('DynamoDB', async () => (await dynamoStores(dynamodb)).tokenQuota);
