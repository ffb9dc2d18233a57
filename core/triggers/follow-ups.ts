import type { JobId } from '../contract/ids.ts';
import type { JobRecord } from '../contract/records.ts';
import type { FollowUp } from '../ports/follow-ups.ts';
import type { Runtime } from '../ports/runtime.ts';
import { requestOf } from '../sync/new-job.ts';
import { type ClaimDeps, claimSync } from './claim-sync.ts';

type Deps = ClaimDeps & Pick<Runtime, 'followUps' | 'repositories'>;

export type FollowUpOutcome =
  | { readonly kind: 'started'; readonly job: JobRecord }
  /** A sync is under way: this one is looked at again in some seconds. */
  | { readonly kind: 'busy' }
  /** Another caller has settled it, or joined it just now; what is still wanted is still due. */
  | { readonly kind: 'changed' }
  /** The repository is gone, or another has its id. */
  | { readonly kind: 'dropped' };

/** When a busy repository is looked at again, should the end of its job not bring that forward (JobEnds). */
const POSTPONE_MILLISECONDS = 30_000;

/** Follow-ups of one round; the next round, a second (on AWS a minute) later, takes the others. */
const ROUND = 100;

/** How many syncs were started, and how many wait for one that runs. */
export interface SettledFollowUps {
  readonly started: number;
  readonly busy: number;
}

/** Starts the syncs that pushes, schedules and waiting users asked for, where the repository is free. One that fails keeps no other from its start. */
export const runFollowUps = (deps: Deps) => async (): Promise<SettledFollowUps> => {
  const sums = { started: 0, busy: 0 };
  for (const followUp of await deps.followUps.due(deps.clock.now(), ROUND)) {
    try {
      const { kind } = await settleFollowUp(deps)(followUp);
      if (kind === 'started' || kind === 'busy') sums[kind] += 1;
    } catch (error) {
      deps.logger.error('follow-up not started', { repository_id: followUp.repositoryId, error: String(error) });
    }
  }
  return sums;
};

/** Starts one sync that is waiting. The claim and the end of the follow-up are one transaction: never two syncs for one follow-up. */
export const settleFollowUp =
  (deps: Deps) =>
  async (followUp: FollowUp): Promise<FollowUpOutcome> => {
    const { repositoryId, registered } = followUp;
    const repository = await deps.repositories.get(repositoryId);
    if (repository === null || (registered !== null && registered !== repository.created_at))
      return drop(deps, followUp);
    const claim = await claimSync(deps)(requestOf(repository, followUp));
    switch (claim.kind) {
      case 'accepted':
        return { kind: 'started', job: claim.job };
      case 'held':
        return postpone(deps, followUp, claim.by.job.job_id);
      case 'not-found':
        return drop(deps, followUp);
      case 'follow-up-changed':
        return { kind: 'changed' };
      case 'replayed':
      case 'key-conflict':
        throw new Error(`a claim without an idempotency key was ${claim.kind}`);
      default:
        return claim satisfies never;
    }
  };

/**
 * The job's end brings it forward again. One that has come to its end between the claim and this may have done so in vain: so
 * the lock is looked at once more.
 */
const postpone = async (deps: Deps, followUp: FollowUp, holder: JobId): Promise<FollowUpOutcome> => {
  await deps.followUps.postpone(followUp, new Date(deps.clock.now().getTime() + POSTPONE_MILLISECONDS));
  const repository = await deps.repositories.get(followUp.repositoryId);
  return repository?.lock?.job_id === holder ? { kind: 'busy' } : settleFollowUp(deps)(followUp);
};

/** Requests that join the follow-up while this one is about to settle it: so many in a row are left to the dispatcher. */
const TRIES = 5;

/**
 * Starts the sync that has just been asked for, if the repository is free: the job; `waits` where it is busy, and `settled` where
 * another caller was first, or the repository is gone.
 */
export const settleNow = async (deps: Deps, owed: FollowUp): Promise<JobRecord | 'waits' | 'settled'> => {
  for (let known: FollowUp | null = owed, attempt = 0; attempt < TRIES; attempt++) {
    const outcome = await settleFollowUp(deps)(known);
    if (outcome.kind === 'started') return outcome.job;
    if (outcome.kind === 'busy') return 'waits';
    if (outcome.kind === 'dropped') return 'settled';
    known = await deps.followUps.get(owed.repositoryId);
    if (known === null) return 'settled';
  }
  return 'waits';
};

const drop = async (deps: Deps, followUp: FollowUp): Promise<FollowUpOutcome> => {
  await deps.followUps.drop(followUp);
  return { kind: 'dropped' };
};
