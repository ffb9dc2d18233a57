import { z } from 'zod';
import type { JobRecord } from '../contract/records.ts';
import type { FailSyncInput, JobRef } from '../contract/workflow-state.ts';
import { splitReason } from '../domain/failure-reasons.ts';
import { type Failure, toldOf } from '../domain/failure-text.ts';
import { isVerdict } from '../domain/sync-verdict.ts';
import { jobKeys } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import { endFacts, idsOf } from './end-facts.ts';

type Deps = Pick<Runtime, 'ends' | 'jobs' | 'objects' | 'clock' | 'logger' | 'metrics'>;

/**
 * Ends a job as failed, logs the cause, keeps what users may read of it and releases the lock; the old index stays. For a job that has lost its claim it
 * does nothing: it has ended already. What the job wrote is removed by the next one.
 */
export const failSync =
  (deps: Deps) =>
  async ({ job, error }: FailSyncInput): Promise<void> => {
    const reported = failureOf(error);
    const { code, reason, message } = error.Error === MAP_FAILED ? await batchFailure(deps, job, reported) : reported;
    const cause = message.slice(0, 2000);
    const at = deps.clock.now();
    const general = toldOf({ code, reason, message: cause }, job.job_id);
    const files = lostSandbox.has(code) ? await lastFiles(deps, job) : [];
    const told =
      files.length === 0
        ? general
        : { ...general, message: `${general.message}; last known to have worked on ${files.join(', ')}` };
    // Before and after: of a plan whose record cannot be read just then a failed sync would be counted.
    const before = await recordOf(deps, job);
    const outcome = await deps.ends.fail(job, told, [], at);
    if (outcome === 'lost') {
      deps.logger.info('failure of a superseded job ignored', { ...job, code, cause });
      return;
    }
    const record = (await recordOf(deps, job)) ?? before;
    if (isVerdict(record ?? { options: {} }, told))
      deps.metrics.emit({ SyncsFailed: 1 }, { ...idsOf(job), code, ...(reason === undefined ? {} : { reason }) });
    // Who has set the limit hears of it, and nothing is wrong. Not `message`: that is the line's own.
    const [level, line] =
      code === 'OverLimitError'
        ? (['info', 'sync refused by its limit'] as const)
        : (['error', 'sync failed'] as const);
    deps.logger[level](line, {
      ...job,
      ...(record === null ? {} : endFacts(record, at)),
      code,
      reason,
      cause,
      ...(files.length === 0 ? {} : { files }),
    });
  };

/** What a step fails with when its sandbox or worker was lost: it cannot say itself what it worked on. */
const lostSandbox: ReadonlySet<string> = new Set([
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Runtime.OutOfMemory',
  'Sandbox.Timedout',
  'States.Timeout',
]);

/** Batches that are named: those in flight are no more than the workers. */
const MOST_FILES = 5;

/** What the last heartbeats said, of batches in flight or of the job: within half a second of what was really worked on. */
const lastFiles = async (deps: Deps, job: JobRef): Promise<readonly string[]> => {
  try {
    const view = await deps.jobs.get(job.job_id);
    const inFlight = view?.inFlight.map(({ current_file }) => current_file) ?? [];
    const files = inFlight.length > 0 ? inFlight : [view?.job.current_file ?? null];
    return files.filter((file) => file !== null).slice(0, MOST_FILES);
  } catch {
    return [];
  }
};

/** What is known of the job that fails. It ends whatever comes of this look. */
const recordOf = async (deps: Deps, job: JobRef): Promise<JobRecord | null> => {
  try {
    return (await deps.jobs.get(job.job_id))?.job ?? null;
  } catch {
    return null;
  }
};

/** What a Map says when a child failed; the child's own error is in the Map's results. */
const MAP_FAILED = 'States.ExceedToleratedFailureThreshold';

const FailedChildren = z.array(z.object({ Error: z.string(), Cause: z.string().optional() }));

/** The first failed batch's own error, as the Map's ResultWriter wrote it; what was reported when that cannot be read. */
const batchFailure = async (deps: Deps, job: JobRef, reported: Failure): Promise<Failure> => {
  try {
    for await (const key of deps.objects.list(jobKeys(job).mapResults)) {
      if (!/\/FAILED_\d+\.json$/.test(key)) continue;
      const [first] = FailedChildren.parse(JSON.parse((await deps.objects.getText(key)) ?? '[]'));
      if (first !== undefined) return failureOf(first);
    }
  } catch (error) {
    // The job must end whatever the results look like.
    deps.logger.warn('map results not read', { ...job, error: String(error) });
  }
  return reported;
};

const failureOf = ({ Error: code, Cause }: FailSyncInput['error']): Failure => ({
  code,
  ...splitReason(messageOf(Cause)),
});

/** Lambda gives a JSON text as cause, with the message in it; other services give plain text. */
const messageOf = (cause: string | undefined): string => {
  if (cause === undefined) return 'no cause was given';
  try {
    const parsed: unknown = JSON.parse(cause);
    if (typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed) return String(parsed.errorMessage);
  } catch {
    // Plain text.
  }
  return cause;
};
