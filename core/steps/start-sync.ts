import type { JobId, RepositoryId, UserId } from '../contract/ids.ts';
import type { JobRecord, RepositoryRecord } from '../contract/records.ts';
import type { EffectiveOptions, SyncOptions } from '../contract/sync-options.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import { allows, roleOf } from '../domain/access.ts';
import { estimateSeconds } from '../domain/estimate.ts';
import { isRemote } from '../domain/source-policy.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { JobView } from '../ports/sync-store.ts';

type Deps = Pick<Runtime, 'repositories' | 'sync' | 'workflow' | 'clock' | 'ids' | 'logger'>;

export interface StartSync {
  readonly repositoryId: RepositoryId;
  readonly user: UserId;
  readonly options: SyncOptions;
}

export type StartSyncOutcome =
  | { readonly kind: 'accepted'; readonly job: JobRecord; readonly replaced: JobId | null }
  | { readonly kind: 'held'; readonly by: JobView }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'not-found' };

/** Claims the repository for a new job and starts its execution. */
export const startSync =
  (deps: Deps) =>
  async ({ repositoryId, user, options }: StartSync): Promise<StartSyncOutcome> => {
    const repository = await deps.repositories.get(repositoryId);
    if (repository === null) return { kind: 'not-found' };
    const role = roleOf(repository, user);
    if (!allows(role, 'write')) return { kind: 'forbidden' };

    const job = newJob(deps, repository, user, options);
    const claim = await deps.sync.claim({
      job,
      force: options.force,
      clearIndex: options.force && options.full_reindex,
    });
    switch (claim.kind) {
      case 'absent':
        return { kind: 'not-found' };
      case 'held':
        return claim;
      case 'claimed': {
        const { replaced } = claim;
        if (replaced !== null) await stopReplaced(deps, replaced.job, claim.job);
        await startExecution(deps, claim.job);
        deps.logger.info('sync job created', {
          ...refOf(claim.job),
          requested_by: user,
          replaced: replaced?.job.job_id,
          options: claim.job.options,
        });
        return { kind: 'accepted', job: claim.job, replaced: replaced?.job.job_id ?? null };
      }
      default:
        return claim satisfies never;
    }
  };

/** An execution's name: one for each attempt at a job. */
export const executionName = (job: Pick<JobRecord, 'job_id' | 'attempt'>): string => `${job.job_id}-${job.attempt}`;

export const refOf = ({ repository_id, job_id, fence }: JobRecord): JobRef => ({ repository_id, job_id, fence });

const newJob = (
  deps: Deps,
  repository: RepositoryRecord,
  user: UserId,
  options: SyncOptions,
): Omit<JobRecord, 'fence'> => {
  const now = deps.clock.now();
  const at = now.toISOString();
  const mode = options.full_reindex ? 'full' : 'incremental';
  const files = Object.values(repository.branches).reduce((sum, branch) => Math.max(sum, branch.files), 0);
  const seconds = estimateSeconds(repository.rates, mode, files);
  return {
    job_id: deps.ids.jobId() as JobId,
    repository_id: repository.repository_id,
    requested_by: user,
    trigger: 'api',
    status: 'queued',
    phase: 'queued',
    attempt: 1,
    options: effectiveOptions(repository, options),
    created_at: at,
    started_at: null,
    ended_at: null,
    updated_at: at,
    estimated_completion: new Date(now.getTime() + seconds * 1000).toISOString(),
    phase_done: 0,
    files_total: null,
    files_done: 0,
    current_file: null,
    mode: null,
    pull: [],
    counts: null,
    error: null,
    generation: null,
  };
};

/** What the request leaves open is decided here, once; the job keeps and echoes it. */
const effectiveOptions = (repository: RepositoryRecord, options: SyncOptions): EffectiveOptions => ({
  force: options.force,
  full_reindex: options.full_reindex,
  // A full reindex wins.
  incremental: options.incremental && !options.full_reindex,
  pull_remote: options.pull_remote ?? isRemote(repository.source.url),
  remote: options.remote,
  branches: options.branch === undefined ? options.branches : [options.branch],
  ignore_patterns: options.ignore_patterns,
  ...(options.progress_webhook === undefined ? {} : { progress_webhook: options.progress_webhook }),
});

/** The old job has lost its claim already; stopping its execution only saves work. */
const stopReplaced = async (deps: Deps, replaced: JobRecord, by: JobRecord): Promise<void> => {
  try {
    await deps.workflow.stop(executionName(replaced), `replaced by ${by.job_id}`);
  } catch (error) {
    deps.logger.warn('replaced execution not stopped', { ...refOf(replaced), error: String(error) });
  }
};

/** A job that could not be started stays queued, and the reconciler starts it: the answer is 202 either way. */
const startExecution = async (deps: Deps, job: JobRecord): Promise<void> => {
  try {
    await deps.workflow.start(executionName(job), refOf(job));
  } catch (error) {
    deps.logger.warn('execution not started yet', { ...refOf(job), error: String(error) });
  }
};
