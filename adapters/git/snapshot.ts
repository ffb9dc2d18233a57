import { BranchName } from '../../core/contract/ids.ts';
import { SourceUnavailableError, SourceUnusableError } from '../../core/domain/errors.ts';
import { failureOf } from '../../core/domain/failure-of.ts';
import type { TreeChange, TreeEntry } from '../../core/manifest/manifest.ts';
import type { CommitCount, Snapshot } from '../../core/ports/git-source.ts';
import { type BareRepository, objectFormatOf } from './bare-repository.ts';
import { countCommits } from './commit-count.ts';
import { fetchObjects } from './fetch-objects.ts';
import { readFailure } from './git-failure.ts';
import type { GitLimits } from './git-limits.ts';
import { type GitCommand, streamGit } from './git-process.ts';
import { countInPlace, requireCommits, streamChanges } from './local-commits.ts';
import { openRemoteChanges, untold } from './remote-changes.ts';
import type { SourceAddress } from './source-address.ts';
import type { TreeCache } from './tree-cache.ts';
import { readTreeChanges } from './tree-changes.ts';
import { readTreeListing } from './tree-listing.ts';
import type { Visited } from './visited-source.ts';

/** What a snapshot is made of. It owns the repository from here on. */
export interface SnapshotParts {
  readonly repository: BareRepository;
  readonly address: SourceAddress;
  readonly tempRoot: string;
  readonly limits: GitLimits;
  readonly signal: AbortSignal | undefined;
  readonly trees: TreeCache;
  /** A conversation that is open already; null: none. */
  readonly visited: Visited | null;
}

interface Head {
  readonly branch: string;
  readonly commit: string;
  readonly since?: string | undefined;
}

/**
 * Opens a source that is read in place without starting git, or fetches the commits and their trees from it, all branches
 * in one request. They are asked for by id, so a branch that has moved since is no harm; and by name too, so that a branch
 * that is gone is noticed. Of a branch whose changes are wanted nothing is fetched before it has to be.
 *
 * @param moved Commits of a source that is read in place, where its branches are not: it has to be asked for them.
 */
export const openSnapshot = async (
  parts: SnapshotParts,
  heads: readonly Head[],
  moved: readonly string[],
): Promise<Snapshot> => {
  const { repository } = parts;
  const closing = new AbortController();
  const signal = AbortSignal.any([closing.signal, ...(parts.signal === undefined ? [] : [parts.signal])]);
  const request = { ...parts, signal };
  try {
    if (repository.inPlace === null) return await openRemote(request, heads, closing);
    await requireCommits(parts, moved);
  } catch (error) {
    await parts.visited?.close();
    await repository.remove();
    throw error;
  }
  const commits = new Set(heads.map(({ commit }) => commit));
  const counts = new Map<string, CommitCount>();
  return {
    tree: (commit) => readTree(request, commits, commit),
    changes: (from, to) => readChanges(request, commits, from, to, (count) => void counts.set(`${from} ${to}`, count)),
    countCommits: async (from, to) => counts.get(`${from} ${to}`) ?? countInPlace(request, repository, from, to),
    // Where it is read in place, a second process costs more than it saves.
    async *blobs() {},
    async close() {
      closing.abort(new SourceUnavailableError('the snapshot is closed'));
      await repository.remove();
    },
  };
};

