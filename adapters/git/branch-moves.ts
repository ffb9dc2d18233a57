import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BranchName } from '../../core/contract/ids.ts';
import { BranchNotFoundError, SourceUnusableError } from '../../core/domain/errors.ts';
import type { CommitCount } from '../../core/ports/git-source.ts';
import { createBareRepository, objectFormatOf } from './bare-repository.ts';
import { type CountRequest, fetchCommits, firstDepth, readGraph } from './commit-count.ts';
import { countBetween } from './commit-graph.ts';

/** A branch with an index: its name, and the commit that is indexed. */
export interface IndexedBranch {
  readonly branch: string;
  readonly from: string;
}

export interface BranchMove {
  readonly to: string;
  /** Null: more commits must be looked at. */
  readonly counted: CommitCount | null;
}

const unmoved: CommitCount = { count: 0, rewritten: false };

/**
 * Where branches have moved and by how many commits, in one request instead of two: their heads are fetched by name, with
 * some commits below, beside the commits that are indexed. Each request saved is a handshake saved. Null when the server
 * has not all of them, and so answers for none.
 */
export const fetchMoves = async (
  request: CountRequest,
  branches: readonly IndexedBranch[],
): Promise<ReadonlyMap<string, BranchMove> | null> => {
  const [format = 'sha1', ...others] = new Set(branches.map(({ from }) => objectFormatOf(from)));
  // A name becomes a part of a refspec here.
  if (others.length > 0 || !branches.every(({ branch }) => BranchName.safeParse(branch).success)) return null;
  const repository = await createBareRepository(request.tempRoot, format);
  try {
    const names = branches.map(({ branch }, at) => `refs/heads/${branch}:refs/look/${at}`);
    const wants = new Set([...names, ...branches.map(({ from }) => from)]);
    const { kind } = await fetchCommits(request, repository, [...wants], firstDepth);
    if (kind !== 'fetched') return null;
    const heads = await Promise.all(
      branches.map(async (_, at) =>
        (await readFile(join(repository.gitDir, 'refs/look', String(at)), 'latin1')).trim(),
      ),
    );
    const moved = branches.flatMap(({ from }, at) => (heads[at] === from ? [] : [from, heads[at] ?? from]));
    const graph = moved.length === 0 ? null : await readGraph(request, repository, moved);
    const moves = new Map<string, BranchMove>();
    for (const [at, { branch, from }] of branches.entries()) {
      const to = heads[at] ?? from;
      const counted = graph === null || to === from ? unmoved : countBetween(graph, from, to);
      moves.set(branch, { to, counted });
    }
    return moves;
  } catch (error) {
    if (error instanceof BranchNotFoundError || error instanceof SourceUnusableError) return null;
    throw error;
  } finally {
    await repository.remove();
  }
};
