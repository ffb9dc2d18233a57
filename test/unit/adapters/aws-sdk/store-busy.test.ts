import type { ServerResponse } from 'node:http';
import { S3Client } from '@aws-sdk/client-s3';
import { S3VectorsClient } from '@aws-sdk/client-s3vectors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { orStoreBusy } from '../../../../adapters/aws-sdk/store-busy.ts';
import { createS3ObjectStore } from '../../../../adapters/s3/object-store.ts';
import { createS3VectorsSearchIndex } from '../../../../adapters/s3-vectors/search-index.ts';
import { StoreBusyError } from '../../../../core/domain/errors.ts';
import { MemoryObjectStore } from '../../../faults/memory/memory-objects.ts';
import { answerJsonError, type HttpStub, openHttpStub, stubClientOptions } from '../../../support/aws-http-stub.ts';
import { answerS3Error, answerXml } from '../../../support/aws-s3-stub.ts';
import { startDynamoDbStub } from '../../../support/dynamodb-stub.ts';
import { createJobStores } from '../../../support/job-stores.ts';
import { aJobId, aRepositoryId } from '../../../support/sync-records.ts';

let http: HttpStub;
let answers: number;
/** Answers every request alike. */
const always = (answer: (response: ServerResponse) => void): void => {
  http.handler = (_, response) => {
    answers += 1;
    answer(response);
  };
};
beforeEach(async () => {
  http = await openHttpStub();
  answers = 0;
});
afterEach(() => http[Symbol.asyncDispose]());

const drain = async (lines: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of lines);
};

describe('S3', () => {
  const storeWith = (maxAttempts: number) => {
    const client = new S3Client({ ...stubClientOptions(http, maxAttempts), forcePathStyle: true });
    return createS3ObjectStore({ client, bucket: 'objects' });
  };

  it.each([
    [503, 'SlowDown'],
    [503, 'ServiceUnavailable'],
    [500, 'InternalError'],
    [400, 'RequestTimeout'],
    [502, 'UnheardOf'],
  ])('that answers %i %s is StoreBusyError, whatever was asked', async (status, code) => {
    always((response) => answerS3Error(response, status, code));
    const store = storeWith(1);
    const asked = [
      () => store.putText('a', 'b'),
      () => store.putLines('a', ['b']),
      () => store.putLines('a.zst', ['b']),
      () => store.getText('a'),
      () => drain(store.getLines('a')),
      () => drain(store.getLines('a.zst')),
      () => drain(store.list('a')),
      () => store.deleteAll('a'),
    ];
    for (const ask of asked) await expect(ask()).rejects.toThrow(StoreBusyError);
  });

  it('is asked again by the SDK first', async () => {
    always((response) => answerS3Error(response, 503, 'SlowDown'));
    await expect(storeWith(3).getText('a')).rejects.toThrow(StoreBusyError);
    expect(answers).toBe(3);
  });

  it('that cannot be reached, or breaks off, is StoreBusyError', async () => {
    const store = storeWith(1);
    always((response) => response.destroy());
    await expect(store.getText('a')).rejects.toThrow(StoreBusyError);
    // A body that never comes to its end.
    always((response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half', () => setTimeout(() => response.destroy(), 5));
    });
    await expect(store.getText('a')).rejects.toThrow(StoreBusyError);
    await http[Symbol.asyncDispose]();
    await expect(store.getText('a')).rejects.toThrow(StoreBusyError);
  });

  it('that refuses for good is not', async () => {
    always((response) => answerS3Error(response, 403, 'AccessDenied'));
    await expect(storeWith(1).getText('a')).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  const deletion = (...codes: readonly string[]) => {
    http.handler = (request, response) => {
      const errors = codes.map((code, n) => `<Error><Key>a/${n}</Key><Code>${code}</Code></Error>`).join('');
      const listed = '<Contents><Key>a/0</Key></Contents><IsTruncated>false</IsTruncated>';
      if (request.query.has('delete')) answerXml(response, 200, `<DeleteResult>${errors}</DeleteResult>`);
      else answerXml(response, 200, `<ListBucketResult>${listed}</ListBucketResult>`);
    };
    return storeWith(1).deleteAll('a/');
  };

  it('that could not delete some objects just now is, and one that will not is not', async () => {
    await expect(deletion('SlowDown', 'InternalError')).rejects.toThrow(StoreBusyError);
    await expect(deletion('SlowDown', 'AccessDenied')).rejects.not.toThrow(StoreBusyError);
  });
});

describe('S3 Vectors', () => {
  const generation = { repositoryId: 'repo-1', number: 1, dimensions: 2 };
  const blob = 'a'.repeat(40);
  const row = {
    blob,
    ordinal: 0,
    startLine: 1,
    endLine: 2,
    text: 'text',
    languages: [],
    vector: Float32Array.of(1, 0),
  };
  const indexWith = (maxAttempts: number) =>
    createS3VectorsSearchIndex({
      client: new S3VectorsClient(stubClientOptions(http, maxAttempts)),
      bucketName: 'vectors',
      objects: new MemoryObjectStore(),
    });

  it.each([
    [429, 'TooManyRequestsException'],
    [503, 'ServiceUnavailableException'],
    [400, 'ThrottlingException'],
    [500, 'InternalServerException'],
  ])('that answers %i %s is StoreBusyError, whatever was asked', async (status, type) => {
    always((response) => answerJsonError(response, status, type));
    const index = indexWith(1);
    const asked = [
      () => index.put(generation, [row]),
      () => index.get(generation, [{ oid: blob, chunks: 1 }]),
      () => index.delete(generation, [{ oid: blob, chunks: 1 }]),
      () => index.query(generation, { vector: row.vector, words: 'text', limit: 5 }),
      () => index.drop(generation),
    ];
    for (const ask of asked) await expect(ask()).rejects.toThrow(StoreBusyError);
  });

  it('is asked again by the SDK first', async () => {
    always((response) => answerJsonError(response, 429, 'TooManyRequestsException'));
    await expect(indexWith(2).put(generation, [row])).rejects.toThrow(StoreBusyError);
    expect(answers).toBe(2);
  });
});

describe('DynamoDB', () => {
  it.each(['ThrottlingException', 'ProvisionedThroughputExceededException', 'InternalServerError'])(
    'that answers a read with %s is StoreBusyError',
    async (exception) => {
      const stub = await startDynamoDbStub(() => ({ exception }));
      const tables = { repositories: 'r', syncJobs: 's' };
      const { repositories, jobs, running } = createJobStores({ client: stub.client, tables });
      await expect(repositories.get(aRepositoryId())).rejects.toThrow(StoreBusyError);
      await expect(jobs.get(aJobId())).rejects.toThrow(StoreBusyError);
      await expect(drain(jobs.unfinished())).rejects.toThrow(StoreBusyError);
      await stub.stop();
      await expect(jobs.get(aJobId())).rejects.toThrow(StoreBusyError);
      const ref = { repository_id: aRepositoryId(), job_id: aJobId(), fence: 1 };
      await expect(running.heartbeat(ref, { phase: 'embed', at: new Date() })).rejects.toThrow(StoreBusyError);
    },
  );
});

it('keeps what is no trouble of a store, and what is translated already', () => {
  const busy = new StoreBusyError('busy');
  for (const thrown of ['text', null, new RangeError('no'), busy]) expect(orStoreBusy(thrown)).toBe(thrown);
});
