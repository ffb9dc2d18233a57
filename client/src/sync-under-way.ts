import type { Job } from './api-types.ts';
import { ProblemError } from './errors.ts';

interface Options {
  readonly signal: AbortSignal;
}

interface Jobs {
  call(name: 'get-job', request: { path: { job_id: string } }, options: Options): Promise<Job | null>;
  ended(jobId: string, options: Options): Promise<Job>;
}

/**
 * What a sync that was refused with a 409 could be joined to: the sync that holds the repository. Null: it was only a plan, which does nothing of what is
 * asked; it has ended by now, so that the sync can be sent again. Throws what it is given where that is something else.
 *
 * @param patience how long the end of a plan is waited for; what was refused is thrown when it is over.
 */
export const syncUnderWay = async (
  client: Jobs,
  refused: unknown,
  { signal, patience }: Options & { readonly patience?: AbortSignal },
): Promise<Job | null> => {
  const job_id = refused instanceof ProblemError && refused.status === 409 ? refused.problem.job_id : undefined;
  if (typeof job_id !== 'string') throw refused;
  const job = await client.call('get-job', { path: { job_id } }, { signal });
  // Null is the answer to If-None-Match, which was not sent.
  if (job === null) throw refused;
  if (job.options.dry_run !== true) return job;
  try {
    await client.ended(job_id, { signal: patience === undefined ? signal : AbortSignal.any([signal, patience]) });
  } catch (error) {
    throw patience?.aborted === true && !signal.aborted ? refused : error;
  }
  return null;
};
