import { comparePaths } from '../../core/manifest/git-path.ts';
import type { TreeChange, TreeEntry } from '../../core/manifest/manifest.ts';
import type { CommitCount, GitSource, Snapshot, Source } from '../../core/ports/git-source.ts';
import { collect } from './collect.ts';

/** Opens a branch at a commit for as long as something is read of it. */
const opened = async <T>(
  git: GitSource,
  source: Source,
  commit: string,
  read: (snapshot: Snapshot) => Promise<T>,
  branch = 'main',
  since?: string,
): Promise<T> => {
  const snapshot = await git.open(source, [{ branch, commit, since }]);
  try {
    return await read(snapshot);
  } finally {
    await snapshot.close();
  }
};

export const readTree = (git: GitSource, source: Source, commit: string, branch?: string): Promise<TreeEntry[]> =>
  opened(git, source, commit, async (snapshot) => (await collect(snapshot.tree(commit))).flat(), branch);

/** What differs between two trees, or null where the source cannot tell without the whole. */
export const readChanges = (git: GitSource, source: Source, from: string, to: string) =>
  opened(
    git,
    source,
    to,
    async (snapshot) => {
      const changes = snapshot.changes(from, to);
      return changes === null ? null : (await collect(changes)).flat();
    },
    'main',
    from,
  );

export const readCount = (git: GitSource, source: Source, from: string, to: string): Promise<CommitCount> =>
  opened(git, source, to, (snapshot) => snapshot.countCommits(from, to));

/** What two whole listings say, put side by side: what the changes must come to. */
export const compareListings = (before: readonly TreeEntry[], after: readonly TreeEntry[]): TreeChange[] => {
  const now = new Map(after.map((entry) => [entry.path, entry]));
  const old = new Map(before.map((entry) => [entry.path, entry]));
  const differ = (path: string): boolean =>
    old.get(path)?.oid !== now.get(path)?.oid || old.get(path)?.mode !== now.get(path)?.mode;
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter(differ)
    .sort(comparePaths)
    .map((path) => ({ path, entry: now.get(path) ?? null }));
};
