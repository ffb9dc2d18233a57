import type { JobId } from '../contract/ids.ts';
import type { BranchPointer, RepositoryRecord } from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import { ObjectDamagedError, ObjectMissingError } from '../domain/errors.ts';
import { mapAhead } from '../manifest/pages/map-ahead.ts';
import { PAGES_AT_ONCE } from '../manifest/pages/paged-set.ts';
import { keysNamedBy, readRoot } from '../objects/manifests.ts';
import { allPacksPrefix, allPagesPrefix, jobOfKey } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Pulse } from './pulse.ts';

/** Keys of the pages and packs that these branches' roots name; null where a root cannot be read: then nothing is known to be without use. */
export const namedPages = async (
  deps: Pick<Runtime, 'objects'>,
  repositoryId: string,
  pointers: Iterable<BranchPointer>,
): Promise<ReadonlySet<string> | null> => {
  const named = new Set<string>();
  try {
    const roots = mapAhead(pointers, PAGES_AT_ONCE, ({ manifest_key }) => readRoot(deps.objects, manifest_key));
    for await (const root of roots)
      if (root !== null) for (const key of keysNamedBy(repositoryId, root)) named.add(key);
    return named;
  } catch (error) {
    if (error instanceof ObjectMissingError || error instanceof ObjectDamagedError) return null;
    throw error;
  }
};

/**
 * Removes the pages and packs that no branch's root names: of jobs that died, and of publishes that were cut short after their flip. Only those of jobs
 * with a lower fence: one that has lost the lock without knowing it takes nothing of the jobs after it, which name pages that were named
 * when it read the record, and their own.
 */
export const removeUnnamedPages = async (
  deps: Pick<Runtime, 'objects' | 'jobs'>,
  { job_id, repository_id, fence }: JobRef,
  { branches }: RepositoryRecord,
  pulse: Pulse,
): Promise<void> => {
  const named = await namedPages(deps, repository_id, Object.values(branches));
  if (named === null) return;
  const unnamed = new Map<JobId, string[]>();
  for (const prefix of [allPagesPrefix(repository_id), allPacksPrefix(repository_id)])
    for await (const key of deps.objects.list(prefix)) {
      const writer = named.has(key) ? null : jobOfKey(repository_id, key);
      if (writer === null || writer.job === job_id) continue;
      const keys = unnamed.get(writer.job) ?? [];
      unnamed.set(writer.job, keys);
      keys.push(key);
    }
  for (const [writer, keys] of unnamed) {
    await pulse.check();
    // What has expired has ended long ago.
    if (((await deps.jobs.get(writer))?.job.fence ?? 0) < fence) await deps.objects.delete(keys);
  }
};
