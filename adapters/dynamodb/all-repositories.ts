import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { RepositoryId } from '../../core/contract/ids.ts';
import { SORT_KEY } from './repository-items.ts';

/** Ids of all repositories. Reads the whole table: for an operator, never for a request. */
export async function* allRepositories(client: DynamoDBClient, table: string): AsyncGenerator<RepositoryId> {
  const pages = paginateScan(
    { client },
    {
      TableName: table,
      ConsistentRead: true,
      FilterExpression: 'sk = :repository',
      ExpressionAttributeValues: { ':repository': { S: SORT_KEY } },
      ProjectionExpression: 'repository_id',
    },
  );
  for await (const page of pages) for (const item of page.Items ?? []) yield RepositoryId.parse(item.repository_id?.S);
}
