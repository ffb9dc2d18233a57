import type { JobAnswer } from '../contract/api.ts';
import type { JobId, UserId } from '../contract/ids.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Access } from '../repositories/with-access.ts';
import { jobAnswer } from '../sync/job-answer.ts';
import { withJobAccess } from './job-access.ts';

/** A job as it is now. A user who may read the repository may read its jobs; to everybody else a job is not found. */
export const getJob =
  (deps: Pick<Runtime, 'jobs' | 'repositories' | 'clock'>) =>
  async (id: JobId, user: UserId): Promise<Access<{ kind: 'found'; job: JobAnswer }>> => {
    const access = await withJobAccess(deps, id, user, 'read');
    if (access.kind !== 'allowed') return access;
    return { kind: 'found', job: jobAnswer(access.view, deps.clock.now()) };
  };
