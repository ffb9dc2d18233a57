import type { RepositoryId } from '../contract/ids.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { ClaimDeps } from './claim-sync.ts';
import { startScheduled } from './scheduled-sync.ts';

type Deps = ClaimDeps & Pick<Runtime, 'followUps' | 'repositories' | 'schedules' | 'settings' | 'tokenQuota'>;

export interface RunSchedules {
  /** Repositories that may have a schedule. */
  readonly repositories: AsyncIterable<RepositoryId> | Iterable<RepositoryId>;
  /** A sync is started for every schedule with a time in `after < time ≤ until`: one, however many times there are. */
  readonly after: Date;
  readonly until: Date;
}

/** Starts the syncs whose time has come; at a busy repository it follows the sync that runs. */
export const runSchedules =
  (deps: Deps) =>
  async ({ repositories, after, until }: RunSchedules): Promise<{ started: number; owed: number }> => {
    const sums = { started: 0, owed: 0 };
    for await (const id of repositories) {
      try {
        const outcome = await runSchedule(deps, id, after, until);
        if (outcome === 'started' || outcome === 'owed') sums[outcome] += 1;
      } catch (error) {
        // One repository's trouble is not the others'.
        deps.logger.error('scheduled sync not started', { repository_id: id, error: String(error) });
      }
    }
    return sums;
  };

const runSchedule = async (
  deps: Deps,
  id: RepositoryId,
  after: Date,
  until: Date,
): Promise<'not-due' | 'started' | 'owed' | 'refused' | 'gone'> => {
  const repository = await deps.repositories.get(id);
  if (repository === null || repository.schedule === null) return 'not-due';
  const next = deps.schedules.next(repository.schedule, after);
  if (next === null || next > until) return 'not-due';
  return (await startScheduled(deps, repository)).kind;
};
