import type { UserId } from '../contract/ids.ts';
import type { JobRecord } from '../contract/records.ts';
import type { Difference } from '../domain/sync-difference.ts';
import type { JobView } from '../ports/jobs.ts';
import type { Runtime } from '../ports/runtime.ts';
import { newJob } from '../sync/new-job.ts';
import type { ClaimDeps, ClaimSync } from './claim-sync.ts';
import { settleNow } from './follow-ups.ts';
import { whyNotAttached } from './rules/does-what-is-asked.ts';

export type ConflictOutcome =
  /** Refused; `lacking`: what the job that runs does not do, where its caller would have waited for it. */
  | { readonly kind: 'held'; readonly by: JobView; readonly lacking: Difference | null }
  | { readonly kind: 'attached'; readonly to: JobView }
  /** It waits for the end of `by`; `job`: as it will be, stored by no one yet. */
  | { readonly kind: 'queued'; readonly job: JobRecord; readonly by: JobView }
  /** It was queued, and the repository was free by then. */
  | { readonly kind: 'begun'; readonly job: JobRecord }
  | { readonly kind: 'not-found' };

type Deps = ClaimDeps & Pick<Runtime, 'followUps' | 'jobs' | 'repositories'>;

/** What comes of a sync whose repository another one holds. The caller has checked that the user may ask for it. */
export const onHeld =
  (deps: Deps) =>
  async (request: ClaimSync & { readonly requestedBy: UserId }, by: JobView): Promise<ConflictOutcome> => {
    const { repository, options } = request;
    switch (options.on_conflict) {
      case 'attach': {
        const lacking = whyNotAttached(repository, by.job, newJob(deps, request));
        return lacking === null ? { kind: 'attached', to: by } : { kind: 'held', by, lacking };
      }
      case 'queue':
        return queue(deps, request, by);
      default:
        return { kind: 'held', by, lacking: null };
    }
  };

/**
 * Records the sync first, as a push does, and then looks whether it can begin: the job that ends in between brings forward only what
 * is recorded by then.
 */
const queue = async (
  deps: Deps,
  request: ClaimSync & { readonly requestedBy: UserId },
  by: JobView,
): Promise<ConflictOutcome> => {
  const { repository, requestedBy } = request;
  const job = newJob(deps, request);
  const { repository_id, job_id } = job;
  const { branches, full_reindex, incremental } = job.options;
  const asked = { by: requestedBy, jobId: job_id, fullReindex: full_reindex, smart: !full_reindex && !incremental };
  const owed = await deps.followUps.request(repository, branches, asked, deps.clock.now());
  deps.metrics.emit({ SyncsOwed: 1 }, { repository_id });
  const jobId = owed.queued?.jobId ?? job_id;
  deps.logger.info('sync queued', { repository_id, job_id: jobId, requested_by: requestedBy, running: by.job.job_id });
  const begun = await settleNow(deps, owed);
  if (begun === 'waits') {
    const options = { ...job.options, branches: [...owed.branches] };
    return { kind: 'queued', job: { ...job, job_id: jobId, fence: by.job.fence + 1, options }, by };
  }
  const started = begun === 'settled' ? (await deps.jobs.get(jobId))?.job : begun;
  return started === undefined ? { kind: 'not-found' } : { kind: 'begun', job: started };
};
