import type { z } from 'zod';
import { type JobAnswer, SyncAccepted } from '../../core/contract/api.ts';
import type { JobId } from '../../core/contract/ids.ts';
import type { JobRecord } from '../../core/contract/records.ts';
import type { JobView } from '../../core/ports/jobs.ts';
import { jobAnswer } from '../../core/sync/job-answer.ts';
import { type Answer, problem } from './problems.ts';

type Answered = z.infer<typeof SyncAccepted>;
const alone = { replaced_job_id: null, attached: false, queued: false };

/** 202: the job, the one whose place it took, and where to follow it. */
export const acceptedAnswer = (job: JobRecord, replaced: JobId | null, now: Date): Answer => {
  const body: Answered = { ...jobAnswer({ job, inFlight: [] }, now), ...alone, replaced_job_id: replaced };
  return { status: 202, body, headers: { location: `/api/jobs/${job.job_id}` } };
};

/** 200: the job that runs, which does what was asked for. */
export const attachedAnswer = (to: JobView, now: Date): Answer => {
  const body: Answered = { ...jobAnswer(to, now), ...alone, attached: true };
  return { status: 200, body, headers: { location: `/api/jobs/${to.job.job_id}` } };
};

/** 202: the job that will come when the one that runs has ended. Nothing estimates its end, since that of the other comes first. */
export const queuedAnswer = (job: JobRecord, by: JobView, now: Date): Answer => {
  const coming = { ...job, estimated_completion: null };
  const waiting = { job: coming, inFlight: [], waitsFor: by.job.job_id };
  const body: Answered = { ...jobAnswer(waiting, now), ...alone, queued: true };
  return { status: 202, body, headers: { location: `/api/jobs/${job.job_id}`, ...retryHeader(by, now) } };
};

/** 409: which job holds the repository, how far it is, and what it does not do of what was asked for. */
export const heldAnswer = (by: JobView, now: Date, lacking: string | null = null): Answer => {
  const { job_id, status, progress, estimated_completion } = jobAnswer(by, now);
  const headers = { location: `/api/jobs/${job_id}`, ...retryHeader(by, now) };
  const running = { job_id, job_status: status, progress, estimated_completion };
  const title = 'Sync already in progress';
  const detail =
    lacking === null
      ? title
      : `${title}, and it does not do what is asked: its ${lacking} differ. Send on_conflict: queue`;
  return problem(409, title, detail, { ...running, ...(lacking === null ? {} : { differs: lacking }) }, headers);
};

const retryHeader = (by: JobView, now: Date) => ({
  'retry-after': retryAfter(jobAnswer(by, now).estimated_completion, now),
});

/** Seconds, 1 to 60: when to ask again. */
const retryAfter = (estimated: string | null, now: Date): string => {
  const seconds = estimated === null ? 5 : (Date.parse(estimated) - now.getTime()) / 1000;
  return String(Math.min(60, Math.max(1, Math.ceil(seconds))));
};

/** What was answered about a sync beside its job, which has gone on since. */
export const Taken = SyncAccepted.pick({
  job_id: true,
  replaced_job_id: true,
  attached: true,
  queued: true,
  waits_for_job_id: true,
});

/** The same answer with the job as it is now: 422 where a limit has refused it, 200 where it has ended otherwise. */
export const waitedAnswer = (answer: Answer, taken: z.infer<typeof Taken>, job: JobAnswer, seconds: number): Answer => {
  const headers = { ...answer.headers, 'preference-applied': `wait=${seconds}` };
  const { job_id, plan, error } = job;
  if (error?.reason === 'over_limit' && plan !== null)
    return problem(422, 'Over limit', error.message, { job_id, plan }, headers);
  return { ...answer, status: job.ended_at === null ? answer.status : 200, body: { ...job, ...taken }, headers };
};
