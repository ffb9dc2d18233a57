import type { JobId, RepositoryId, UserId } from '../contract/ids.ts';
import type { JobRecord, PullReport, RepositoryRecord } from '../contract/records.ts';
import type { EffectiveOptions, SyncOptions } from '../contract/sync-options.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import { allows, roleOf } from '../domain/access.ts';
import { estimateSeconds } from '../domain/estimate.ts';
import { isTerminal } from '../domain/job-status.ts';
import { isRemote, type SourcePolicy } from '../domain/source-policy.ts';
import { refuseWebhook } from '../domain/webhook-policy.ts';
import type { FollowUp } from '../ports/follow-ups.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Claim, JobView } from '../ports/sync-store.ts';
import { endFacts, idsOf } from './end-facts.ts';
import { claimOnce } from './idempotency.ts';

type Deps = Pick<Runtime, 'repositories' | 'sync' | 'workflow' | 'clock' | 'ids' | 'logger' | 'metrics'>;

export interface StartSync {
  readonly repositoryId: RepositoryId;
  readonly user: UserId;
  readonly options: SyncOptions;
  /** The request's Idempotency-Key, and what was asked for under it. The key is the user's own: two users never share one. */
  readonly idempotency?: Claim['idempotency'];
}

export type ClaimSyncOutcome =
  | { readonly kind: 'accepted'; readonly job: JobRecord; readonly replaced: JobId | null }
  | { readonly kind: 'held'; readonly by: JobView }
  /** The same request was accepted before: with this answer, or (null) its answer was not kept in time. */
  | { readonly kind: 'replayed'; readonly job: JobView; readonly answer: string | null }
  /** The idempotency key stands for another request. */
  | { readonly kind: 'key-conflict' }
  | { readonly kind: 'not-found' };

export type StartSyncOutcome =
  | ClaimSyncOutcome
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'invalid'; readonly errors: readonly InvalidOption[] };

/** An option that cannot be used here, and what can. */
export interface InvalidOption {
  readonly field: 'remote' | 'progress_webhook';
  readonly message: string;
}

/**
 * When a look at the remote must be over, of the request's 500 ms: the rest is for the authorizer, two reads and the claim's
 * transaction, beside which it runs.
 */
const LOOK_MILLISECONDS = 350;

/** A repository has one source, and this is its name. */
const REMOTE = 'origin';

/**
 * Claims the repository for a new job of a user who may write, and starts its execution. An accepted job tells what a
 * quick look at the remote has found, as far as it had time; the pull step finds the rest.
 */
export const startSync =
  (deps: Deps & Pick<Runtime, 'remoteLook' | 'settings'>) =>
  async ({ repositoryId, user, options, idempotency }: StartSync): Promise<StartSyncOutcome> => {
    const begun = deps.clock.now().getTime();
    const repository = await deps.repositories.get(repositoryId);
    if (repository === null) return { kind: 'not-found' };
    if (!allows(roleOf(repository, user), 'write')) return { kind: 'forbidden' };
    const errors = invalidOptions(options, deps.settings.sources);
    if (errors.length > 0) return { kind: 'invalid', errors };
    const request = { repository, requestedBy: user, trigger: 'api' as const, options, idempotency };
    const by = await holderOf(deps, request);
    if (by !== null) return { kind: 'held', by };
    // Who holds the lock will hold it a moment later too: a 409 costs no look.
    const look = () => lookAtRemote(deps, request, LOOK_MILLISECONDS - (deps.clock.now().getTime() - begun));
    const early = repository.lock === undefined || options.force ? look() : null;
    const outcome = await claimSync(deps)(request);
    // Only a claim that settles a follow-up can find it changed.
    if (outcome.kind === 'follow-up-changed') throw new Error('a follow-up changed that no request has named');
    if (outcome.kind !== 'accepted') return outcome;
    const pull = [...(await (early ?? look()))];
    deps.metrics.emit({ InitiationMilliseconds: deps.clock.now().getTime() - begun }, idsOf(outcome.job));
    return { ...outcome, job: { ...outcome.job, pull } };
  };

/**
 * The job that holds the repository, where that alone decides: a claim without force, and without a key that an earlier
 * answer may stand under, is refused while it lasts. Every end of a job frees the lock in its own transaction, so a job that
 * has not ended holds the lock that names it. Anything else is the claim's to judge.
 */
