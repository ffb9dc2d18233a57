import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { PullReport } from '../contract/records.ts';
import type { SyncOptions } from '../contract/sync-options.ts';
import { defaultBranchOf } from '../domain/default-branch.ts';
import { isTerminal } from '../domain/job-status.ts';
import { own } from '../domain/own.ts';
import type { QuotaRefusal } from '../domain/quota.ts';
import type { JobView } from '../ports/jobs.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Claim } from '../ports/sync-claims.ts';
import { withAccess } from '../repositories/with-access.ts';
import { idsOf } from '../sync/end-facts.ts';
import { effectiveOptions } from '../sync/new-job.ts';
import { sourceOf } from '../sync/source-of.ts';
import { type ClaimDeps, type ClaimSync, type ClaimSyncOutcome, claimSync } from './claim-sync.ts';
import { dayUsedUp } from './day-used-up.ts';
import { type ConflictOutcome, onHeld } from './on-conflict.ts';
import { type PulledSource, pulledSource } from './pulled-source.ts';
import { refuseWebhook } from './rules/webhook-policy.ts';

export interface StartSync {
  readonly repositoryId: RepositoryId;
  readonly user: UserId;
  readonly options: SyncOptions;
  /** The request's Idempotency-Key, and what was asked for under it. The key is the user's own: two users never share one. */
  readonly idempotency?: Claim['idempotency'];
  /** When the gateway got the request: what came before this is in the time that is measured. Without: now. */
  readonly receivedAt?: Date;
}

export type StartSyncOutcome =
  | Exclude<ClaimSyncOutcome, { kind: 'held' }>
  | ConflictOutcome
  | { readonly kind: 'forbidden' }
  | QuotaRefusal
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

/**
 * Claims the repository for a new job of a user who may write, and starts its execution. An accepted job tells what a
 * quick look at the remote has found, as far as it had time; the pull step finds the rest.
 */
export const startSync =
  (
    deps: ClaimDeps &
      Pick<
        Runtime,
        | 'repositories'
        | 'followUps'
        | 'jobs'
        | 'remoteLook'
        | 'settings'
        | 'sourceRemotes'
        | 'sourceRoots'
        | 'tokenQuota'
        | 'webhookAddresses'
      >,
  ) =>
  async ({ repositoryId, user, options, idempotency, receivedAt }: StartSync): Promise<StartSyncOutcome> => {
    const begun = deps.clock.now().getTime();
    const access = await withAccess(deps, repositoryId, user, 'write');
    if (access.kind !== 'allowed') return access;
    const { repository } = access;
    const pulled = await pulledSource(deps)(repository, options);
    const errors = invalidOptions(deps, options, pulled);
    if (errors.length > 0) return { kind: 'invalid', errors };
    const source = pulled.kind === 'remote' ? pulled.source : undefined;
    const request = { repository, requestedBy: user, trigger: 'api' as const, options, source, idempotency };
    const by = await holderOf(deps, request);
    // Only a sync that is to begin needs room in the owner's quota: a plan embeds nothing.
    if (by !== null && options.on_conflict !== 'queue') return onHeld(deps)(request, by);
    const usedUp = options.dry_run === true ? null : await dayUsedUp(deps, repository.owner);
    if (usedUp !== null) return usedUp;
    if (by !== null) return onHeld(deps)(request, by);
    // The job that holds the lock will hold it a moment later too: a 409 costs no look.
    const look = () => lookAtRemote(deps, request, LOOK_MILLISECONDS - (deps.clock.now().getTime() - begun));
    const early = repository.lock === undefined || options.force ? look() : null;
    const outcome = await claimSync(deps)(request);
    // Only a claim that settles a follow-up can find it changed.
    if (outcome.kind === 'follow-up-changed') throw new Error('a follow-up changed that no request has named');
    if (outcome.kind === 'held') return onHeld(deps)(request, outcome.by);
    if (outcome.kind !== 'accepted') return outcome;
    const pull = [...(await (early ?? look()))];
    // The gateway's clock may be a little ahead of the function's.
    const from = Math.min(begun, receivedAt?.getTime() ?? begun);
    deps.metrics.emit({ InitiationMilliseconds: deps.clock.now().getTime() - from }, idsOf(outcome.job));
    return { ...outcome, job: { ...outcome.job, pull } };
  };

/**
 * The job that holds the repository, where that alone decides: a claim without force, and without a key that an earlier
 * answer may be stored under, is refused while it lasts. Every end of a job frees the lock in its own transaction, so a job that
 * has not ended holds the lock that names it. Anything else is the claim's to judge.
 */
const holderOf = async (
  deps: Pick<Runtime, 'jobs'>,
  { repository, options, idempotency }: ClaimSync,
): Promise<JobView | null> => {
  if (repository.lock === undefined || options.force || idempotency !== undefined) return null;
  const view = await deps.jobs.get(repository.lock.job_id);
  return view === null || isTerminal(view.job.status) ? null : view;
};

const invalidOptions = (
  deps: Pick<Runtime, 'settings' | 'webhookAddresses'>,
  { progress_webhook: url }: SyncOptions,
  pulled: PulledSource,
): InvalidOption[] => {
  const webhook =
    url === undefined ? null : (refuseWebhook(url, deps.settings.sources) ?? deps.webhookAddresses.refuse(url));
  return [
    ...(pulled.kind === 'invalid' ? [{ field: 'remote', message: pulled.message } as const] : []),
    ...(webhook === null ? [] : [{ field: 'progress_webhook', message: webhook } as const]),
  ];
};

/** Where the branches are that the job will pull. Only for a caller who waits for the answer. */
const lookAtRemote = async (
  deps: Pick<Runtime, 'remoteLook'>,
  { repository, options, source }: ClaimSync,
  milliseconds: number,
): Promise<readonly PullReport[]> => {
  const effective = effectiveOptions(repository, options);
  if (!effective.pull_remote) return [];
  const cleared = options.force && options.full_reindex;
  const current = defaultBranchOf(repository) ?? 'current';
  const names = effective.branches.map((name) => (name === 'current' ? current : name));
  // HEAD may have moved: only the remote tells what `current` means now. Of a folder it is the folder's own HEAD.
  const head =
    source === undefined && repository.default_branch === null && effective.branches.includes('current')
      ? current
      : null;
  const branches = [...new Set(names)].map((branch) => ({
    branch,
    from: cleared ? null : (own(repository.branches, branch)?.commit ?? null),
    ...(branch === head ? { head: true } : {}),
  }));
  return deps.remoteLook.look(sourceOf(repository, { source }), branches, effective.remote, Math.max(1, milliseconds));
};