const openRemote = async (
  parts: SnapshotParts & { readonly signal: AbortSignal },
  heads: readonly Head[],
  closing: AbortController,
): Promise<Snapshot> => {
  const followed = heads.filter(({ since }) => since !== undefined);
  if (followed.length === 0) await parts.visited?.close();
  const opened = followed.length === 0 ? null : await openRemoteChanges(parts, followed);
  const remote = typeof opened === 'string' ? null : opened;
  const fetched = new Set<string>();
  const fetch = async (wanted: readonly Head[]): Promise<void> => {
    await fetchHeads(parts, wanted);
    for (const { commit } of wanted) fetched.add(commit);
  };
  try {
    await fetch(remote === null ? heads : heads.filter(({ since }) => since === undefined));
  } catch (error) {
    await remote?.close();
    throw error;
  }
  const commits = new Set(heads.map(({ commit }) => commit));
  return {
    async *tree(commit) {
      if (!fetched.has(commit)) await fetch(heads.filter((head) => head.commit === commit));
      yield* readTree(parts, commits, commit);
    },
    changes(from, to, known) {
      requireOpened(parts, commits, to);
      objectFormatOf(from);
      return typeof opened === 'string'
        ? failing(untold(parts.address, opened))
        : (opened?.changes(from, to, known) ?? null);
    },
    countCommits: async (from, to) => remote?.count(from, to) ?? countCommits(parts, from, to),
    async *blobs(oids, maxBytes) {
      if (remote !== null) yield* remote.blobs(oids, maxBytes);
    },
    async close() {
      closing.abort(new SourceUnavailableError('the snapshot is closed'));
      await remote?.close();
      await parts.repository.remove();
    },
  };
};

// biome-ignore lint/correctness/useYield: it has nothing to yield
async function* failing(error: unknown): AsyncGenerator<never> {
  throw error;
}

const fetchHeads = async (parts: SnapshotParts, heads: readonly Head[]): Promise<void> => {
  const { label } = parts.address;
  for (const { branch } of heads)
    if (!BranchName.safeParse(branch).success)
      throw failureOf('branch_missing', label, { says: 'no branch can have that name' });
  if (heads.length === 0) return;
  const wants = new Set(heads.flatMap(({ branch, commit }) => [commit, `refs/heads/${branch}`]));
  const outcome = await fetchObjects({ ...parts, wants, filter: 'blob:none', depth: 1 });
  if (outcome.kind !== 'fetched')
    throw failureOf('commit_gone', label, { says: `a branch has moved, and its commit ${outcome.oid} is gone` });
};

const readTree = (
  parts: SnapshotParts,
  commits: ReadonlySet<string>,
  commit: string,
): AsyncGenerator<readonly TreeEntry[]> =>
  reading(
    parts,
    commits,
    commit,
    () => streamGit(readingOf(parts, ['ls-tree', '-r', '-z', '--full-tree', commit])),
    readTreeListing,
  );

const readChanges = (
  parts: SnapshotParts,
  commits: ReadonlySet<string>,
  from: string,
  to: string,
  counted: (count: CommitCount) => void,
): AsyncGenerator<readonly TreeChange[]> => {
  const { repository } = parts;
  const sameHash = objectFormatOf(from) === objectFormatOf(to);
  // What is cut off, or has changed its hash, is counted with more care.
  if (sameHash && repository.inPlace?.shallow === '')
    return reading(parts, commits, to, () => streamChanges(parts, repository, from, to, counted), readTreeChanges);
  const args = ['diff-tree', '-r', '-z', '--no-renames', '--no-abbrev', from, to, '--'];
  return reading(parts, commits, to, () => streamGit(readingOf(parts, args)), readTreeChanges);
};

const readingOf = ({ repository, signal, limits }: SnapshotParts, args: readonly string[]): GitCommand => ({
  args,
  env: repository.environment(null),
  cwd: repository.gitDir,
  signal,
  timeoutMs: limits.processMs,
});

async function* reading<T>(
  parts: SnapshotParts,
  commits: ReadonlySet<string>,
  commit: string,
  output: () => AsyncIterable<Buffer>,
  read: (output: AsyncIterable<Buffer>, limits: GitLimits) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const { repository, address, limits } = parts;
  requireOpened(parts, commits, commit);
  try {
    yield* read(output(), limits);
  } catch (error) {
    throw await readFailure(error, address.label, repository);
  }
}

const requireOpened = ({ address }: SnapshotParts, commits: ReadonlySet<string>, commit: string): void => {
  if (!commits.has(commit)) throw new SourceUnusableError(`${address.label}: was not opened at this commit`);
};
