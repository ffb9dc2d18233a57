import type { JobAnswer } from '../contract/api.ts';
import { fingerprint } from '../objects/fingerprint.ts';
import type { JobView } from '../ports/jobs.ts';
import { jobAnswer } from '../sync/job-answer.ts';

/** A job as it was at one moment. */
export interface JobState {
  readonly job: JobAnswer;
  /** Names this state: while a job runs its estimate moves with the clock, and alone is no news. */
  readonly tag: string;
}

export const jobState = async (view: JobView, now: Date): Promise<JobState> => {
  const job = jobAnswer(view, now);
  const { estimated_completion, ...rest } = job;
  return { job, tag: await fingerprint(rest) };
};
