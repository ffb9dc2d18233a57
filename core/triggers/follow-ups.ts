import type { JobId, RepositoryId } from '../contract/ids.ts';
import { SyncOptions } from '../contract/sync-options.ts';
import type { FollowUp } from '../ports/follow-ups.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type ClaimDeps, claimSync } from './claim-sync.ts';

type Deps = ClaimDeps & Pick<Runtime, 'followUps' | 'repositories'>;

export type FollowUpOutcome =
  | { readonly kind: 'started'; readonly jobId: JobId }
  /** A sync is under way: this one is looked at again in some seconds. */
  | { readonly kind: 'busy' }
  /** Another caller has settled it, or joined it just now; what is still wanted is still due. */
  | { readonly kind: 'changed' }
  /** The repository is gone. */
  | { readonly kind: 'dropped' };

/** How often a busy repository is looked at: four reads each time, and at most this much is added to a push's way. */
const POSTPONE_MILLISECONDS = 2_000;

/** Follow-ups of one round; the next round, a second (on AWS a minute) later, takes the others. */
const ROUND = 100;

/** How many syncs were started, and how many wait for one that runs. */
export interface SettledFollowUps {
  readonly started: number;
  readonly busy: number;
}

/** Starts the syncs that pushes asked for, where the repository is free. One that fails keeps no other from its start. */
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

/** Starts one sync that a push asked for. The claim and the end of the follow-up are one transaction: never two syncs for one follow-up. */
export const settleFollowUp =
  (deps: Deps) =>
  async (followUp: FollowUp): Promise<FollowUpOutcome> => {
    const repository = await deps.repositories.get(followUp.repositoryId);
    if (repository === null) return drop(deps, followUp);
    const { requestedBy, branches } = followUp;
    const asked = SyncOptions.parse(branches.length === 0 ? {} : { branches: [...branches] });
    const options = branches.length === 0 ? { ...asked, branches: [] } : asked;
    const claim = await claimSync(deps)({ repository, requestedBy, trigger: 'push', options, followUp });
    switch (claim.kind) {
      case 'accepted':
        return { kind: 'started', jobId: claim.job.job_id };
      case 'held':
        return postpone(deps, followUp);
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

/** The debt of one repository, if it shows as due: the listing may lag behind, and then the next round finds it. */
export const findDue = async (deps: Deps, repository: RepositoryId): Promise<FollowUp | null> => {
  const due = await deps.followUps.due(deps.clock.now(), ROUND);
  return due.find(({ repositoryId }) => repositoryId === repository) ?? null;
};

const postpone = async (deps: Deps, followUp: FollowUp): Promise<FollowUpOutcome> => {
  await deps.followUps.postpone(followUp, new Date(deps.clock.now().getTime() + POSTPONE_MILLISECONDS));
  return { kind: 'busy' };
};

const drop = async (deps: Deps, followUp: FollowUp): Promise<FollowUpOutcome> => {
  await deps.followUps.drop(followUp);
  return { kind: 'dropped' };
};
