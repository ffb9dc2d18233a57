import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { Role } from '../contract/records.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Access, withAccess } from './with-access.ts';

/** Sets or (role null) removes a user's grant; the owner's own role is not a grant and stays. */
export const changeGrant =
  (deps: Pick<Runtime, 'repositories' | 'logger'>) =>
  async (id: RepositoryId, by: UserId, user: UserId, role: Role | null): Promise<Access<{ kind: 'changed' }>> => {
    const access = await withAccess(deps, id, by, 'owner');
    if (access.kind !== 'allowed') return access;
    if ((await deps.repositories.grant(id, user, role)) === 'absent') return { kind: 'not-found' };
    deps.logger.info('grant changed', { repository_id: id, by, user, role });
    return { kind: 'changed' };
  };
