import type { LastErrorRecord } from '../contract/records.ts';
import { SyncError } from '../domain/errors.ts';
import { toldOf } from '../domain/failure-text.ts';
import type { JobPhase } from '../domain/job-status.ts';
import { own } from '../domain/own.ts';

interface FailedTry {
  readonly jobId: string;
  readonly phase: JobPhase;
  /** The execution's: in another one tries are counted anew. */
  readonly attempt: number;
  /** What is stored of the try before. */
  readonly before: LastErrorRecord | null | undefined;
  /** Seconds, by the failure's class: see rules/retry-waits.ts. */
  readonly waits: Readonly<Record<string, readonly number[]>>;
  readonly at: Date;
}

/** What a job shows of a try that has failed; null when the workflow does not try again. */
export const lastErrorAfter = (
  error: unknown,
  { jobId, phase, attempt, before, waits, at }: FailedTry,
): LastErrorRecord | null => {
  if (!(error instanceof SyncError)) return null;
  const bounds = own(waits, error.name);
  if (bounds === undefined) return null;
  const counted = before?.code === error.name && before.phase === phase && before.attempt === attempt;
  const tried = counted ? before.try + 1 : 1;
  const seconds = bounds[tried - 1];
  if (seconds === undefined) return null;
  return {
    ...toldOf({ code: error.name, reason: error.reason, message: error.message }, jobId),
    at: at.toISOString(),
    try: tried,
    tries: bounds.length + 1,
    next_try_by: new Date(at.getTime() + seconds * 1000).toISOString(),
    phase,
    attempt,
  };
};
