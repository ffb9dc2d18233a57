import { afterAll, beforeAll } from 'vitest';
import { dynamoStores } from '../../support/dynamo-stores.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../../support/dynamodb.ts';
import { jobEndsContract } from './job-ends.suite.ts';
import { jobEndsEventsContract } from './job-ends-events.suite.ts';

let dynamodb: TestDynamoDb;
beforeAll(async () => {
  dynamodb = await startTestDynamoDb();
});
afterAll(() => dynamodb.stop());

jobEndsContract('DynamoDB', () => dynamoStores(dynamodb));
jobEndsEventsContract('DynamoDB', () => dynamoStores(dynamodb));
