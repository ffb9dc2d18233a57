import { expect, it } from 'vitest';
import { randomIds } from '../../../../adapters/system/ids.ts';
import { JobId, RepositoryId } from '../../../../core/contract/ids.ts';

it('makes ids of the contract, never the same one twice', () => {
  expect(JobId.safeParse(randomIds.jobId()).success).toBe(true);
  expect(RepositoryId.safeParse(randomIds.repositoryId()).success).toBe(true);
  expect(randomIds.jobId()).not.toBe(randomIds.jobId());
});

it('makes secrets of 32 random bytes, as Standard Webhooks writes them', () => {
  const secrets = Array.from({ length: 100 }, () => randomIds.secret());
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) {
    expect(secret.startsWith('whsec_')).toBe(true);
    expect(Buffer.from(secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
  }
});
