import type { Construct } from 'constructs';
import { AppFunction, timeouts } from '../app-function.ts';
import type { Storage } from '../storage.ts';
import type { Workflow } from './workflow.ts';

interface JobFunctionsProps {
  readonly storage: Storage;
  readonly workflow: Workflow;
  /** Tokens that a user's repositories may have embedded in a day. */
  readonly tokensPerDay: number;
}

const sized = { memoryMiB: 1024, timeout: timeouts.api } as const;

/** The functions that answer what is asked of jobs once they are made. */
export const jobFunctions = (
  scope: Construct,
  { storage, workflow, tokensPerDay }: JobFunctionsProps,
): readonly AppFunction[] => {
  const tables = storage.tableNames;
  const executions = { ...tables, ...workflow.environment };

  const listJobs = new AppFunction(scope, { name: 'list-jobs', environment: tables, ...sized });
  storage.grant(listJobs, {
    repositories: ['GetItem'],
    syncJobs: ['GetItem', 'Query'],
    jobIndexes: ['byRepository'],
  });

  const listJobFiles = new AppFunction(scope, {
    name: 'list-job-files',
    environment: { ...tables, BUCKET: storage.bucket.bucketName },
    ...sized,
  });
  storage.grant(listJobFiles, {
    repositories: ['GetItem'],
    syncJobs: ['Query'],
    objects: ['GetObject'],
  });

  const cancelJob = new AppFunction(scope, { name: 'cancel-job', environment: executions, ...sized });
  // One transaction: the job ends, the lock goes, its webhook's event is put; then its batches in flight are swept.
  storage.grant(cancelJob, {
    repositories: ['GetItem', 'UpdateItem'],
    syncJobs: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
  });
  workflow.grantExecutions(cancelJob, 'Stop');

  const retryFailed = new AppFunction(scope, {
    name: 'retry-failed',
    environment: { ...executions, QUOTA_TOKENS_PER_DAY: String(tokensPerDay) },
    ...sized,
  });
  // As start-sync without force: the lock and the job.
  storage.grant(retryFailed, {
    repositories: ['GetItem', 'UpdateItem'],
    // What the owner has had embedded today is read.
    syncJobs: ['GetItem', 'Query', 'PutItem'],
  });
  workflow.grantExecutions(retryFailed, 'Start');

  return [listJobs, listJobFiles, cancelJob, retryFailed];
};
