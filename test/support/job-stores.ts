import { createDynamoBatches } from '../../adapters/dynamodb/batches.ts';
import { createDynamoJobEnds } from '../../adapters/dynamodb/job-ends.ts';
import { createDynamoJobs } from '../../adapters/dynamodb/jobs.ts';
import { createDynamoRepositoryStore } from '../../adapters/dynamodb/repository-store.ts';
import { createDynamoRunningJobs } from '../../adapters/dynamodb/running-jobs.ts';
import { createDynamoSyncClaims } from '../../adapters/dynamodb/sync-claims.ts';
import type { SyncPartsOptions } from '../../adapters/dynamodb/sync-parts.ts';

/** Repositories and all ports of their jobs, over the same tables. */
export const createJobStores = (options: SyncPartsOptions) => ({
  repositories: createDynamoRepositoryStore(options),
  jobs: createDynamoJobs(options),
  claims: createDynamoSyncClaims(options),
  running: createDynamoRunningJobs(options),
  batches: createDynamoBatches(options),
  ends: createDynamoJobEnds(options),
});

export type JobStores = ReturnType<typeof createJobStores>;
