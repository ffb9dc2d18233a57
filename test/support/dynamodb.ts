import { randomUUID } from 'node:crypto';
import { DeleteTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoClient } from '../../adapters/dynamodb/client.ts';
import { createTables } from '../../adapters/dynamodb/create-tables.ts';
import type { RequestHandler } from '../../adapters/dynamodb-sqlite/request-handler.ts';
import { openSqliteDynamoDb } from '../../adapters/dynamodb-sqlite/sqlite-dynamodb.ts';
import type { TableNames } from '../../core/contract/tables.ts';
import { openHttpStub } from './aws-http-stub.ts';

export interface TestDynamoDb {
  readonly client: DynamoDBClient;
  /** The same database for whoever must reach it over HTTP. */
  readonly endpoint: string;
  /** New, empty tables under names of their own; removed by `stop`. */
  tables(): Promise<TableNames>;
  stop(): Promise<void>;
}

/** DynamoDB for one test file: `DYNAMODB_ENDPOINT` when it is set, else the database of one machine, in memory. */
export const startTestDynamoDb = async (): Promise<TestDynamoDb> => {
  const given = process.env.DYNAMODB_ENDPOINT;
  return given === undefined ? inThisProcess() : elsewhere(given);
};

const inThisProcess = async (): Promise<TestDynamoDb> => {
  const database = openSqliteDynamoDb({ path: ':memory:' });
  const front = await openDynamoDbFront(database.requestHandler);
  const client = createDynamoClient(database);
  return {
    client,
    endpoint: front.endpoint,
    tables: () => newTables(client),
    async stop() {
      client.destroy();
      await front[Symbol.asyncDispose]();
      database.close();
    },
  };
};

const elsewhere = (endpoint: string): TestDynamoDb => {
  const client = createDynamoClient({ endpoint });
  const created: TableNames[] = [];
  return {
    client,
    endpoint,
    async tables() {
      const names = await newTables(client);
      created.push(names);
      return names;
    },
    async stop() {
      for (const TableName of created.flatMap(({ repositories, syncJobs }) => [repositories, syncJobs]))
        await client.send(new DeleteTableCommand({ TableName }));
      client.destroy();
    },
  };
};

const newTables = async (client: DynamoDBClient): Promise<TableNames> => {
  const names = { repositories: `repositories-${randomUUID()}`, syncJobs: `sync-jobs-${randomUUID()}` };
  await createTables(client, names);
  return names;
};

interface Answer {
  readonly response: { readonly statusCode: number; readonly headers: Record<string, string>; readonly body: Buffer };
}

/** A server in front of the database, which has none of its own. */
export const openDynamoDbFront = async (requestHandler: RequestHandler) => {
  const front = await openHttpStub();
  const handle = requestHandler.handle as unknown as (request: object) => Promise<Answer>;
  front.handler = async ({ headers, body }, response) => {
    const { response: answer } = await handle.call(requestHandler, { headers, body });
    response.writeHead(answer.statusCode, answer.headers).end(answer.body);
  };
  return front;
};
