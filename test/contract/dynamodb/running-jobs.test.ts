import { afterAll, beforeAll } from 'vitest';
import { dynamoStores } from '../../support/dynamo-stores.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../../support/dynamodb.ts';
import { runningJobsContract } from './running-jobs.suite.ts';
import { runningJobsEventsContract } from './running-jobs-events.suite.ts';

let dynamodb: TestDynamoDb;
beforeAll(async () => {
  dynamodb = await startTestDynamoDb();
});
afterAll(() => dynamodb.stop());

runningJobsContract('DynamoDB', () => dynamoStores(dynamodb));
runningJobsEventsContract('DynamoDB', () => dynamoStores(dynamodb));
