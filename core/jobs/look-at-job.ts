import type { JobId } from '../contract/ids.ts';
import type { JobView } from '../ports/jobs.ts';
import type { Runtime } from '../ports/runtime.ts';
import { newJob, requestOf } from '../sync/new-job.ts';

type Deps = Pick<Runtime, 'jobs' | 'repositories' | 'followUps'>;

/**
 * A job, or a sync that waits as the job that it will be; null: there is neither. The claim makes the job and ends the waiting at once, so one that begins between the two
 * looks is there at the third.
 */
export const lookAtJob =
  (deps: Deps) =>
  async (id: JobId): Promise<JobView | null> =>
    (await deps.jobs.get(id)) ?? (await waitingJob(deps, id)) ?? deps.jobs.get(id);

const waitingJob = async (deps: Deps, id: JobId): Promise<JobView | null> => {
  const queued = await deps.followUps.queuedAs(id);
  if (queued === null) return null;
  const { followUp, askedAt } = queued;
  const repository = await deps.repositories.get(followUp.repositoryId);
  // What waits of an earlier repository of the same id is dropped when its time comes.
  if (repository === null || (followUp.registered ?? repository.created_at) !== repository.created_at) return null;
  const asked = { clock: { now: () => askedAt }, ids: { jobId: () => id } };
  const job = newJob(asked, requestOf(repository, followUp));
  // No one knows when it begins.
  return {
    job: { ...job, fence: repository.fence + 1, estimated_completion: null },
    inFlight: [],
    waitsFor: repository.lock?.job_id ?? null,
  };
};
