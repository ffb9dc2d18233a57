import type { JobRecord } from '../../core/contract/records.ts';
import type { JobRef } from '../../core/contract/workflow-state.ts';
import type { SyncClaims } from '../../core/ports/sync-claims.ts';
import { refenceBatches } from './batches-in-flight.ts';
import { claimRepository } from './claim.ts';
import { updateOf } from './expression.ts';
import { keepAnswer, rememberAnswer } from './idempotency.ts';
import { jobIs, jobKey, readJob } from './job-items.ts';
import { lockIs, repositoryKey } from './repository-items.ts';
import { type SyncParts, type SyncPartsOptions, syncParts } from './sync-parts.ts';

export const createDynamoSyncClaims = (options: SyncPartsOptions): SyncClaims => {
  const parts = syncParts(options);
  return {
    claim: (claim) => claimRepository(parts, claim),
    rememberAnswer: (repository, key, answer) => rememberAnswer(parts, repository, key, answer),
    keepAnswer: (repository, idempotency, answer, at) => keepAnswer(parts, repository, idempotency, answer, at),
    resume: (job, at) => resume(parts, job, at),
  };
};

/** While a repository is locked its fence is the lock's, so the next one is known without a look. */
const resume = async (parts: SyncParts, job: JobRef, at: Date): Promise<JobRecord | 'lost'> => {
  const { database, tables } = parts;
  const fence = job.fence + 1;
  const refusals = await database.transact([
    {
      Update: updateOf(jobKey(tables, job.job_id), (e) => ({
        set: { fence, updated_at: at.toISOString() },
        add: { attempt: 1 },
        when: jobIs(e, job, 'resume'),
      })),
    },
    {
      Update: updateOf(repositoryKey(tables, job.repository_id), (e) => ({
        set: { fence },
        // All else of the lock stays.
        assign: [e.equals(['lock', 'fence'], fence)],
        when: lockIs(e, job),
      })),
    },
  ]);
  if (refusals !== null) return 'lost';
  await refenceBatches(parts, job.job_id, fence);
  const record = await readJob(database, tables, job.job_id);
  return record !== null && record.fence === fence ? record : 'lost';
};
