import type { JobId } from '../../core/contract/ids.ts';
import type { JobRecord } from '../../core/contract/records.ts';
import type { JobView } from '../../core/ports/jobs.ts';
import { jobAnswer } from '../../core/sync/job-answer.ts';
import { type Answer, problem } from './problems.ts';

/** 202: the job, the one whose place it took, and where to follow it. */
export const acceptedAnswer = (job: JobRecord, replaced: JobId | null, now: Date): Answer => ({
  status: 202,
  body: { ...jobAnswer({ job, inFlight: [] }, now), replaced_job_id: replaced },
  headers: { location: `/api/jobs/${job.job_id}` },
});

/** 409: which job holds the repository, and how far it is. */
export const heldAnswer = (by: JobView, now: Date): Answer => {
  const { job_id, status, progress, estimated_completion } = jobAnswer(by, now);
  const headers = { location: `/api/jobs/${job_id}`, 'retry-after': retryAfter(estimated_completion, now) };
  const running = { job_id, job_status: status, progress, estimated_completion };
  return problem(409, 'Sync already in progress', 'Sync already in progress', running, headers);
};

/** Seconds, 1 to 60: when to ask again. */
const retryAfter = (estimated: string | null, now: Date): string => {
  const seconds = estimated === null ? 5 : (Date.parse(estimated) - now.getTime()) / 1000;
  return String(Math.min(60, Math.max(1, Math.ceil(seconds))));
};
