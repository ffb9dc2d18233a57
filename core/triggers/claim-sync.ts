import type { JobId } from '../contract/ids.ts';
import type { JobRecord } from '../contract/records.ts';
import type { JobView } from '../ports/jobs.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Claim, ClaimOutcome } from '../ports/sync-claims.ts';
import { endFacts, idsOf } from '../sync/end-facts.ts';
import { executionName, refOf } from '../sync/execution.ts';
import { type JobRequest, newJob } from '../sync/new-job.ts';
import { claimOnce } from './idempotency.ts';

export type ClaimDeps = Pick<Runtime, 'claims' | 'workflow' | 'clock' | 'ids' | 'logger' | 'metrics'>;

export type ClaimSyncOutcome =
  | { readonly kind: 'accepted'; readonly job: JobRecord; readonly replaced: JobId | null }
  | { readonly kind: 'held'; readonly by: JobView }
  | Extract<ClaimOutcome, { kind: 'replayed' }>
  /** The idempotency key stands for another request. */
  | { readonly kind: 'key-conflict' }
  | { readonly kind: 'not-found' };

export interface ClaimSync extends JobRequest {
  readonly idempotency?: Claim['idempotency'];
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
