import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type ClearDeps, clearRemoved } from './clear-removed.ts';
import { type Access, withAccess } from './with-access.ts';

/**
 * Removes a repository with its index. A busy one is left alone: the lock is its job's. The record goes first, and with it a removal is
 * recorded: what is not cleared here is cleared later (dispatchDue). A schedule removes itself when it next runs (scheduled-sync).
 */
export const deleteRepository =
  (deps: ClearDeps & Pick<Runtime, 'schedules'>) =>
  async (id: RepositoryId, user: UserId): Promise<Access<{ kind: 'deleted' } | { kind: 'busy' }>> => {
    const access = await withAccess(deps, id, user, 'owner');
    if (access.kind !== 'allowed') return access;
    const outcome = await deps.repositories.delete(id);
    if (outcome === 'absent') return { kind: 'not-found' };
    if (outcome === 'busy') return { kind: 'busy' };
    const { repository } = access;
    deps.logger.info('repository removed', { repository_id: id, user });
    try {
      if (repository.schedule !== null) await deps.schedules.set(id, null);
      const removal = await deps.removals.of(repository);
      // One that is cleared by now waits for its second time.
      if (removal?.cleared_at === null) await clearRemoved(deps)(removal);
    } catch (error) {
      deps.logger.warn('removed repository not cleared yet', { repository_id: id, error: String(error) });
    }
    return { kind: 'deleted' };
  };
