import type { JobRecord } from '../contract/records.ts';
import { isTerminal } from '../domain/job-status.ts';
import type { Runtime } from '../ports/runtime.ts';
import { executionName, refOf } from './start-sync.ts';

type Deps = Pick<Runtime, 'sync' | 'workflow' | 'clock' | 'logger'>;

export interface ReconcileInput {
  /** Seconds that the one who claimed a job has for starting it. */
  readonly graceSeconds: number;
}

export interface Reconciled {
  /** Jobs that have not ended. */
  readonly unfinished: number;
  /** Queued jobs whose starter had died. */
  readonly started: number;
  /** Running jobs whose execution was gone, with a new attempt under way. */
  readonly resumed: number;
  /** Jobs that were given up. */
  readonly failed: number;
}

/** Attempts at one job before it is given up. */
const MAX_ATTEMPTS = 5;

/**
 * Heals what died, on evidence only: an execution that never was or has ended. A job that runs, or that waits for its
 * execution to begin, is left alone however long it takes.
 */
export const reconcileSyncs =
  (deps: Deps) =>
  async ({ graceSeconds }: ReconcileInput): Promise<Reconciled> => {
    const sums = { unfinished: 0, started: 0, resumed: 0, failed: 0 };
    for await (const listed of deps.sync.unfinished()) {
      try {
        const outcome = await reconcile(deps, listed, graceSeconds);
        if (outcome === 'ended') continue;
        sums.unfinished += 1;
        if (outcome !== 'left') sums[outcome] += 1;
      } catch (error) {
        deps.logger.error('job not reconciled', { ...refOf(listed), error: String(error) });
      }
    }
    return sums;
  };

const reconcile = async (
  deps: Deps,
  listed: JobRecord,
  graceSeconds: number,
): Promise<'left' | 'ended' | 'started' | 'resumed' | 'failed'> => {
  const execution = await deps.workflow.describe(executionName(listed));
  if (execution === 'running') return 'left';
  // The listing may be old, and the job may have ended between the two looks: what is true now decides.
  const job = (await deps.sync.job(listed.job_id))?.job;
  if (job === undefined || isTerminal(job.status)) return 'ended';
  if (job.attempt !== listed.attempt) return 'left';
  if (execution === 'absent' && job.status === 'queued') {
    const age = (deps.clock.now().getTime() - Date.parse(job.updated_at)) / 1000;
    if (age < graceSeconds) return 'left';
    await deps.workflow.start(executionName(job), refOf(job));
    deps.logger.warn('queued job started by the reconciler', { ...refOf(job) });
    return 'started';
  }
  if (job.attempt >= MAX_ATTEMPTS) {
    const message = `given up after ${job.attempt} attempts: each execution ended without ending the job`;
    await deps.sync.fail(refOf(job), { code: 'ExecutionLost', message }, [], deps.clock.now());
    deps.logger.error('job given up', { ...refOf(job), attempt: job.attempt });
    return 'failed';
  }
  const resumed = await deps.sync.resume(refOf(job), deps.clock.now());
  if (resumed === 'lost') return 'left';
  await deps.workflow.start(executionName(resumed), refOf(resumed));
  deps.logger.warn('job resumed', { ...refOf(resumed), attempt: resumed.attempt });
  return 'resumed';
};
