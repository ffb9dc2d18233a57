import type { JobRecord, RepositoryRecord } from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import { SyncSupersededError } from '../domain/errors.ts';
import type { Runtime } from '../ports/runtime.ts';

/** The job and its repository, as they are now; SyncSupersededError when the claim is not this one any more. */
export const loadJob = async (
  deps: Pick<Runtime, 'sync' | 'repositories'>,
  job: JobRef,
): Promise<{ repository: RepositoryRecord; record: JobRecord }> => {
  const [repository, view] = await Promise.all([deps.repositories.get(job.repository_id), deps.sync.job(job.job_id)]);
  if (repository === null || view === null || repository.lock?.fence !== job.fence)
    throw new SyncSupersededError('this worker has lost the job');
  return { repository, record: view.job };
};
