import { JobId } from '../contract/ids.ts';
import type { JobRecord } from '../contract/records.ts';
import { isTerminal } from '../domain/job-status.ts';
import type { Runtime } from '../ports/runtime.ts';
import { endFacts, idsOf } from '../sync/end-facts.ts';
import { executionName, refOf } from '../sync/execution.ts';
import { judgeSilence, STALLED_SECONDS } from './rules/silence.ts';

type Deps = Pick<Runtime, 'jobs' | 'claims' | 'ends' | 'workflow' | 'clock' | 'logger' | 'metrics'>;

export interface ReconcileInput {
  /** Seconds that the one who claimed a job has for starting it, and for which a running job's last sign of life is believed. */
  readonly graceSeconds: number;
  /** The name of an execution that has just ended: only its job is looked at, and nothing is measured. */
  readonly execution?: string | undefined;
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
 * execution to begin, is left alone however long it takes. Tells how many jobs there are and how many do not move, zeros
 * included: if no figure comes, the reconciler does not run.
 *
 * A lock whose job has ended is not looked for here, which would mean to read every repository each minute: the claim that
 * comes across one frees it (adapters/dynamodb/claim.ts).
 */
export const reconcileSyncs =
  (deps: Deps) =>
  async ({ graceSeconds, execution }: ReconcileInput): Promise<Reconciled> => {
    const sums = { unfinished: 0, started: 0, resumed: 0, failed: 0 };
    const watch = { stuck: 0, stalled: 0, oldest: 0, unreconciled: 0 };
    for await (const listed of execution === undefined ? deps.jobs.unfinished() : jobOf(deps, execution)) {
      // No call for each job that goes well: Step Functions answers 15 a second (its quotas, DescribeExecution).
      if (execution === undefined && listed.status === 'running' && silentSeconds(deps, listed) < graceSeconds) {
        sums.unfinished += 1;
        await look(deps, listed, watch);
        continue;
      }
      const outcome = await reconcile(deps, listed, graceSeconds).catch((error: unknown) => {
        deps.logger.error('job not reconciled', { ...refOf(listed), error: String(error) });
        return 'unreconciled' as const;
      });
      if (outcome === 'ended') continue;
      sums.unfinished += 1;
      if (outcome === 'started' || outcome === 'resumed' || outcome === 'failed') sums[outcome] += 1;
      else await look(deps, listed, watch);
      if (outcome === 'unreconciled') watch.unreconciled += 1;
    }
    if (execution === undefined)
      deps.metrics.emit({
        UnfinishedJobs: sums.unfinished - sums.failed,
        StuckSyncs: watch.stuck,
        StalledSyncs: watch.stalled,
        OldestRunningSeconds: watch.oldest,
        UnreconciledJobs: watch.unreconciled,
      });
    return sums;
  };

const silentSeconds = ({ clock }: Deps, { updated_at }: JobRecord): number =>
  (clock.now().getTime() - Date.parse(updated_at)) / 1000;

/** An execution's name is `<job id>-<attempt>`. One that has no job, or whose job has ended, needs nothing. */
async function* jobOf({ jobs }: Deps, execution: string): AsyncGenerator<JobRecord> {
  const id = JobId.safeParse(execution.replace(/-\d+$/, ''));
  const job = id.success ? (await jobs.get(id.data))?.job : undefined;
  if (job !== undefined && !isTerminal(job.status) && executionName(job) === execution) yield job;
}

/** Measures a job that has been left as it is. A queued one has nothing to be measured: it waits. */
const look = async (
  deps: Deps,
  listed: JobRecord,
  watch: { stuck: number; stalled: number; oldest: number },
): Promise<void> => {
  if (listed.status !== 'running' || listed.started_at === null) return;
  const now = deps.clock.now().getTime();
  const startedAt = Date.parse(listed.started_at);
  watch.oldest = Math.max(watch.oldest, (now - startedAt) / 1000);
  if (judgeSilence({ startedAt, heardAt: Date.parse(listed.updated_at) }, now) === 'moving') return;
  const heardAt = await lastHeard(deps, listed);
  const verdict = judgeSilence({ startedAt, heardAt }, now);
  if (verdict === 'moving') return;
  // A stuck job is a stalled one too.
  watch.stalled += 1;
  if (verdict === 'stuck') watch.stuck += 1;
  deps.logger.warn(verdict === 'stuck' ? 'sync stuck' : 'sync stalled', {
    ...endFacts(listed, deps.clock.now()),
    phase: listed.phase,
    silent_seconds: (now - heardAt) / 1000,
    execution: executionName(listed),
    threshold_seconds: STALLED_SECONDS,
  });
};

/** While batches are embedded, each worker writes to its batch and none to the job. A look that fails has heard what was listed. */
const lastHeard = async (deps: Deps, listed: JobRecord): Promise<number> => {
  const view = await deps.jobs.get(listed.job_id).catch(() => null);
  const signs = [listed, ...(view === null ? [] : [view.job, ...view.inFlight])];
  return Math.max(...signs.map(({ updated_at }) => Date.parse(updated_at)));
};

const reconcile = async (
  deps: Deps,
  listed: JobRecord,
  graceSeconds: number,
): Promise<'left' | 'ended' | 'started' | 'resumed' | 'failed' | 'unreconciled'> => {
  const execution = await deps.workflow.describe(executionName(listed));
  if (execution === 'running') return 'left';
  // The listing may be old, and the job may have ended between the two looks: what is true now decides.
  const job = (await deps.jobs.get(listed.job_id))?.job;
  if (job === undefined || isTerminal(job.status)) return 'ended';
  if (job.attempt !== listed.attempt) return 'left';
  if (execution === 'absent' && job.status === 'queued') {
    if (silentSeconds(deps, job) < graceSeconds) return 'left';
    await deps.workflow.start(executionName(job), refOf(job));
    deps.logger.warn('queued job started by the reconciler', { ...refOf(job) });
    return 'started';
  }
  if (job.attempt >= MAX_ATTEMPTS) return giveUp(deps, job);
  const resumed = await deps.claims.resume(refOf(job), deps.clock.now());
  if (resumed === 'lost') return whyLost(deps, job);
  await deps.workflow.start(executionName(resumed), refOf(resumed));
  deps.logger.warn('job resumed', { ...refOf(resumed), attempt: resumed.attempt });
  return 'resumed';
};

const giveUp = async (deps: Deps, job: JobRecord): Promise<'failed' | 'left' | 'ended' | 'unreconciled'> => {
  const code = 'ExecutionLost';
  const message = `given up after ${job.attempt} attempts: each execution ended without ending the job`;
  const at = deps.clock.now();
  if ((await deps.ends.fail(refOf(job), { code, message }, [], at)) === 'lost') return whyLost(deps, job);
  // A plan is no sync.
  if (job.options.dry_run !== true) deps.metrics.emit({ SyncsFailed: 1 }, { ...idsOf(job), code });
  deps.logger.error('sync failed', { ...endFacts(job, at), code, cause: message });
  return 'failed';
};

/** Usually another caller was faster. A job that is still the same has no lock any more, and only an operator can end it. */
const whyLost = async (deps: Deps, job: JobRecord): Promise<'left' | 'ended' | 'unreconciled'> => {
  const now = (await deps.jobs.get(job.job_id))?.job;
  if (now === undefined || isTerminal(now.status)) return 'ended';
  if (now.fence !== job.fence) return 'left';
  deps.logger.error('unfinished job has lost its lock', { ...refOf(job), attempt: job.attempt });
  return 'unreconciled';
};
