import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failureOf } from '../../core/domain/failure-of.ts';
import type { CommitCount } from '../../core/ports/git-source.ts';
import { type BareRepository, createBareRepository, objectFormatOf } from './bare-repository.ts';
import { type CommitGraph, countBetween, parseCommitGraph } from './commit-graph.ts';
import { type FetchOutcome, fetchObjects } from './fetch-objects.ts';
import { readFailure } from './git-failure.ts';
import type { GitLimits } from './git-limits.ts';
import { runGit } from './git-process.ts';
import type { SourceAddress } from './source-address.ts';

export interface CountRequest {
  readonly address: SourceAddress;
  readonly tempRoot: string;
  readonly limits: GitLimits;
  readonly signal: AbortSignal;
}

/** Commits below a head that are looked at first. */
export const firstDepth = 16;
/** Each further look goes so many times deeper. */
export const deepen = 4;

/**
 * Counts the commits of `from..to` by fetching bare commits (tree:0), 16, 64, 256 … deep, until the count is certain.
 * Measured on four real repositories: 40–900 ms and 0.2–1.7 MB for 1 to 400 commits.
 */
export const countCommits = async (
  request: CountRequest,
  from: string,
  to: string,
  depth = firstDepth,
): Promise<CommitCount> => {
  if (from === to) return { count: 0, rewritten: false };
  // A repository that changed its hash shares no commit with what it was.
  if (objectFormatOf(from) !== objectFormatOf(to)) return { count: null, rewritten: true };
  const repository = await createBareRepository(request.tempRoot, objectFormatOf(to));
  try {
    return await deepenUntilCertain(request, repository, { from, to, first: depth });
  } finally {
    await repository.remove();
  }
};

const deepenUntilCertain = async (
  request: CountRequest,
  repository: BareRepository,
  { from, to, first }: { readonly from: string; readonly to: string; readonly first: number },
): Promise<CommitCount> => {
  const { limits, address } = request;
  let wants = [to, from];
  let seen = -1;
  for (let depth = first; ; depth *= deepen) {
    let fetched = await fetchCommits(request, repository, wants, depth);
    if (fetched.kind !== 'fetched' && fetched.oid === from) {
      // Force-pushed and gone, at a server that would give it out if it had it.
      if (fetched.kind === 'missing') return { count: null, rewritten: true };
      // An old server gives out branch heads only; the old commit may still be found below the new one.
      wants = [to];
      fetched = await fetchCommits(request, repository, wants, depth);
    }
    if (fetched.kind !== 'fetched')
      throw failureOf('commit_gone', address.label, { says: `it no longer has the commit ${to}` });
    const graph = await readGraph(request, repository, wants);
    const known = graph.commits.has(from);
    const answer = known ? countBetween(graph, from, to) : null;
    if (answer !== null) return answer;
    // Nothing new: what is cut off is cut off at the source (it is a shallow clone), or there was never more.
    const exhausted = graph.commits.size === seen || graph.shallow.size === 0;
    const deepest = fetched.filtered ? limits.countDepth : limits.countDepthUnfiltered;
    // Not found within the limit says nothing about whether it is an ancestor.
    if (exhausted || depth >= deepest) return { count: null, rewritten: exhausted && !known };
    seen = graph.commits.size;
  }
};

export const fetchCommits = (
  { address, limits, signal }: CountRequest,
  repository: BareRepository,
  wants: readonly string[],
  depth: number,
): Promise<FetchOutcome> => fetchObjects({ repository, address, wants, filter: 'tree:0', depth, limits, signal });

/** Every commit that the repository has below these tips. */
export const readGraph = async (
  { address, limits, signal }: CountRequest,
  repository: BareRepository,
  tips: readonly string[],
): Promise<CommitGraph> => {
  try {
    const { stdout } = await runGit({
      args: ['rev-list', '--timestamp', '--parents', ...tips, '--'],
      env: repository.environment(null),
      cwd: repository.gitDir,
      signal,
      timeoutMs: limits.processMs,
    });
    return parseCommitGraph(stdout.toString('latin1'), await shallowFile(repository));
  } catch (error) {
    throw await readFailure(error, address.label, repository);
  }
};

/** Absent when the whole history is there. */
const shallowFile = async ({ gitDir }: BareRepository): Promise<string> => {
  try {
    return await readFile(join(gitDir, 'shallow'), 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
};
