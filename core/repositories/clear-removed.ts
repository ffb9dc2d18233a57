import type { JobId } from '../contract/ids.ts';
import type { Removal } from '../contract/removal-records.ts';
import { jobOfKey, repositoryPrefix } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';

export type ClearDeps = Pick<Runtime, 'repositories' | 'jobs' | 'removals' | 'index' | 'objects' | 'logger' | 'clock'>;

/**
 * A worker that has lost its job before the removal, and does not know it, may write until its end: a function lives for 15 minutes at most on AWS,
 * and a step's time is over before that on one machine.
 */
export const CLEARED_AGAIN_MINUTES = 20;

/**
 * Removes the index and the objects of a repository whose record is gone, twice with some time between, and nothing of another one that has been registered under its
 * id since: generations are given once, and an object goes only when the job in its key had a fence of the removed repository. Cut
 * short, it is done again from the beginning.
 */
export const clearRemoved =
  (deps: ClearDeps) =>
  async (removal: Removal): Promise<void> => {
    const { repository_id, generations } = removal;
    for (const number of generations) await deps.index.drop({ repositoryId: repository_id, number });
    // Without a job in their key: `.gitattributes` by their content, which the next repository of the id may need too.
    const heir = await deps.repositories.get(repository_id);
    for (const [prefix, job] of await partsOf(deps, repository_id))
      if (job === null ? heir === null : await isOfRemoved(deps, removal, job)) await deps.objects.deleteAll(prefix);
    const at = deps.clock.now();
    const again = new Date(at.getTime() + CLEARED_AGAIN_MINUTES * 60_000);
    if (removal.cleared_at === null) await deps.removals.cleared(removal, at, again);
    else await deps.removals.settle(removal);
    deps.logger.info('removed repository cleared', { repository_id, again: removal.cleared_at === null });
  };

/** Prefixes that hold all objects under the repository's id, each with its job; null where no job is named. */
const partsOf = async (
  { objects }: Pick<ClearDeps, 'objects'>,
  repositoryId: string,
): Promise<ReadonlyMap<string, JobId | null>> => {
  const parts = new Map<string, JobId | null>();
  for await (const key of objects.list(repositoryPrefix(repositoryId))) {
    const of = jobOfKey(repositoryId, key);
    parts.set(of?.prefix ?? key, of?.job ?? null);
  }
  return parts;
};

/** A job that is not known has expired, long after its end: the next repository's jobs are all known. */
const isOfRemoved = async ({ jobs }: Pick<ClearDeps, 'jobs'>, { fence }: Removal, job: JobId): Promise<boolean> => {
  const found = await jobs.get(job);
  return found === null || found.job.fence <= fence;
};
