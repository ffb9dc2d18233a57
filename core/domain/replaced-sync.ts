import { type DefaultBranch, defaultBranchOf } from './default-branch.ts';
import { isRemote } from './source-policy.ts';

interface Sync {
  readonly trigger: string;
  readonly options: { readonly branches: readonly string[]; readonly pull_remote: boolean };
}

interface Synced extends DefaultBranch {
  readonly source: { readonly url: string };
}

/**
 * What a push or a schedule still waits for when force replaces its sync: the branches that the new sync does not read; none in
 * particular (an empty list) for a look at the source. Null: nothing. A user's own sync is the user's to replace.
 *
 * @param clears the new sync drops the index of every branch: then only the default branch is used by itself.
 */
export const owedByReplaced = (
  repository: Synced,
  replaced: Sync,
  by: Sync,
  clears: boolean,
): readonly string[] | null => {
  if (replaced.trigger !== 'push' && replaced.trigger !== 'schedule') return null;
  const current = defaultBranchOf(repository);
  const named = (name: string): string => (name === 'current' ? (current ?? name) : name);
  const looks = by.options.pull_remote || !isRemote(repository.source.url);
  const read = looks ? by.options.branches.map(named) : [];
  const used = replaced.options.branches.filter((name) => !clears || named(name) === (current ?? 'current'));
  const left = used.filter((name) => !read.includes(named(name)));
  return left.length > 0 || (replaced.options.branches.length === 0 && !looks) ? left : null;
};
