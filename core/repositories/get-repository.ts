import type { RepositoryAnswer } from '../contract/api.ts';
import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { Runtime } from '../ports/runtime.ts';
import { queuedSync } from './queued-sync.ts';
import { repositoryAnswer } from './repository-answer.ts';
import { type Access, withAccess } from './with-access.ts';

export const getRepository =
  (deps: Pick<Runtime, 'repositories' | 'followUps' | 'clock' | 'scheduleTimes'>) =>
  async (id: RepositoryId, user: UserId): Promise<Access<{ kind: 'found'; repository: RepositoryAnswer }>> => {
    const access = await withAccess(deps, id, user, 'read');
    if (access.kind !== 'allowed') return access;
    const { repository, role } = access;
    const queued = await queuedSync(deps)(repository);
    return { kind: 'found', repository: repositoryAnswer(deps)(repository, role, queued) };
  };
