import { describe, expect, it } from 'vitest';
import { createDynamoClient } from '../../adapters/aws/dynamo-client.ts';

describe('createDynamoClient', () => {
  it('makes up region and credentials for an endpoint that needs none', async () => {
    const client = createDynamoClient({ endpoint: 'http://127.0.0.1:8000' }, {});
    expect(await client.config.region()).toBe('local');
    expect(await client.config.credentials()).toMatchObject({ accessKeyId: 'local' });
    expect(await client.config.endpoint?.()).toMatchObject({ hostname: '127.0.0.1', port: 8000 });
  });

  it('takes the environment’s region for an endpoint', async () => {
    const environment = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'x' };
    const client = createDynamoClient({ endpoint: 'http://127.0.0.1:8000' }, environment);
    expect(await client.config.region()).toBe('eu-west-1');
  });

  it('leaves the region’s own endpoint to the SDK', () => {
    expect(createDynamoClient({}).config.isCustomEndpoint).toBe(false);
  });
});
