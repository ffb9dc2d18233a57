import type { JobId } from '../contract/ids.ts';
import type { BranchPointer, RepositoryRecord } from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import { ObjectDamagedError, ObjectMissingError } from '../domain/errors.ts';
import { mapAhead } from '../manifest/pages/map-ahead.ts';
import { PAGES_AT_ONCE } from '../manifest/pages/paged-set.ts';
import { allPagesOf, keysNamedBy, type Manifest, NOT_STORED, readRoot } from '../objects/manifests.ts';
import { allPacksPrefix, allPagesPrefix, allWordsPrefix, jobOfKey } from '../objects/object-keys.ts';
import { objectsOfRoot, readWordRoot } from '../objects/word-roots.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Pulse } from './pulse.ts';

/** What a step has read already, by the manifests' keys: a root never changes. One of the earlier form names nothing. */
type Roots = ReadonlyMap<string, Pick<Manifest, 'root'> | null>;

/**
 * Keys of the pages and packs that these branches' roots name; null where a root cannot be read: then nothing is known to be without use.
 * Reads those that are not `known`.
 */
export const namedPages = async (
  deps: Pick<Runtime, 'objects'>,
  repositoryId: string,
  pointers: Iterable<BranchPointer>,
  known: Roots,
): Promise<ReadonlySet<string> | null> => {
  const named = new Set<string>();
  try {
    const roots = mapAhead(pointers, PAGES_AT_ONCE, async ({ manifest_key }) => {
      const held = known.get(manifest_key);
      if (held === undefined) return readRoot(deps.objects, manifest_key);
      return held === null || allPagesOf(held).some(({ writer }) => writer === NOT_STORED) ? null : held.root;
    });
    for await (const root of roots)
      if (root !== null) for (const key of keysNamedBy(repositoryId, root)) named.add(key);
    return named;
  } catch (error) {
    if (error instanceof ObjectMissingError || error instanceof ObjectDamagedError) return null;
    throw error;
  }
};

/** Keys of the roots of words, and of all that they name; null where one cannot be read. */
export const namedWords = async (
  deps: Pick<Runtime, 'objects'>,
  repositoryId: string,
  roots: Iterable<string | undefined>,
): Promise<ReadonlySet<string> | null> => {
  const named = new Set<string>();
  try {
    for (const key of new Set(roots)) {
      if (key === undefined || key === '') continue;
      named.add(key);
      for (const [object] of objectsOfRoot(repositoryId, await readWordRoot(deps.objects, key))) named.add(object);
    }
    return named;
  } catch (error) {
    if (error instanceof ObjectMissingError || error instanceof ObjectDamagedError) return null;
    throw error;
  }
};

/** What a look at a repository's manifests has found, for who looks next under the same lock. */
export interface SeenManifests {
  readonly roots: Map<string, Pick<Manifest, 'root'> | null>;
  /** The bytes of each page and pack, and of what is kept of words, by its key; null: not listed. */
  stored: ReadonlyMap<string, number> | null;
}

export const nothingSeen = (): SeenManifests => ({ roots: new Map(), stored: null });

export const storedSizes = async (
  { objects }: Pick<Runtime, 'objects'>,
  repositoryId: string,
): Promise<ReadonlyMap<string, number>> => {
  const sizes = new Map<string, number>();
  for (const prefix of [allPagesPrefix(repositoryId), allPacksPrefix(repositoryId), allWordsPrefix(repositoryId)])
    for await (const { key, bytes } of objects.listSizes(prefix)) sizes.set(key, bytes);
  return sizes;
};

/**
 * Removes the pages and packs that no branch's root names, and what no generation's words are: of jobs that died, and of publishes that were cut short after their flip. Only those of jobs
 * with a lower fence: one that has lost the lock without knowing it takes nothing of the jobs after it, which name pages that were named
 * when it read the record, and their own.
 */
export const removeUnnamedPages = async (
  deps: Pick<Runtime, 'objects' | 'jobs'>,
  { job_id, repository_id, fence }: JobRef,
  { branches, generations }: RepositoryRecord,
  pulse: Pulse,
  seen: SeenManifests = nothingSeen(),
): Promise<void> => {
  const pages = await namedPages(deps, repository_id, Object.values(branches), seen.roots);
  const roots = Object.values(generations).map(({ words }) => words);
  const words = await namedWords(deps, repository_id, roots);
  // Of what cannot be read all is needed.
  const named = {
    has: (key: string): boolean => (key.startsWith(allWordsPrefix(repository_id)) ? words : pages)?.has(key) ?? true,
  };
  const unnamed = new Map<JobId, string[]>();
  for (const key of (seen.stored ?? (await storedSizes(deps, repository_id))).keys()) {
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
