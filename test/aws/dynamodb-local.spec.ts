import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, inject, it } from 'vitest';
import { tables } from '../../core/contract/tables.ts';
import { startTestDynamoDb } from '../support/dynamodb.ts';

describe('the contract tests of this run', () => {
  it('speak to DynamoDB Local, and not to the server of `npm test`', async () => {
    const servers = inject('awsServers');
    const dynamodb = await startTestDynamoDb();
    expect(dynamodb.endpoint).toBe('dynamoDb' in servers && servers.dynamoDb);
    const answer = await fetch(dynamodb.endpoint, { method: 'POST' });
    expect(answer.headers.get('server')).toMatch(/^Jetty/);
    await dynamodb.stop();
  });
});

describe('DynamoDB Local', () => {
  it('takes the tables as they are defined', async () => {
    const dynamodb = await startTestDynamoDb();
    const { syncJobs } = await dynamodb.tables();
    const { Table } = await dynamodb.client.send(new DescribeTableCommand({ TableName: syncJobs }));
    expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).sort()).toEqual(
      tables.syncJobs.indexes.map(({ name }) => name).sort(),
    );
    await dynamodb.stop();
  });
});
