import type { RepositoryAnswer } from '../contract/api.ts';
import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { Runtime } from '../ports/runtime.ts';
import { repositoryAnswer } from './repository-answer.ts';
import { type Access, withAccess } from './with-access.ts';

export const getRepository =
  (deps: Pick<Runtime, 'repositories' | 'clock' | 'scheduleTimes'>) =>
  async (id: RepositoryId, user: UserId): Promise<Access<{ kind: 'found'; repository: RepositoryAnswer }>> => {
    const access = await withAccess(deps, id, user, 'read');
    if (access.kind !== 'allowed') return access;
    return { kind: 'found', repository: repositoryAnswer(deps)(access.repository, access.role) };
  };
