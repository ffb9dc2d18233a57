import type { RepositoryId, UserId } from '../contract/ids.ts';
import { repositoryPrefix } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Access, withAccess } from './with-access.ts';

/**
 * Removes a repository with its index. A busy one is left alone: the lock is its job's. The record goes first: no reader finds what is
 * left when the rest fails, and a schedule removes itself when it next runs (scheduled-sync).
 */
export const deleteRepository =
  (deps: Pick<Runtime, 'repositories' | 'schedules' | 'index' | 'objects' | 'logger'>) =>
  async (id: RepositoryId, user: UserId): Promise<Access<{ kind: 'deleted' } | { kind: 'busy' }>> => {
    const access = await withAccess(deps, id, user, 'owner');
    if (access.kind !== 'allowed') return access;
    const outcome = await deps.repositories.delete(id);
    if (outcome === 'absent') return { kind: 'not-found' };
    if (outcome === 'busy') return { kind: 'busy' };
    const { repository } = access;
    const numbers = new Set([
      ...Object.keys(repository.generations).map(Number),
      ...Object.values(repository.branches).map((branch) => branch.generation),
    ]);
    for (const number of numbers) await deps.index.drop({ repositoryId: id, number });
    await deps.objects.deleteAll(repositoryPrefix(id));
    // Last: of all this it alone is made up for when it is not done.
    if (repository.schedule !== null) await deps.schedules.set(id, null);
    deps.logger.info('repository removed', { repository_id: id, user });
    return { kind: 'deleted' };
  };
