import type { JobId } from '../contract/ids.ts';
import type { JobRecord, JobSource, RepositoryRecord } from '../contract/records.ts';
import type { EffectiveOptions, SyncOptions } from '../contract/sync-options.ts';
import { estimateSeconds } from '../domain/estimate.ts';
import { isRemote } from '../domain/source-policy.ts';
import type { FollowUp } from '../ports/follow-ups.ts';
import type { JobView } from '../ports/jobs.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Claim, ClaimOutcome } from '../ports/sync-claims.ts';
import { endFacts, idsOf } from '../sync/end-facts.ts';
import { executionName, refOf } from '../sync/execution.ts';
import { claimOnce } from './idempotency.ts';

export type ClaimDeps = Pick<Runtime, 'claims' | 'workflow' | 'clock' | 'ids' | 'logger' | 'metrics'>;

export type ClaimSyncOutcome =
  | { readonly kind: 'accepted'; readonly job: JobRecord; readonly replaced: JobId | null }
  | { readonly kind: 'held'; readonly by: JobView }
  | Extract<ClaimOutcome, { kind: 'replayed' }>
  /** The idempotency key stands for another request. */
  | { readonly kind: 'key-conflict' }
  | { readonly kind: 'not-found' };

export interface ClaimSync {
  readonly repository: RepositoryRecord;
  /** A user, or what asks without a user: `github`, `gitlab`, `schedule`. */
  readonly requestedBy: string;
  readonly trigger: JobRecord['trigger'];
  readonly options: SyncOptions;
  /** The remote of the registered folder that is to be read, where it is not the folder itself. */
  readonly source?: JobSource | undefined;
  /** What is imported in the place of reading a source. */
  readonly snapshot?: JobRecord['snapshot'];
  readonly idempotency?: Claim['idempotency'];
  readonly followUp?: FollowUp | undefined;
}

/** Claims the repository and starts the execution; the caller has checked that the user may do this. */
export const claimSync =
  (deps: ClaimDeps) =>
  async (request: ClaimSync): Promise<ClaimSyncOutcome | { readonly kind: 'follow-up-changed' }> => {
    const { requestedBy, trigger, options } = request;
    const claim = await claimOnce(deps, {
      job: newJob(deps, request),
      seen: request.repository,
      force: options.force,
      clearIndex: options.force && options.full_reindex,
      idempotency: request.idempotency,
      followUp: request.followUp,
    });
    switch (claim.kind) {
      case 'absent':
        return { kind: 'not-found' };
      case 'held':
      case 'replayed':
      case 'key-conflict':
      case 'follow-up-changed':
        return claim;
      case 'claimed': {
        const { replaced } = claim;
        if (replaced !== null) await stopReplaced(deps, replaced.job, claim.job);
        await startExecution(deps, claim.job);
        deps.logger.info('sync job created', {
          ...refOf(claim.job),
          requested_by: requestedBy,
          trigger,
          replaced: replaced?.job.job_id,
          // A webhook's address may hold a secret of its receiver's.
          options: { ...claim.job.options, progress_webhook: options.progress_webhook !== undefined },
        });
        // A plan is no sync: it would be missing among those that complete.
        if (options.dry_run !== true) deps.metrics.emit({ SyncsStarted: 1 }, idsOf(claim.job));
        return { kind: 'accepted', job: claim.job, replaced: replaced?.job.job_id ?? null };
      }
      default:
        return claim satisfies never;
    }
  };

/** The job that such a claim makes. */
export const newJob = (
  deps: Pick<Runtime, 'clock' | 'ids'>,
  { repository, requestedBy, trigger, options, source, snapshot, followUp }: ClaimSync,
): Omit<JobRecord, 'fence'> => {
  const now = deps.clock.now();
  const at = now.toISOString();
  const mode = options.full_reindex ? 'full' : 'incremental';
  const files = Object.values(repository.branches).reduce((sum, branch) => Math.max(sum, branch.files), 0);
  const seconds = estimateSeconds(repository.rates, mode, files);
  return {
    // The answers to those who wait for it have named this job.
    job_id: followUp?.queued?.jobId ?? (deps.ids.jobId() as JobId),
    repository_id: repository.repository_id,
    repository_created_at: repository.created_at,
    requested_by: requestedBy,
    trigger,
    status: 'queued',
    phase: 'queued',
    attempt: 1,
    options: effectiveOptions(repository, options),
    source: source ?? { url: repository.source.url, remote: isRemote(repository.source.url) ? options.remote : null },
    ...(snapshot === undefined ? {} : { snapshot }),
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
export const effectiveOptions = (repository: RepositoryRecord, options: SyncOptions): EffectiveOptions => ({
  force: options.force,
  full_reindex: options.full_reindex,
  // A full reindex wins.
  incremental: options.incremental && !options.full_reindex,
  // A folder is read as it is, unless it was asked for its remote: see pulled-source.ts.
  pull_remote: options.pull_remote ?? isRemote(repository.source.url),
  remote: options.remote,
  branches: options.branch === undefined ? (options.branches ?? ['current']) : [options.branch],
  ignore_patterns: options.ignore_patterns,
  ...(options.progress_webhook === undefined ? {} : { progress_webhook: options.progress_webhook }),
  ...(options.dry_run === true ? { dry_run: true } : {}),
  ...(options.max_cost === undefined ? {} : { max_cost: options.max_cost }),
  ...(options.max_files === undefined ? {} : { max_files: options.max_files }),
});

/** The old job has ended with the claim already; stopping its execution only saves work. */
const stopReplaced = async (deps: ClaimDeps, replaced: JobRecord, by: JobRecord): Promise<void> => {
  deps.logger.info('sync cancelled', { ...endFacts(replaced, deps.clock.now()), replaced_by: by.job_id });
  if (replaced.options.dry_run !== true) deps.metrics.emit({ SyncsCancelled: 1 }, idsOf(replaced));
  try {
    await deps.workflow.stop(executionName(replaced), `replaced by ${by.job_id}`);
  } catch (error) {
    deps.logger.warn('replaced execution not stopped', { ...refOf(replaced), error: String(error) });
  }
};

/** A job that could not be started stays queued, and the reconciler starts it: the answer is 202 either way. */
const startExecution = async (deps: ClaimDeps, job: JobRecord): Promise<void> => {
  try {
    await deps.workflow.start(executionName(job), refOf(job));
  } catch (error) {
    deps.logger.warn('execution not started yet', { ...refOf(job), error: String(error) });
  }
};
