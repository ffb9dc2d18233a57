import { createS3VectorsSearchIndex } from '../../../adapters/s3-vectors/search-index.ts';
import { openS3VectorsStub } from '../../support/aws-s3-vectors-stub.ts';
import { searchIndexContract } from './search-index.suite.ts';

searchIndexContract(
  'S3 Vectors',
  async () => {
    const s3 = await openS3VectorsStub();
    return {
      index: createS3VectorsSearchIndex({ client: s3.client, bucketName: 'vectors' }),
      close: async () => s3[Symbol.asyncDispose](),
    };
  },
  // Words only re-rank what the vector found: a text is not found by its words alone, as the suite would have it.
  { words: false },
);
