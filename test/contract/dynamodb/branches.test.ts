import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { dynamoStores } from '../../support/dynamo-stores.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../../support/dynamodb.ts';
import { branchesContract } from './branches.suite.ts';

let dynamodb: TestDynamoDb;
beforeAll(async () => {
  dynamodb = await startTestDynamoDb();
});
afterAll(() => dynamodb.stop());

branchesContract('DynamoDB', async () => {
  const stores = await dynamoStores(dynamodb);
  return {
    ...stores,
    forgetSightings: async (id) => {
      await stores.documents.send(
        new UpdateCommand({
          TableName: stores.tables.repositories,
          Key: { repository_id: id, sk: 'REPOSITORY' },
          UpdateExpression: 'REMOVE sightings',
        }),
      );
    },
  };
});
