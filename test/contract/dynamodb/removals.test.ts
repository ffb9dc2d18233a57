import { afterAll, beforeAll } from 'vitest';
import { dynamoStores } from '../../support/dynamo-stores.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../../support/dynamodb.ts';
import { removalsContract } from './removals.suite.ts';

let dynamodb: TestDynamoDb;
beforeAll(async () => {
  dynamodb = await startTestDynamoDb();
});
afterAll(() => dynamodb.stop());

removalsContract('DynamoDB', () => dynamoStores(dynamodb));
