import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoClient } from '../adapters/dynamodb/client.ts';
import { prepareDatabaseFile } from '../adapters/dynamodb-sqlite/prepare-file.ts';
import { openSqliteDynamoDb } from '../adapters/dynamodb-sqlite/sqlite-dynamodb.ts';

/** A thread's own way to the database that all threads of the service share. */
export interface Database {
  readonly client: DynamoDBClient;
  /** Deletes some of what has expired, as AWS does by itself; returns how much. */
  expire(): Promise<number>;
  close(): void;
}

export interface DatabasePlace {
  readonly dataDir: string;
  /** A server that speaks DynamoDB; without, the database is a file in `dataDir`. */
  readonly dynamodbEndpoint?: string | undefined;
}

/** Items of each table that one call of `expire` deletes: a few milliseconds. */
const EXPIRED_AT_ONCE = 100;

const fileIn = (dataDir: string): string => join(dataDir, 'dynamodb', 'items.sqlite');

/** Before any thread opens it: makes the file, or sees that it can be used. Throws DatabaseFileError. */
export const prepareDatabase = ({ dataDir, dynamodbEndpoint }: DatabasePlace): void => {
  if (dynamodbEndpoint === undefined) prepareDatabaseFile(fileIn(dataDir));
};

/** @param durable whether a write that is answered survives a power cut. */
export const openDatabase = ({ dataDir, dynamodbEndpoint }: DatabasePlace, durable = true): Database => {
  if (dynamodbEndpoint !== undefined) {
    const client = createDynamoClient({ endpoint: dynamodbEndpoint });
    return { client, expire: async () => 0, close: () => client.destroy() };
  }
  const database = openSqliteDynamoDb({ path: fileIn(dataDir), durable });
  return {
    client: createDynamoClient(database),
    expire: () => database.expire(EXPIRED_AT_ONCE),
    close: () => database.close(),
  };
};
