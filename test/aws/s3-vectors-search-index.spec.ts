import { randomUUID } from 'node:crypto';
import {
  CreateIndexCommand,
  CreateVectorBucketCommand,
  GetIndexCommand,
  ListVectorsCommand,
  PutVectorsCommand,
  QueryVectorsCommand,
  S3VectorsClient,
} from '@aws-sdk/client-s3vectors';
import { describe, expect, it } from 'vitest';
import { createS3VectorsSearchIndex } from '../../adapters/s3-vectors/search-index.ts';
import { searchIndexContract } from '../contract/search-index/search-index.suite.ts';
import { MemoryObjectStore } from '../faults/memory/memory-objects.ts';
import { motoVectorsClient } from './moto-vectors.ts';
import { onServers } from './on-servers.ts';

const bucket = async (client: S3VectorsClient) => {
  const vectorBucketName = `vectors-${randomUUID()}`;
  await client.send(new CreateVectorBucketCommand({ vectorBucketName }));
  return vectorBucketName;
};

onServers('on moto', () =>
  searchIndexContract(
    'S3 Vectors',
    async () => {
      const client = motoVectorsClient();
      const index = createS3VectorsSearchIndex({
        client,
        bucketName: await bucket(client),
        objects: new MemoryObjectStore(),
      });
      return { index, close: async () => client.destroy() };
    },
    { words: 'settled' },
  ),
);

describe('what stands in for moto is still needed:', () => {
  const index = { indexName: 'i', dataType: 'float32', dimension: 2, distanceMetric: 'cosine' } as const;
  const open = async () => {
    const client = new S3VectorsClient({ maxAttempts: 1 });
    const vectorBucketName = await bucket(client);
    await client.send(new CreateIndexCommand({ ...index, vectorBucketName }));
    return { client, place: { vectorBucketName, indexName: 'i' } };
  };

  it('it has no QueryVectors', async () => {
    const { client, place } = await open();
    const query = new QueryVectorsCommand({ ...place, topK: 1, queryVector: { float32: [1, 0] } });
    await expect(client.send(query)).rejects.toThrow();
  });

  it('it forgets the metadata configuration of an index', async () => {
    const { client, place } = await open();
    const metadataConfiguration = { nonFilterableMetadataKeys: ['text'] };
    await client.send(new CreateIndexCommand({ ...index, ...place, indexName: 'i2', metadataConfiguration }));
    const { index: made } = await client.send(new GetIndexCommand({ ...place, indexName: 'i2' }));
    expect(made?.metadataConfiguration).toBeUndefined();
  });

  it('it lets an index be created over another', async () => {
    const { client, place } = await open();
    await client.send(new PutVectorsCommand({ ...place, vectors: [{ key: 'k', data: { float32: [1, 0] } }] }));
    await client.send(new CreateIndexCommand({ ...index, ...place }));
    expect((await client.send(new ListVectorsCommand(place))).vectors).toEqual([]);
  });
});
