import type { SecretName } from '../contract/api.ts';
import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Access, withAccess } from './with-access.ts';

/** Replaces the old secret, which is not valid from now on. Only this answer contains the new one. */
export const rotateSecret =
  (deps: Pick<Runtime, 'repositories' | 'ids' | 'clock' | 'logger'>) =>
  async (
    id: RepositoryId,
    user: UserId,
    name: SecretName,
  ): Promise<Access<{ readonly kind: 'rotated'; readonly secret: string }>> => {
    const access = await withAccess(deps, id, user, 'owner');
    if (access.kind !== 'allowed') return access;
    const secret = deps.ids.secret();
    const changed = await deps.repositories.update(id, { secrets: { [name]: secret } }, deps.clock.now());
    if (changed === null) return { kind: 'not-found' };
    deps.logger.info('secret rotated', { repository_id: id, user, secret_name: name });
    return { kind: 'rotated', secret };
  };
