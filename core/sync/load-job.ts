import type { BatchProgress, JobRecord, RepositoryRecord } from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import { SyncSupersededError } from '../domain/errors.ts';
import type { Runtime } from '../ports/runtime.ts';

type Deps = Pick<Runtime, 'jobs' | 'repositories'>;

/** A job as a step finds it: under the claim that the step works for, with its repository. */
export interface LoadedJob {
  /** The claim. Everything is written under it, even when the job has another claim by then. */
  readonly job: JobRef;
  readonly record: JobRecord;
  readonly repository: RepositoryRecord;
}

/** The job and its repository, as they are now; SyncSupersededError when the claim is not this one any more. */
export const loadJob = async (deps: Deps, job: JobRef): Promise<LoadedJob> => ownJob(job, await findJob(deps, job));

interface FoundJob {
  readonly record: JobRecord | null;
  /** What workers have said of the batches that have begun and not ended. */
  readonly inFlight: readonly BatchProgress[];
  readonly repository: RepositoryRecord | null;
}

/** The first half of {@link loadJob}: a look, for a step that may find its job ended by its own first try. */
export const findJob = async (deps: Deps, { job_id, repository_id }: JobRef): Promise<FoundJob> => {
  const [repository, view] = await Promise.all([deps.repositories.get(repository_id), deps.jobs.get(job_id)]);
  return { record: view?.job ?? null, inFlight: view?.inFlight ?? [], repository };
};

/** The second half: SyncSupersededError when what was found is not under this claim. */
export const ownJob = (job: JobRef, { record, repository }: Omit<FoundJob, 'inFlight'>): LoadedJob => {
  if (record === null || repository?.lock?.fence !== job.fence)
    throw new SyncSupersededError('this worker has lost the job');
  return { job, record, repository };
};
