import { afterAll, beforeAll } from 'vitest';
import { dynamoStores } from '../../support/dynamo-stores.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../../support/dynamodb.ts';
import { outboxLeaseContract } from './outbox-lease.suite.ts';
import { outboxListContract } from './outbox-list.suite.ts';

let dynamodb: TestDynamoDb;
beforeAll(async () => {
  dynamodb = await startTestDynamoDb();
});
afterAll(() => dynamodb.stop());

outboxLeaseContract('DynamoDB', () => dynamoStores(dynamodb));
outboxListContract('DynamoDB', () => dynamoStores(dynamodb));
