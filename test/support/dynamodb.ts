import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoClient } from '../../adapters/dynamodb/client.ts';
import { createTables, type DynamoDbProcess, startDynamoDb } from '../../adapters/dynamodb-process/dynamodb-process.ts';
import type { TableNames } from '../../core/contract/tables.ts';

export interface TestDynamoDb {
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  /** New, empty tables under names of their own; removed by `stop`. */
  tables(): Promise<TableNames>;
  stop(): Promise<void>;
}

/** DynamoDB for one test file: `DYNAMODB_ENDPOINT` when it is set, else a child process on a temporary file. */
export const startTestDynamoDb = async (): Promise<TestDynamoDb> => {
  const given = process.env.DYNAMODB_ENDPOINT;
  const dataDir = given === undefined ? await mkdtemp(join(tmpdir(), 'repo-sync-dynamodb-')) : null;
  const local: DynamoDbProcess | null = dataDir === null ? null : await startDynamoDb({ dataDir });
  const endpoint = local?.endpoint ?? given ?? '';
  const client = createDynamoClient({ endpoint });
  const created: string[] = [];
  return {
    client,
    endpoint,
    async tables() {
      const names = { repositories: `repositories-${randomUUID()}`, syncJobs: `sync-jobs-${randomUUID()}` };
      created.push(names.repositories, names.syncJobs);
      await createTables(client, names);
      return names;
    },
    async stop() {
      // A server of one's own goes with its tables.
      if (local === null) for (const TableName of created) await client.send(new DeleteTableCommand({ TableName }));
      client.destroy();
      await local?.close();
      if (dataDir !== null) await rm(dataDir, { recursive: true, force: true });
    },
  };
};
