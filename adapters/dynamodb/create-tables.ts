import {
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { type KeyAttribute, type TableDefinition, type TableNames, tables } from '../../core/contract/tables.ts';

/** Seconds until a new table answers; AWS takes some ten, a local server none. */
const MAX_WAIT_SECONDS = 60;

/** Creates the tables that are not there yet. Tables that exist are left as they are. */
export const createTables = async (client: DynamoDBClient, names: TableNames): Promise<void> => {
  await createTable(client, names.repositories, tables.repositories);
  await createTable(client, names.syncJobs, tables.syncJobs);
};

const createTable = async (client: DynamoDBClient, TableName: string, table: TableDefinition): Promise<void> => {
  const attributes = [table, ...table.indexes].flatMap((keys) => [keys.partitionKey, keys.sortKey]);
  try {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        // Each attribute once, however many keys it is part of.
        AttributeDefinitions: [...new Map(attributes.map(({ name, type }) => [name, type]))].map(
          ([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }),
        ),
        KeySchema: keySchema(table),
        ...(table.indexes.length === 0
          ? {}
          : {
              GlobalSecondaryIndexes: table.indexes.map((index) => ({
                IndexName: index.name,
                KeySchema: keySchema(index),
                Projection: { ProjectionType: index.projection },
              })),
            }),
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: MAX_WAIT_SECONDS, minDelay: 1 }, { TableName });
  if (table.ttlAttribute !== null) await expireBy(client, TableName, table.ttlAttribute);
};

/** Asks first: AWS refuses to enable what is enabled. A creation that died half-way is completed here. */
const expireBy = async (client: DynamoDBClient, TableName: string, AttributeName: string): Promise<void> => {
  const { TimeToLiveDescription: current } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  if (current?.TimeToLiveStatus === 'ENABLED' || current?.TimeToLiveStatus === 'ENABLING') return;
  const TimeToLiveSpecification = { Enabled: true, AttributeName };
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
};

const keySchema = (keys: { partitionKey: KeyAttribute; sortKey: KeyAttribute }): KeySchemaElement[] => [
  { AttributeName: keys.partitionKey.name, KeyType: 'HASH' },
  { AttributeName: keys.sortKey.name, KeyType: 'RANGE' },
];
