import type { JobAnswer } from '../contract/api.ts';
import type { JobId, UserId } from '../contract/ids.ts';
import type { Runtime } from '../ports/runtime.ts';
import { jobAnswer } from './answers.ts';
import { type Access, withAccess } from './repositories.ts';

/** A job as it stands. Who may read the repository may read its jobs; to everybody else a job is not found. */
export const getJob =
  (deps: Pick<Runtime, 'sync' | 'repositories' | 'clock'>) =>
  async (id: JobId, user: UserId): Promise<Access<{ kind: 'found'; job: JobAnswer }>> => {
    const view = await deps.sync.job(id);
    if (view === null) return { kind: 'not-found' };
    const access = await withAccess(deps, view.job.repository_id, user, 'read');
    if (access.kind !== 'allowed') return access;
    return { kind: 'found', job: jobAnswer(view, deps.clock.now()) };
  };
