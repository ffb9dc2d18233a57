import type { z } from 'zod';
import type { BranchName, RepositoryId, UserId } from '../contract/ids.ts';
import { AttributeFiles } from '../contract/job-files.ts';
import { SNAPSHOT_FORM, type Snapshot, type SnapshotQuery } from '../contract/snapshot.ts';
import { defaultBranchOf } from '../domain/default-branch.ts';
import { ObjectMissingError } from '../domain/errors.ts';
import { faultOf } from '../domain/index-fault.ts';
import { own } from '../domain/own.ts';
import { syncingJob } from '../domain/syncing-job.ts';
import { blobSet, pathSet } from '../manifest/pages/manifest-sets.ts';
import type { PageRef } from '../manifest/pages/paged-set.ts';
import { readJson } from '../objects/json-objects.ts';
import { pagesOf } from '../objects/manifests.ts';
import { attributesKey } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import { withAccess } from '../repositories/with-access.ts';
import { type OfContents, withContents } from '../repositories/with-contents.ts';

export type SnapshotOutcome = OfContents<
  { readonly kind: 'found'; readonly snapshot: Snapshot } | { readonly kind: 'not-kept'; readonly branch: string }
>;

/** What a branch's index is made of: where it stands, what it was made with, and the names of its pages. */
export const getSnapshot = (deps: Pick<Runtime, 'repositories' | 'objects'>) => {
  const opened = withContents(deps);
  return async (id: RepositoryId, user: UserId, query: z.infer<typeof SnapshotQuery>): Promise<SnapshotOutcome> => {
    const access = await withAccess(deps, id, user, 'read');
    if (access.kind !== 'allowed') return access;
    const { repository } = access;
    return opened<SnapshotOutcome>(
      id,
      user,
      query.branch,
      async ({ branch, pointer, contents: { manifest } }) => {
        const made = own(repository.generations, String(pointer.generation));
        if (made === undefined || faultOf(repository, pointer) !== null)
          return { kind: 'contents-lost', branch, jobId: syncingJob(repository) };
        if (pointer.contents !== true || pointer.attributes === undefined) return { kind: 'not-kept', branch };
        const attributes = await readJson(deps.objects, attributesKey(id, pointer.attributes), AttributeFiles);
        if (attributes === null) throw new ObjectMissingError(`the attributes of ${branch} are not there`);
        const { embedder_id, dimensions, chunker_version, row_version = 1 } = made;
        const { commit, indexed_at, files, chunks, bytes, rules } = pointer;
        return {
          kind: 'found',
          snapshot: {
            form: SNAPSHOT_FORM,
            repository_id: id,
            branch: branch as BranchName,
            default_branch: defaultBranchOf(repository) as BranchName | null,
            commit,
            indexed_at,
            recipe: { embedder_id, dimensions, chunker_version, row_version },
            files,
            chunks,
            bytes,
            rules,
            attributes,
            file_pages: pagesOf(manifest, pathSet).map(named),
            blob_pages: pagesOf(manifest, blobSet).map(named),
          },
        };
      },
      repository,
    );
  };
};

const named = ({ name, lines }: PageRef) => ({ page: name, lines });
