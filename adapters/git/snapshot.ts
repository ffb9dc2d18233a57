import { BranchName } from '../../core/contract/ids.ts';
import { SourceUnavailableError, SourceUnusableError } from '../../core/domain/errors.ts';
import { failureOf } from '../../core/domain/failure-of.ts';
import type { TreeChange, TreeEntry } from '../../core/manifest/manifest.ts';
import type { Snapshot } from '../../core/ports/git-source.ts';
import { type BareRepository, objectFormatOf } from './bare-repository.ts';
import { countCommits } from './commit-count.ts';
import { fetchObjects } from './fetch-objects.ts';
import { readFailure } from './git-failure.ts';
import type { GitLimits } from './git-limits.ts';
import { streamGit } from './git-process.ts';
import { countInPlace, requireCommits } from './local-commits.ts';
import type { SourceAddress } from './source-address.ts';
import { readTreeChanges } from './tree-changes.ts';
import { readTreeListing } from './tree-listing.ts';

/** What a snapshot is made of. It owns the repository from here on. */
export interface SnapshotParts {
  readonly repository: BareRepository;
  readonly address: SourceAddress;
  readonly tempRoot: string;
  readonly limits: GitLimits;
  readonly signal: AbortSignal | undefined;
}

interface Head {
  readonly branch: string;
  readonly commit: string;
}

/**
 * Opens a source that is read in place without starting git, or fetches the commits and their trees from it, all branches
 * in one request. They are asked for by id, so a branch that has moved since is no harm; and by name too, so that a branch
 * that is gone is noticed.
 *
 * @param moved Commits of a source that is read in place, where its branches are not: it has to be asked for them.
 */
export const openSnapshot = async (
  parts: SnapshotParts,
  heads: readonly Head[],
  moved: readonly string[],
): Promise<Snapshot> => {
  const { repository } = parts;
  try {
    await (repository.inPlace === null ? fetchHeads(parts, heads) : requireCommits(parts, moved));
  } catch (error) {
    await repository.remove();
    throw error;
  }
  const closing = new AbortController();
  const signal = AbortSignal.any([closing.signal, ...(parts.signal === undefined ? [] : [parts.signal])]);
  const commits = new Set(heads.map(({ commit }) => commit));
  return {
    tree: (commit) => readTree(parts, commits, commit, signal),
    // What was fetched has the one tree only.
    changes: (from, to) => (repository.inPlace === null ? null : readChanges(parts, commits, from, to, signal)),
    countCommits: (from, to) => {
      const request = { ...parts, signal };
      return repository.inPlace === null
        ? countCommits(request, from, to)
        : countInPlace(request, repository, from, to);
    },
    async close() {
      closing.abort(new SourceUnavailableError('the snapshot is closed'));
      await repository.remove();
    },
  };
};

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
  signal: AbortSignal,
): AsyncGenerator<readonly TreeEntry[]> =>
  reading(parts, commits, commit, ['ls-tree', '-r', '-z', '--full-tree', commit], signal, readTreeListing);

const readChanges = (
  parts: SnapshotParts,
  commits: ReadonlySet<string>,
  from: string,
  to: string,
  signal: AbortSignal,
): AsyncGenerator<readonly TreeChange[]> => {
  objectFormatOf(from);
  const args = ['diff-tree', '-r', '-z', '--no-renames', '--no-abbrev', from, to, '--'];
  return reading(parts, commits, to, args, signal, readTreeChanges);
};

async function* reading<T>(
  { repository, address, limits }: SnapshotParts,
  commits: ReadonlySet<string>,
  commit: string,
  args: readonly string[],
  signal: AbortSignal,
  read: (output: AsyncIterable<Buffer>, limits: GitLimits) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  if (!commits.has(commit)) throw new SourceUnusableError(`${address.label}: was not opened at this commit`);
  try {
    yield* read(
      streamGit({
        args,
        env: repository.environment(null),
        cwd: repository.gitDir,
        signal,
        timeoutMs: limits.processMs,
      }),
      limits,
    );
  } catch (error) {
    throw await readFailure(error, address.label, repository);
  }
}
