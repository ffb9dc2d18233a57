import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { RepositoryId } from '../../core/contract/ids.ts';

/**
 * Ids of the repositories that have a schedule. Reads the whole table: what one machine holds takes milliseconds. On AWS
 * nothing scans: each schedule is a rule of its own there.
 */
export async function* scheduledRepositories(client: DynamoDBClient, table: string): AsyncGenerator<RepositoryId> {
  const pages = paginateScan(
    { client },
    {
      TableName: table,
      ConsistentRead: true,
      FilterExpression: 'attribute_type(#schedule, :text)',
      ExpressionAttributeNames: { '#schedule': 'schedule' },
      ExpressionAttributeValues: { ':text': { S: 'S' } },
      ProjectionExpression: 'repository_id',
    },
  );
  for await (const page of pages) for (const item of page.Items ?? []) yield RepositoryId.parse(item.repository_id?.S);
}
