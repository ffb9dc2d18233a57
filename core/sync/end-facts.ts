import type { JobRecord } from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';

/** The ids that are logged with a job's numbers. */
export const idsOf = ({ repository_id, job_id }: JobRef) => ({ repository_id, job_id }) as const;

/** What a log line of a job's end tells, whatever the end: how long it took, and how far it had come. Seconds. */
export const endFacts = (job: JobRecord, at: Date) => ({
  repository_id: job.repository_id,
  job_id: job.job_id,
  fence: job.fence,
  trigger: job.trigger,
  requested_by: job.requested_by,
  attempt: job.attempt,
  mode: job.mode,
  /** Where it stood when it ended. */
  phase: job.phase,
  /** In the queue; until the end for a job that has not begun. */
  queued_seconds: secondsBetween(job.created_at, job.started_at ?? at.toISOString()),
  /** From its start; null for a job that has not begun. */
  seconds: job.started_at === null ? null : secondsBetween(job.started_at, at.toISOString()),
  files_total: job.files_total,
  files_done: job.files_done,
});

const secondsBetween = (from: string, to: string): number => Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
