import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateIndexCommand } from '@aws-sdk/client-s3vectors';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openS3Stub, type S3Stub } from '../../support/aws-s3-stub.ts';
import { openS3VectorsStub, type S3VectorsStub } from '../../support/aws-s3-vectors-stub.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let vectors: S3VectorsStub;
let objects: S3Stub;
beforeEach(async () => {
  [vectors, objects] = [await openS3VectorsStub(), await openS3Stub()];
  objects.pageSize = 2;
});
afterEach(async () => {
  await vectors[Symbol.asyncDispose]();
  await objects[Symbol.asyncDispose]();
});

const empty = (...argumentsOf: string[]) =>
  promisify(execFile)(process.execPath, ['operator/empty-storage.ts', ...argumentsOf], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'stub',
      AWS_SECRET_ACCESS_KEY: 'stub',
      AWS_ENDPOINT_URL_S3: objects.http.endpoint,
      AWS_ENDPOINT_URL_S3VECTORS: vectors.http.endpoint,
    },
  });

it('leaves no index and no object, so that the buckets can be deleted', async () => {
  for (const indexName of ['repo-1-g1', 'repo-1-g2', 'repo-2-g1', 'repo-3-g1', 'repo-3-g2'])
    await vectors.client.send(
      new CreateIndexCommand({
        vectorBucketName: 'vectors',
        indexName,
        dataType: 'float32',
        dimension: 2,
        distanceMetric: 'cosine',
        metadataConfiguration: { nonFilterableMetadataKeys: ['text'] },
      }),
    );
  for (const Key of ['repositories/a', 'repositories/b', 'x', 'y', 'z'])
    await objects.client.send(new PutObjectCommand({ Bucket: 'objects', Key, Body: 'b' }));
  const { stdout } = await empty('vectors', 'objects', 'access-logs');
  expect(stdout).toBe('vectors: 5 indexes deleted\nobjects: empty\naccess-logs: empty\n');
  expect([vectors.indexes.size, objects.objects.size]).toEqual([0, 0]);
});

it('does nothing without the names', async () => {
  await expect(empty('vectors')).rejects.toThrow('1 more must be named');
});
