import { S3Client } from '@aws-sdk/client-s3';
import { S3VectorsClient } from '@aws-sdk/client-s3vectors';
import { createS3ObjectStore } from '../adapters/s3/object-store.ts';
import { deleteIndexes } from '../adapters/s3-vectors/delete-indexes.ts';

/** `npm run empty-storage -- <vector bucket> <bucket>…`: docs/deploy.md, "Changing and removing". Nothing brings it back. */
const [vectorBucket, ...buckets] = process.argv.slice(2);
if (vectorBucket === undefined || buckets.length === 0)
  throw new RangeError('give the bucket of vectors, and the buckets whose objects are to be deleted');
console.log(`${vectorBucket}: ${await deleteIndexes(new S3VectorsClient({}), vectorBucket)} indexes deleted`);
const client = new S3Client({});
for (const bucket of buckets) {
  await createS3ObjectStore({ client, bucket }).deleteAll('');
  console.log(`${bucket}: empty`);
}
