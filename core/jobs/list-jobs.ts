import type { JobAnswer } from '../contract/api.ts';
import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { JobRecord } from '../contract/records.ts';
import { isTerminal } from '../domain/job-status.ts';
import type { Page } from '../ports/repository-store.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Access, withAccess } from '../repositories/with-access.ts';
import { jobAnswer } from '../sync/job-answer.ts';
import { isJobOf } from './job-access.ts';

type Deps = Pick<Runtime, 'jobs' | 'repositories' | 'clock'>;

export type ListJobsOutcome = Access<
  { readonly kind: 'found'; readonly page: Page<JobAnswer> } | { readonly kind: 'bad-cursor' }
>;

/** A repository's jobs, newest first, each as a look at it alone would tell it. */
export const listJobs =
  (deps: Deps) =>
  async (id: RepositoryId, user: UserId, limit: number, cursor: string | null): Promise<ListJobsOutcome> => {
    const access = await withAccess(deps, id, user, 'read');
    if (access.kind !== 'allowed') return access;
    const page = await pageOf(deps, id, limit, cursor);
    if (page === null) return { kind: 'bad-cursor' };
    const own = page.items.filter((job) => isJobOf(access.repository, job));
    const now = deps.clock.now();
    const items = await Promise.all(own.map(async (job) => jobAnswer(await viewOf(deps, job), now)));
    return { kind: 'found', page: { items, next: own.length < page.items.length ? null : page.next } };
  };

const pageOf = async (
  deps: Deps,
  id: RepositoryId,
  limit: number,
  cursor: string | null,
): Promise<Page<JobRecord> | null> => {
  try {
    return await deps.jobs.list(id, limit, cursor);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
};

/** At most one job of a repository runs: only that one has batches in flight to look for. */
const viewOf = async (deps: Deps, job: JobRecord) =>
  (isTerminal(job.status) ? null : await deps.jobs.get(job.job_id)) ?? { job, inFlight: [] };
