import type { JobAnswer } from '../contract/api.ts';
import type { JobId, UserId } from '../contract/ids.ts';
import type { JobRecord } from '../contract/records.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Access } from '../repositories/with-access.ts';
import { endFacts, idsOf } from '../sync/end-facts.ts';
import { executionName, refOf } from '../sync/execution.ts';
import { jobAnswer } from '../sync/job-answer.ts';
import { withJobAccess } from './job-access.ts';
import { lookAtJob } from './look-at-job.ts';

type Deps = Pick<Runtime, 'followUps' | 'ends' | 'jobs' | 'repositories' | 'workflow' | 'clock' | 'logger' | 'metrics'>;

export type CancelJobOutcome = Access<{ readonly kind: 'cancelled' | 'ended' | 'not-begun'; readonly job: JobAnswer }>;

/**
 * Ends a job as cancelled and stops its execution. The claim is gone with the first write: a worker that is still on the job
 * learns it at its next heartbeat, half a second later, and writes nothing more. The old index stays.
 */
export const cancelJob =
  (deps: Deps) =>
  async (id: JobId, user: UserId): Promise<CancelJobOutcome> => {
    const access = await withJobAccess(deps, id, user, 'write', lookAtJob(deps));
    if (access.kind !== 'allowed') return access;
    const { view } = access;
    // Others may wait for it too: it is taken back by its repository.
    if (view.waitsFor !== undefined) return { kind: 'not-begun', job: jobAnswer(view, deps.clock.now()) };
    const outcome = await deps.ends.cancel(id, deps.clock.now());
    if (outcome.kind === 'absent') return { kind: 'not-found' };
    const { job } = outcome;
    if (outcome.kind === 'cancelled') {
      await stopExecution(deps, job, user);
      deps.logger.info('sync cancelled', { ...endFacts(job, deps.clock.now()), by: user });
      if (job.options.dry_run !== true) deps.metrics.emit({ SyncsCancelled: 1 }, idsOf(job));
    }
    return { kind: outcome.kind, job: jobAnswer({ job, inFlight: [] }, deps.clock.now()) };
  };

/** Stopping it only saves work: the job has ended already. */
const stopExecution = async (deps: Deps, job: JobRecord, user: UserId): Promise<void> => {
  try {
    await deps.workflow.stop(executionName(job), `cancelled by ${user}`);
  } catch (error) {
    deps.logger.warn('cancelled execution not stopped', { ...refOf(job), error: String(error) });
  }
};