const holderOf = async (
  deps: Pick<Runtime, 'sync'>,
  { repository, options, idempotency }: ClaimSync,
): Promise<JobView | null> => {
  if (repository.lock === undefined || options.force || idempotency !== undefined) return null;
  const view = await deps.sync.job(repository.lock.job_id);
  return view === null || isTerminal(view.job.status) ? null : view;
};

const invalidOptions = ({ remote, progress_webhook }: SyncOptions, policy: SourcePolicy): InvalidOption[] => {
  const webhook = progress_webhook === undefined ? null : refuseWebhook(progress_webhook, policy);
  return [
    ...(remote === REMOTE
      ? []
      : [{ field: 'remote', message: `must be ${REMOTE}: a repository has one source` } as const]),
    ...(webhook === null ? [] : [{ field: 'progress_webhook', message: webhook } as const]),
  ];
};

/** Where the branches stand that the job will pull. Only for somebody who waits for the answer. */
const lookAtRemote = async (
  deps: Pick<Runtime, 'remoteLook'>,
  { repository, options }: ClaimSync,
  milliseconds: number,
): Promise<readonly PullReport[]> => {
  const effective = effectiveOptions(repository, options);
  if (!effective.pull_remote) return [];
  const cleared = options.force && options.full_reindex;
  const names = effective.branches.map((name) => (name === 'current' ? (repository.default_branch ?? name) : name));
  const branches = [...new Set(names)].map((branch) => ({
    branch,
    from: cleared ? null : (repository.branches[branch]?.commit ?? null),
  }));
  return deps.remoteLook.look(repository.source, branches, effective.remote, Math.max(1, milliseconds));
};

export interface ClaimSync {
  readonly repository: RepositoryRecord;
  /** A user, or what asks in nobody's name: `github`, `gitlab`, `schedule`. */
  readonly requestedBy: string;
  readonly trigger: JobRecord['trigger'];
  readonly options: SyncOptions;
  readonly idempotency?: Claim['idempotency'];
  readonly followUp?: FollowUp | undefined;
}

/** Claims the repository and starts the execution, for whoever may: the caller has made sure of that. */
export const claimSync =
  (deps: Deps) =>
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
        deps.metrics.emit({ SyncsStarted: 1 }, idsOf(claim.job));
        return { kind: 'accepted', job: claim.job, replaced: replaced?.job.job_id ?? null };
      }
      default:
        return claim satisfies never;
    }
  };

/** An execution's name: one for each attempt at a job. */
export const executionName = (job: Pick<JobRecord, 'job_id' | 'attempt'>): string => `${job.job_id}-${job.attempt}`;

export const refOf = ({ repository_id, job_id, fence }: JobRecord): JobRef => ({ repository_id, job_id, fence });

const newJob = (deps: Deps, { repository, requestedBy, trigger, options }: ClaimSync): Omit<JobRecord, 'fence'> => {
  const now = deps.clock.now();
  const at = now.toISOString();
  const mode = options.full_reindex ? 'full' : 'incremental';
  const files = Object.values(repository.branches).reduce((sum, branch) => Math.max(sum, branch.files), 0);
  const seconds = estimateSeconds(repository.rates, mode, files);
  return {
    job_id: deps.ids.jobId() as JobId,
    repository_id: repository.repository_id,
    requested_by: requestedBy,
    trigger,
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
  // A local path is always read as it stands: there is nothing to pull, whatever was asked.
  pull_remote: isRemote(repository.source.url) && (options.pull_remote ?? true),
  remote: options.remote,
  branches: options.branch === undefined ? options.branches : [options.branch],
  ignore_patterns: options.ignore_patterns,
  ...(options.progress_webhook === undefined ? {} : { progress_webhook: options.progress_webhook }),
});

/** The old job has ended with the claim already; stopping its execution only saves work. */
const stopReplaced = async (deps: Deps, replaced: JobRecord, by: JobRecord): Promise<void> => {
  deps.logger.info('sync cancelled', { ...endFacts(replaced, deps.clock.now()), replaced_by: by.job_id });
  deps.metrics.emit({ SyncsCancelled: 1 }, idsOf(replaced));
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
