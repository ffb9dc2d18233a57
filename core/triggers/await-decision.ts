import type { JobId, UserId } from '../contract/ids.ts';
import { getJob } from '../jobs/get-job.ts';
import type { Runtime } from '../ports/runtime.ts';
import { keepsLimits } from '../sync/job-plan.ts';

/** A job once it has ended or is known to keep the limits that it was given; as it is, when the time is over. */
export const awaitDecision = (deps: Pick<Runtime, 'jobs' | 'repositories' | 'followUps' | 'clock'>) => {
  const get = getJob(deps);
  return (id: JobId, user: UserId, seconds: number) =>
    get(id, user, { seconds, isNews: ({ job }) => keepsLimits(job.options, job.plan) });
};
