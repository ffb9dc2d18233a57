import { BranchName } from '../../core/contract/ids.ts';
import { BranchNotFoundError, SourceUnavailableError, SourceUnusableError } from '../../core/domain/errors.ts';
import type { TreeEntry } from '../../core/domain/manifest.ts';
import type { Snapshot } from '../../core/ports/git-source.ts';
import type { BareRepository } from './bare-repository.ts';
import { countCommits } from './commit-count.ts';
import { fetchObjects } from './fetch-objects.ts';
import { objectFailure } from './git-failure.ts';
import type { GitLimits } from './git-limits.ts';
import { streamGit } from './git-process.ts';
import type { SourceAddress } from './source-address.ts';
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
 * Fetches the commits and their trees, all branches in one request. They are asked for by id, so a branch that has
 * moved since is no harm; and by name too, so that a branch that is gone is noticed.
 */
export const openSnapshot = async (parts: SnapshotParts, heads: readonly Head[]): Promise<Snapshot> => {
  const { repository } = parts;
  try {
    await fetchHeads(parts, heads);
  } catch (error) {
    await repository.remove();
    throw error;
  }
  const closing = new AbortController();
  const signal = AbortSignal.any([closing.signal, ...(parts.signal === undefined ? [] : [parts.signal])]);
  const commits = new Set(heads.map(({ commit }) => commit));
  return {
    tree: (commit) => readTree(parts, commits, commit, signal),
    countCommits: (from, to) => countCommits({ ...parts, signal }, from, to),
    async close() {
      closing.abort(new SourceUnavailableError('the snapshot is closed'));
      await repository.remove();
    },
  };
};

const fetchHeads = async (parts: SnapshotParts, heads: readonly Head[]): Promise<void> => {
  const { label } = parts.address;
  for (const { branch } of heads)
    if (!BranchName.safeParse(branch).success) throw new BranchNotFoundError(`${label}: no branch can have that name`);
  if (heads.length === 0) return;
  const wants = new Set(heads.flatMap(({ branch, commit }) => [commit, `refs/heads/${branch}`]));
  const outcome = await fetchObjects({ ...parts, wants, filter: 'blob:none', depth: 1 });
  if (outcome.kind !== 'fetched')
    throw new SourceUnavailableError(`${label}: a branch has moved, and its commit ${outcome.oid} is gone`);
};

async function* readTree(
  { repository, address, limits }: SnapshotParts,
  commits: ReadonlySet<string>,
  commit: string,
  signal: AbortSignal,
): AsyncGenerator<TreeEntry> {
  if (!commits.has(commit)) throw new SourceUnusableError(`${address.label}: was not opened at this commit`);
  try {
    yield* readTreeListing(
      streamGit({
        args: ['ls-tree', '-r', '-z', '--full-tree', commit],
        env: repository.environment(null),
        cwd: repository.gitDir,
        signal,
        timeoutMs: limits.processMs,
      }),
      limits,
    );
  } catch (error) {
    throw objectFailure(error, address.label);
  }
}
