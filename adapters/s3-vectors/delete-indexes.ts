import { DeleteIndexCommand, paginateListIndexes, type S3VectorsClient } from '@aws-sdk/client-s3vectors';

/** Deletes every index of a bucket of vectors, which CloudFormation deletes only when it has none. Returns how many there were. */
export const deleteIndexes = async (client: S3VectorsClient, vectorBucketName: string): Promise<number> => {
  const names: string[] = [];
  for await (const { indexes = [] } of paginateListIndexes({ client }, { vectorBucketName }))
    names.push(...indexes.map(({ indexName = '' }) => indexName));
  for (const indexName of names) await client.send(new DeleteIndexCommand({ vectorBucketName, indexName }));
  return names.length;
};
