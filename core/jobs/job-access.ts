import type { JobId, UserId } from '../contract/ids.ts';
import type { JobRecord, RepositoryRecord } from '../contract/records.ts';
import type { RoleName } from '../domain/access.ts';
import type { JobView } from '../ports/jobs.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Access, withAccess } from '../repositories/with-access.ts';

/** Two functions' clocks differ by less: for jobs that do not say how old their repository was. */
const CLOCKS_DIFFER_MILLISECONDS = 5_000;

/**
 * Whether a job is this repository's. Jobs outlive their repository, and its id may be taken again by another user: what
 * was before is not theirs to see.
 */
export const isJobOf = (
  repository: Pick<RepositoryRecord, 'created_at'>,
  job: Pick<JobRecord, 'created_at' | 'repository_created_at'>,
): boolean =>
  job.repository_created_at === undefined
    ? Date.parse(job.created_at) >= Date.parse(repository.created_at) - CLOCKS_DIFFER_MILLISECONDS
    : job.repository_created_at === repository.created_at;

/** A job and its repository, when the user has the role that is needed there. `look`: how jobs are found, see look-at-job.ts. */
export const withJobAccess = async (
  deps: Pick<Runtime, 'jobs' | 'repositories'>,
  id: JobId,
  user: UserId,
  needed: RoleName,
  look = (job: JobId): Promise<JobView | null> => deps.jobs.get(job),
): Promise<Access<{ readonly kind: 'allowed'; readonly view: JobView; readonly repository: RepositoryRecord }>> => {
  const view = await look(id);
  if (view === null) return { kind: 'not-found' };
  const access = await withAccess(deps, view.job.repository_id, user, needed);
  if (access.kind !== 'allowed') return access;
  const { repository } = access;
  return isJobOf(repository, view.job) ? { kind: 'allowed', view, repository } : { kind: 'not-found' };
};
