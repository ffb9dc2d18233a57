import {
  BranchNotFoundError,
  SourceNotFoundError,
  SourceUnavailableError,
  SourceUnusableError,
} from '../../../core/domain/errors.ts';
import type { TreeChange, TreeEntry } from '../../../core/manifest/manifest.ts';
import type { CommitCount, GitSource, Snapshot } from '../../../core/ports/git-source.ts';
import type { MemoryRepository } from './memory-repository.ts';

/** The repository at an address, as it is now; undefined when there is none. */
export type Find = (url: string) => Promise<MemoryRepository | undefined>;

/**
 * Reads repositories that are in memory, without a process for each look: a history of thousands has no time for those.
 * `inPlace`: which sources can tell what changed between two commits, as one on this machine can.
 */
export const createMemoryGitSource = (find: Find, inPlace: (url: string) => boolean): GitSource => {
  const found = async (url: string): Promise<MemoryRepository> => {
    const repository = await find(url);
    if (repository === undefined) throw new SourceNotFoundError(`there is no repository at ${url}`);
    return repository;
  };
  return {
    async heads({ url }, { signal } = {}) {
      signal?.throwIfAborted();
      const { branches, head } = await found(url);
      return {
        defaultBranch: head !== null && branches.has(head) ? head : null,
        branches: new Map([...branches].sort(([a], [b]) => (a < b ? -1 : 1))),
      };
    },

    async open({ url }, heads, { signal } = {}) {
      signal?.throwIfAborted();
      const repository = await found(url);
      for (const { branch, commit } of heads) {
        if (!repository.branches.has(branch)) throw new BranchNotFoundError(`the source has no branch ${branch}`);
        treeOf(repository, commit);
      }
      return openSnapshot(async () => found(url), inPlace(url));
    },

    async *blobs({ url }, _commits, oids, { maxBytes, signal }) {
      if (oids.length === 0) return;
      const repository = await found(url);
      for (const oid of oids) {
        signal?.throwIfAborted();
        const content = repository.read(oid, 'blob');
        if (content === undefined) throw new SourceUnusableError(`the source does not have the blob ${oid}`);
        yield { oid, size: content.length, content: content.length > maxBytes ? null : new Uint8Array(content) };
      }
    },
  };
};

const treeOf = (repository: MemoryRepository, commit: string): string => {
  const tree = repository.commitOf(commit)?.tree;
  if (tree === undefined) throw new SourceUnavailableError(`the commit ${commit} is not there any more`);
  return tree;
};

/** Reads the repository as it is at each call: what was there when it was opened may be gone. */
const openSnapshot = (look: () => Promise<MemoryRepository>, inPlace: boolean): Snapshot => ({
  async *tree(commit) {
    const repository = await look();
    const entries = [...repository.list(treeOf(repository, commit))];
    if (entries.length > 0) yield entries;
  },
  changes: (from, to) => (inPlace ? listChanges(look, from, to) : null),
  async countCommits(from, to): Promise<CommitCount> {
    const repository = await look();
    treeOf(repository, to);
    const after = repository.ancestors(to);
    if (!repository.objects.has(from)) return { count: null, rewritten: true };
    const before = repository.ancestors(from);
    return { count: [...after].filter((commit) => !before.has(commit)).length, rewritten: !after.has(from) };
  },
  // As a server may have a part of them at hand.
  async *blobs(oids, maxBytes) {
    const repository = await look();
    let bytes = 0;
    for (const oid of oids) {
      const content = repository.read(oid, 'blob');
      bytes += content?.length ?? 0;
      if (content === undefined || bytes > maxBytes || '02468ace'.includes(oid.at(-1) ?? '')) continue;
      yield { oid, size: content.length, content: new Uint8Array(content) };
    }
  },
  close: async () => undefined,
});

async function* listChanges(
  look: () => Promise<MemoryRepository>,
  from: string,
  to: string,
): AsyncGenerator<readonly TreeChange[]> {
  const repository = await look();
  const [before, after] = [from, to].map((commit) => byPath(repository.list(treeOf(repository, commit))));
  const paths = [...new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])];
  const changes = paths
    .filter((path) => keyOf(before?.get(path)) !== keyOf(after?.get(path)))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map((path) => ({ path, entry: after?.get(path) ?? null }));
  if (changes.length > 0) yield changes;
}

const keyOf = (entry: TreeEntry | undefined): string => (entry === undefined ? '' : `${entry.mode} ${entry.oid}`);

const byPath = (entries: Iterable<TreeEntry>): ReadonlyMap<string, TreeEntry> =>
  new Map([...entries].map((entry) => [entry.path, entry]));
