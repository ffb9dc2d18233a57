import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { RepositoryRecord } from '../contract/records.ts';
import { allows, type RoleName, roleOf } from '../domain/access.ts';
import type { Runtime } from '../ports/runtime.ts';

export type Access<T> = { readonly kind: 'forbidden' } | { readonly kind: 'not-found' } | T;

/**
 * The repository, when the user has the role that is needed. Who has none is not to learn that there is one: the answer `forbidden` is only
 * for those who may read it.
 */
export const withAccess = async (
  deps: Pick<Runtime, 'repositories'>,
  id: RepositoryId,
  user: UserId,
  needed: RoleName,
): Promise<Access<{ readonly kind: 'allowed'; readonly repository: RepositoryRecord; readonly role: RoleName }>> => {
  const repository = await deps.repositories.get(id);
  const role = repository === null ? null : roleOf(repository, user);
  if (repository === null || role === null) return { kind: 'not-found' };
  if (!allows(role, needed)) return { kind: 'forbidden' };
  return { kind: 'allowed', repository, role };
};
