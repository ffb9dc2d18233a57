import { afterAll, beforeAll } from 'vitest';
import { dynamoStores } from '../../support/dynamo-stores.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../../support/dynamodb.ts';
import { syncClaimsContract } from './sync-claims.suite.ts';
import { syncClaimsKeysContract } from './sync-claims-keys.suite.ts';
import { syncClaimsOwnershipContract } from './sync-claims-ownership.suite.ts';

let dynamodb: TestDynamoDb;
beforeAll(async () => {
  dynamodb = await startTestDynamoDb();
});
afterAll(() => dynamodb.stop());

syncClaimsContract('DynamoDB', () => dynamoStores(dynamodb));
syncClaimsKeysContract('DynamoDB', () => dynamoStores(dynamodb));
syncClaimsOwnershipContract('DynamoDB', () => dynamoStores(dynamodb));
