import type { JobPlan } from '../contract/job-plan.ts';
import { OverLimitError } from '../domain/errors.ts';
import type { JobPhase } from '../domain/job-status.ts';
import type { Runtime } from '../ports/runtime.ts';
import { overLimit } from './job-plan.ts';
import type { LoadedJob } from './load-job.ts';
import { kept } from './pulse.ts';

/** Throws OverLimitError where the plan is over the caller's `max_files` or `max_cost`; the job keeps the plan then. */
export const keepLimits = async (
  deps: Pick<Runtime, 'running' | 'clock'>,
  { job, record }: Pick<LoadedJob, 'job' | 'record'>,
  plan: JobPlan,
  phase: JobPhase,
): Promise<void> => {
  const refusal = overLimit(record.options, plan);
  if (refusal === null) return;
  kept(await deps.running.heartbeat(job, { phase, at: deps.clock.now(), plan }));
  throw new OverLimitError(refusal, { reason: 'over_limit' });
};
