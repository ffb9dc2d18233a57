import type { PullFile } from '../contract/job-files.ts';
import type { RepositoryRecord } from '../contract/records.ts';
import { own } from '../domain/own.ts';
import { pathSet } from '../manifest/pages/manifest-sets.ts';
import { sumOf } from '../manifest/pages/paged-set.ts';
import { pagesOf, readRoot } from '../objects/manifests.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/**
 * Files of the job's branches that have not moved. Their trees are not listed and no page of theirs is read: the manifest's root, a small object
 * for each branch, says how many it holds.
 */
export const filesInStep = async (
  objects: Pick<ObjectStore, 'getLines'>,
  repository: Pick<RepositoryRecord, 'branches'>,
  pulled: Pick<PullFile, 'branches'>,
): Promise<number> => {
  const counts = pulled.branches.map(async ({ name, listing }) => {
    const pointer = listing.kind === 'none' ? own(repository.branches, name) : undefined;
    const root = pointer === undefined ? null : await readRoot(objects, pointer.manifest_key);
    return root === null ? 0 : sumOf(pagesOf({ root }, pathSet)).lines;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
};
