import { createS3ObjectStore } from '../../../adapters/s3/object-store.ts';
import { openS3Stub } from '../../support/aws-s3-stub.ts';
import { objectStoreContract } from './object-store.suite.ts';

objectStoreContract('S3', async () => {
  const s3 = await openS3Stub();
  return {
    store: createS3ObjectStore({ client: s3.client, bucket: 'objects' }),
    close: async () => s3[Symbol.asyncDispose](),
  };
});
