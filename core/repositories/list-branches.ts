import type { IndexedBranch } from '../contract/api.ts';
import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { BranchPointer, RepositoryRecord } from '../contract/records.ts';
import { sightingOf } from '../domain/branch-sighting.ts';
import { defaultBranchOf } from '../domain/default-branch.ts';
import type { Page } from '../ports/repository-store.ts';
import type { Runtime } from '../ports/runtime.ts';
import { freshnessOf } from './freshness.ts';
import { type Access, withAccess } from './with-access.ts';

/** The indexed branches by name, and what is known of each at its source. A cursor is the name that the page before ended with. */
export const listBranches =
  (deps: Pick<Runtime, 'repositories'>) =>
  async (
    id: RepositoryId,
    user: UserId,
    limit: number,
    cursor: string | null,
  ): Promise<Access<{ readonly kind: 'found'; readonly page: Page<IndexedBranch> }>> => {
    const access = await withAccess(deps, id, user, 'read');
    if (access.kind !== 'allowed') return access;
    const { repository } = access;
    const left = Object.entries(repository.branches)
      .filter(([name]) => cursor === null || name > cursor)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const items = left.slice(0, limit).map(([name, pointer]) => indexedBranch(repository, name, pointer));
    return { kind: 'found', page: { items, next: left.length > limit ? (items.at(-1)?.name ?? null) : null } };
  };

const indexedBranch = (repository: RepositoryRecord, name: string, pointer: BranchPointer): IndexedBranch => {
  return {
    name,
    default: name === defaultBranchOf(repository),
    ...freshnessOf(repository, name, pointer),
    files: pointer.files,
    chunks: pointer.chunks,
    remote: pointer.remote ?? null,
    deleted_at_source: sightingOf(repository.sightings, name, pointer)?.deleted_at ?? null,
  };
};
