import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileObjectStore } from '../../../adapters/files/object-store.ts';
import { createS3VectorsSearchIndex } from '../../../adapters/s3-vectors/search-index.ts';
import { openS3VectorsStub } from '../../support/aws-s3-vectors-stub.ts';
import { searchIndexContract } from './search-index.suite.ts';

searchIndexContract(
  'S3 Vectors',
  async () => {
    const s3 = await openS3VectorsStub();
    const root = await mkdtemp(join(tmpdir(), 'words-'));
    const objects = createFileObjectStore(root);
    return {
      index: createS3VectorsSearchIndex({ client: s3.client, bucketName: 'vectors', objects }),
      close: async () => {
        await s3[Symbol.asyncDispose]();
        await rm(root, { recursive: true });
      },
    };
  },
  { words: 'settled' },
);
