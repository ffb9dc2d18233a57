import { type TerminalStatus, terminalStatuses } from './job-status.ts';
import { readSchedule } from './schedule-expression.ts';

/**
 * What a time of a schedule came to: `owed`, its sync follows the one that runs; `not_started`, no sync could be claimed;
 * `started`; and once its job has ended, how.
 */
export const scheduleOutcomes = ['owed', 'not_started', 'started', ...terminalStatuses] as const;
export type ScheduleOutcome = (typeof scheduleOutcomes)[number];

interface Failure {
  readonly code: string;
  readonly message: string;
}

interface Run<JobId extends string, Error extends Failure> {
  readonly at: string;
  readonly outcome: ScheduleOutcome;
  readonly job_id: JobId | null;
  readonly error: Error | null;
}

interface End<JobId extends string, Error extends Failure> {
  readonly job_id: JobId;
  readonly status: TerminalStatus;
  readonly error: Error | null;
}

/**
 * A schedule's newest run with the end of its job, where that is the newest job that has ended. The end is written to the
 * repository alone; the next claim folds it into the run before another end can take its place.
 */
export const withEnd = <JobId extends string, Error extends Failure>(
  run: Run<JobId, Error> | undefined,
  end: End<JobId, Error> | undefined,
): Run<JobId, Error> | null => {
  if (run === undefined) return null;
  if (run.outcome !== 'started' || end?.job_id !== run.job_id) return run;
  return { ...run, outcome: end.status, error: end.error };
};

/** A start may be put off by the schedule's window; what is later than that by so much has not come. */
const GRACE_MINUTES = 5;

interface Scheduled {
  readonly schedule: string | null;
  /** Absent where it was set before that was kept. */
  readonly schedule_set_at?: string | undefined;
  readonly schedule_run?: { readonly at: string } | undefined;
}

/** The time of a repository's schedule that has passed without a run; null: none has, or it is not known. */
export const overdueSince = (
  { schedule, schedule_set_at, schedule_run }: Scheduled,
  next: (expression: string, after: Date) => Date | null,
  now: Date,
): Date | null => {
  const known = [schedule_set_at, schedule_run?.at].filter((time) => time !== undefined).sort();
  const since = known.at(-1);
  if (schedule === null || since === undefined) return null;
  const reading = readSchedule(schedule);
  const due = next(schedule, new Date(since));
  if (due === null || reading.kind === 'refused') return null;
  const latest = due.getTime() + (reading.windowMinutes + GRACE_MINUTES) * 60_000;
  return latest < now.getTime() ? due : null;
};
