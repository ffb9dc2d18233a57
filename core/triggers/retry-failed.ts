import type { JobId, UserId } from '../contract/ids.ts';
import { SyncOptions } from '../contract/sync-options.ts';
import { isTerminal } from '../domain/job-status.ts';
import type { QuotaRefusal } from '../domain/quota.ts';
import { withJobAccess } from '../jobs/job-access.ts';
import { lookAtJob } from '../jobs/look-at-job.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Access } from '../repositories/with-access.ts';
import { missingOf } from '../sync/job-answer.ts';
import { folderRemote } from '../sync/source-of.ts';
import { type ClaimDeps, type ClaimSyncOutcome, claimSync } from './claim-sync.ts';
import { dayUsedUp } from './day-used-up.ts';

type Deps = ClaimDeps & Pick<Runtime, 'followUps' | 'jobs' | 'repositories' | 'settings' | 'tokenQuota'>;

export type RetryFailedOutcome = Access<
  | Extract<ClaimSyncOutcome, { kind: 'accepted' | 'held' | 'not-found' }>
  | { readonly kind: 'nothing-failed' | 'not-begun' }
  | QuotaRefusal
>;

/**
 * Starts a sync of a job's branches, as the job read them, that reads again what failed: a sync otherwise leaves a file
 * alone that failed before and has not changed since.
 */
export const retryFailed =
  (deps: Deps) =>
  async (id: JobId, user: UserId): Promise<RetryFailedOutcome> => {
    const access = await withJobAccess(deps, id, user, 'write', lookAtJob(deps));
    if (access.kind !== 'allowed') return access;
    const { view } = access;
    if (view.waitsFor !== undefined) return { kind: 'not-begun' };
    if (!isTerminal(view.job.status)) return { kind: 'held', by: view };
    const { counts } = view.job;
    if (counts === null || (counts.failed === 0 && missingOf(view.job).length === 0)) return { kind: 'nothing-failed' };
    const usedUp = await dayUsedUp(deps, access.repository.owner);
    if (usedUp !== null) return usedUp;
    const { pull_remote, remote, ignore_patterns, progress_webhook } = view.job.options;
    // As the job read them: what `current` means may have changed since.
    const asked = view.job.branches?.map(({ name }) => name) ?? [];
    const branches = asked.length > 0 ? asked : view.job.options.branches;
    const outcome = await claimSync(deps)({
      repository: access.repository,
      requestedBy: user,
      trigger: 'retry',
      source: folderRemote(access.repository, view.job),
      options: SyncOptions.parse({ pull_remote, remote, branches, ignore_patterns, progress_webhook }),
    });
    switch (outcome.kind) {
      case 'accepted':
      case 'held':
      case 'not-found':
        return outcome;
      default:
        throw new Error(`a claim without a key or a follow-up was answered with ${outcome.kind}`);
    }
  };
