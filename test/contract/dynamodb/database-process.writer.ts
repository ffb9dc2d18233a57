import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoClient } from '../../../adapters/dynamodb/client.ts';
import { prepareDatabaseFile } from '../../../adapters/dynamodb-sqlite/prepare-file.ts';
import { openSqliteDynamoDb } from '../../../adapters/dynamodb-sqlite/sqlite-dynamodb.ts';

/**
 * Writes transaction after transaction until it is killed: of each, 97 items of one number, a new job in an index, and a counter. It
 * prints a transaction's number once it is done.
 */
const [path = '', first = '0'] = process.argv.slice(2);
prepareDatabaseFile(path);
const database = openSqliteDynamoDb({ path });
const documents = DynamoDBDocumentClient.from(createDynamoClient({ requestHandler: database.requestHandler }));
for (let n = Number(first); ; n++) {
  const items = Array.from({ length: 97 }, (_, i) => ({
    Put: { TableName: 'repositories', Item: { repository_id: `t${n}`, sk: String(i), text: 'x'.repeat(500) } },
  }));
  const job = { job_id: `t${n}`, sk: 'JOB', unfinished: '0', created_at: '2026-01-01T00:00:00.000Z' };
  const counter = {
    TableName: 'repositories',
    Key: { repository_id: 'counter', sk: 'counter' },
    UpdateExpression: 'ADD transactions :one',
    ExpressionAttributeValues: { ':one': 1 },
  };
  await documents.send(
    new TransactWriteCommand({
      TransactItems: [...items, { Put: { TableName: 'sync-jobs', Item: job } }, { Update: counter }],
    }),
  );
  process.stdout.write(`${n}\n`);
}
