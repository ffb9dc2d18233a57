import { describe, expect, it } from 'vitest';
import { functionEnvironments } from '../../../core/contract/environment.ts';
import type { Runtime } from '../../../core/ports/runtime.ts';
import { composeRuntime } from '../../../lambdas/runtime.ts';

const environment = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'x',
  REPOSITORIES_TABLE: 'repositories',
  SYNC_JOBS_TABLE: 'sync-jobs',
  BUCKET: 'bucket',
  VECTOR_BUCKET: 'vectors',
  EMBEDDING_MODEL: 'cohere.embed-v4:0',
  EMBEDDING_DIMENSIONS: '1024',
  STATE_MACHINE_ARN: 'arn:aws:states:eu-central-1:123456789012:stateMachine:sync',
  TOKEN_ISSUER: 'https://issuer.example.com',
  TOKEN_AUDIENCE: 'repository-sync',
  TOKEN_JWKS_URI: 'https://issuer.example.com/jwks.json',
  MAX_CONCURRENCY: '40',
  LOOK_REMOTE_FUNCTION: 'look-remote',
  SCHEDULE_GROUP: 'sync',
  SCHEDULE_TARGET_ARN: 'arn:aws:lambda:eu-central-1:123456789012:function:scheduled-sync',
  SCHEDULE_ROLE_ARN: 'arn:aws:iam::123456789012:role/scheduler',
  SCHEDULE_DEAD_LETTERS_ARN: 'arn:aws:sqs:eu-central-1:123456789012:dead-letters',
  CREDENTIALS_PREFIX: 'repository-sync/',
};

describe('the runtime on AWS', () => {
  it('builds every port from the environment that its functions get, without a call', () => {
    const runtime = composeRuntime(environment);
    for (const port of Object.keys(runtime) as (keyof Runtime)[]) expect(runtime[port]).toBeDefined();
    expect(runtime.settings).toMatchObject({ sources: 'https-only', maxConcurrency: 40 });
    expect(runtime.embedder.dimensions).toBe(1024);
  });

  it('builds a port once, and only when it is asked for', () => {
    const runtime = composeRuntime({ AWS_REGION: 'eu-central-1' });
    expect(runtime.clock).toBe(runtime.clock);
    expect(runtime.pathRules).toBe(runtime.pathRules);
    expect(() => runtime.objects).toThrow(/BUCKET/);
    expect(runtime.settings.maxConcurrency).toBe(1);
  });

  it('has an environment for every function', () => {
    for (const schema of Object.values(functionEnvironments)) expect(schema.safeParse(environment).success).toBe(true);
  });
});
