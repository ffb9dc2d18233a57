import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { createS3ObjectStore } from '../../adapters/s3/object-store.ts';
import { partBytes, temporaryTag } from '../../adapters/s3/object-upload.ts';
import { collect, objectStoreContract } from '../contract/object-store/object-store.suite.ts';

const open = async () => {
  const client = new S3Client({});
  const bucket = `objects-${randomUUID()}`;
  await client.send(
    new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
  );
  return { client, bucket, store: createS3ObjectStore({ client, bucket }), close: async () => client.destroy() };
};

objectStoreContract('S3 (moto)', open);

/** Lines of 1 MiB. */
function* mebibytes(count: number): Generator<string> {
  for (let i = 0; i < count; i++) yield String(i % 10).repeat(1024 * 1024 - 1);
}

it('uploads what is larger than one part in several, and reads it back whole', async () => {
  const { client, bucket, store } = await open();
  const count = (2 * partBytes) / 1024 / 1024 + 1;
  const key = 'repositories/repo-1/jobs/sync-1/listing';
  expect(await store.putLines(key, mebibytes(count))).toBe(count);
  // `-3`: the object was made of three parts.
  expect((await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).ETag).toMatch(/-3"$/);
  const lengths = (await collect(store.getLines(key))).flat().map(({ length }) => length);
  expect(lengths).toEqual(Array.from({ length: count }, () => 1024 * 1024 - 1));
});

it('leaves no parts behind when the source of a long upload fails', async () => {
  const { client, bucket, store } = await open();
  function* failing() {
    yield* mebibytes(20);
    throw new Error('source broke');
  }
  await expect(store.putLines('long', failing())).rejects.toThrow('source broke');
  expect(await store.exists('long')).toBe(false);
  const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  expect(Uploads ?? []).toEqual([]);
});

it.each([
  ['in one request', 1],
  ['in several', 9],
])('tags what a job leaves behind, put %s, and nothing else', async (_, count) => {
  const { client, bucket, store } = await open();
  const tags = async (Key: string) => {
    await store.putLines(Key, mebibytes(count));
    return (await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key }))).TagSet;
  };
  const tag = { Key: temporaryTag.key, Value: temporaryTag.value };
  expect(await tags('repositories/repo-1/jobs/sync-1/listing')).toEqual([tag]);
  expect(await tags('repositories/repo-1/manifests/sync-1/main')).toEqual([]);
});

it('lists and deletes more than one page holds', async () => {
  const { store } = await open();
  const keys = Array.from({ length: 1001 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
  for (let i = 0; i < keys.length; i += 50)
    await Promise.all(keys.slice(i, i + 50).map((key) => store.putText(key, '')));
  expect(await collect(store.list('many/'))).toEqual(keys);
  await store.deleteAll('many/');
  expect(await collect(store.list(''))).toEqual([]);
});
