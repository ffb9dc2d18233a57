import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createDynamoClient } from '../../../../adapters/dynamodb/client.ts';

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

  const headersOfCall = async (environment: Record<string, string>): Promise<Record<string, string>> => {
    const client = createDynamoClient({ endpoint: 'http://127.0.0.1:8000' }, environment);
    const sent: Record<string, string>[] = [];
    client.config.requestHandler = {
      ...client.config.requestHandler,
      handle: async (request: { headers: Record<string, string> }) => {
        sent.push(request.headers);
        throw new Error('not sent');
      },
    } as unknown as typeof client.config.requestHandler;
    await client.send(new ListTablesCommand({})).catch(() => undefined);
    return sent[0] ?? {};
  };

  it('names the made-up key in its region, and signs nothing with it', async () => {
    const { authorization, 'x-amz-date': date } = await headersOfCall({ AWS_REGION: 'eu-west-1' });
    expect(authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=local\/\d{8}\/eu-west-1\/dynamodb\/aws4_request, /);
    expect(authorization).toContain(`Signature=${'0'.repeat(64)}`);
    expect(date).toMatch(/^\d{8}T\d{6}Z$/);
  });

  it('signs with a key that the environment has', async () => {
    process.env.AWS_ACCESS_KEY_ID = 'AKIDEXAMPLE';
    process.env.AWS_SECRET_ACCESS_KEY = 'secret';
    try {
      const { authorization } = await headersOfCall({ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE' });
      expect(authorization).toContain('Credential=AKIDEXAMPLE/');
      expect(authorization).not.toContain('0'.repeat(64));
    } finally {
      delete process.env.AWS_ACCESS_KEY_ID;
      delete process.env.AWS_SECRET_ACCESS_KEY;
    }
  });

  it('leaves the region’s own endpoint to the SDK', () => {
    expect(createDynamoClient({}).config.isCustomEndpoint).toBe(false);
  });
});
