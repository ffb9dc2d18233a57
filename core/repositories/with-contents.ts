import type { Freshness } from '../contract/api.ts';
import type { JobId, RepositoryId, UserId } from '../contract/ids.ts';
import type { BranchPointer, RepositoryRecord } from '../contract/records.ts';
import { roleOf } from '../domain/access.ts';
import { ObjectDamagedError, ObjectMissingError } from '../domain/errors.ts';
import { own } from '../domain/own.ts';
import { syncingJob } from '../domain/syncing-job.ts';
import { type BranchContents, createContents } from '../objects/contents.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type NotIndexed, pointerOf } from './branch-pointer.ts';
import { freshnessOf } from './freshness.ts';
import { type Access, withAccess } from './with-access.ts';

/** What a branch's last completed sync has left to read. */
export interface OpenBranch {
  readonly branch: string;
  readonly pointer: BranchPointer;
  readonly freshness: Freshness;
  readonly contents: BranchContents;
}

export type OfContents<T> = Access<
  | T
  | NotIndexed
  /** Objects of the branch are lost or damaged. `jobId`: the sync that holds the repository. */
  | { readonly kind: 'contents-lost'; readonly branch: string; readonly jobId: JobId | null }
>;

/**
 * Opens a branch for those who may read its repository. A publish removes what the manifest before it named: where something of it is missing and
 * the branch has moved meanwhile, `use` is called once more, with what the branch is now.
 * @param known the record, of one who has just read it.
 */
export const withContents = (deps: Pick<Runtime, 'repositories' | 'objects'>) => {
  const open = createContents(deps.objects);
  return async <T>(
    id: RepositoryId,
    user: UserId,
    asked: string | undefined,
    use: (opened: OpenBranch) => Promise<T>,
    known?: RepositoryRecord,
  ): Promise<OfContents<T>> => {
    for (let attempt = 1; ; attempt++) {
      const access =
        known !== undefined && attempt === 1 && roleOf(known, user) !== null
          ? { kind: 'allowed' as const, repository: known }
          : await withAccess(deps, id, user, 'read');
      if (access.kind !== 'allowed') return access;
      const found = pointerOf(access.repository, asked);
      if (found.kind === 'not-indexed') return found;
      const { branch, pointer } = found;
      const freshness = freshnessOf(access.repository, branch, pointer);
      try {
        return await use({ branch, pointer, freshness, contents: await open(id, pointer.manifest_key) });
      } catch (error) {
        if (!(error instanceof ObjectMissingError || error instanceof ObjectDamagedError)) throw error;
        const now = await deps.repositories.get(id);
        const moved = own(now?.branches ?? {}, branch)?.manifest_key !== pointer.manifest_key;
        if (!moved || attempt > 1)
          return { kind: 'contents-lost', branch, jobId: now === null ? null : syncingJob(now) };
      }
    }
  };
};
