import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoBranches } from '../../adapters/dynamodb/branches.ts';
import { createDynamoFollowUps } from '../../adapters/dynamodb/follow-ups.ts';
import { createDynamoOutbox } from '../../adapters/dynamodb/outbox.ts';
import { createDynamoPushDeliveries } from '../../adapters/dynamodb/push-deliveries.ts';
import { createDynamoRemovals } from '../../adapters/dynamodb/removals.ts';
import { createDynamoTokenQuota } from '../../adapters/dynamodb/token-quota.ts';
import type { TestDynamoDb } from './dynamodb.ts';
import { createJobStores } from './job-stores.ts';

/** Every store that lives in DynamoDB, over new, empty tables. */
export const dynamoStores = async (dynamodb: TestDynamoDb) => {
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
    tables,
    documents,
    ...createJobStores(options),
    branches: createDynamoBranches(options),
    outbox: createDynamoOutbox(options),
    followUps: createDynamoFollowUps(options),
    removals: createDynamoRemovals(options),
    pushDeliveries: createDynamoPushDeliveries(options),
    tokenQuota: createDynamoTokenQuota(options),
    /** Everything that is stored, in a comparable form. */
    snapshot: async () => [await scan(tables.repositories, 'repository_id'), await scan(tables.syncJobs, 'job_id')],
  };
};
