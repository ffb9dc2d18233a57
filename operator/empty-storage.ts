import { S3Client } from '@aws-sdk/client-s3';
import { S3VectorsClient } from '@aws-sdk/client-s3vectors';
import { createS3ObjectStore } from '../adapters/s3/object-store.ts';
import { deleteIndexes } from '../adapters/s3-vectors/delete-indexes.ts';
import { commandLine } from '../adapters/system/command-line.ts';

/** `npm run empty-storage -- <vector bucket> <bucket>…`: docs/deploy.md, "Changing and removing". Nothing brings it back. */
const [vectorBucket = '', ...buckets] = commandLine({
  usage: `npm run empty-storage -- <vector bucket> <bucket>…

Deletes all indexes of a bucket of vectors, and all objects of buckets. Nothing brings them back.`,
  words: { least: 2, most: 100 },
}).positionals;
console.log(`${vectorBucket}: ${await deleteIndexes(new S3VectorsClient({}), vectorBucket)} indexes deleted`);
const client = new S3Client({});
for (const bucket of buckets) {
  await createS3ObjectStore({ client, bucket }).deleteAll('');
  console.log(`${bucket}: empty`);
}
