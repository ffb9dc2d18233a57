import { Tracer } from '@aws-lambda-powertools/tracer';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClientTracing } from '../../../../adapters/aws-sdk/client-tracing.ts';

const middlewares = (client: S3Client): number => client.middlewareStack.identify().length;

describe('tracing of SDK clients', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('adds to each of a client’s calls where X-Ray listens: in a function', () => {
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'search');
    vi.stubEnv('AWS_EXECUTION_ENV', 'AWS_Lambda_nodejs24.x');
    vi.stubEnv('LAMBDA_TASK_ROOT', '/var/task');
    const client = new S3Client({ region: 'eu-central-1' });
    const before = middlewares(client);
    expect(createClientTracing(new Tracer())(client)).toBe(client);
    expect(middlewares(client)).toBeGreaterThan(before);
  });

  it('leaves clients as they are elsewhere', () => {
    const client = new S3Client({ region: 'eu-central-1' });
    const before = middlewares(client);
    expect(createClientTracing()(client)).toBe(client);
    expect(middlewares(client)).toBe(before);
  });
});
