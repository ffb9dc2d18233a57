import type { CommitCount } from '../../core/ports/git-source.ts';

interface Commit {
  /** Committer time, seconds. */
  readonly time: number;
  readonly parents: readonly string[];
}

/** Commits as far as they are known. The parents of `shallow` ones are not. */
export interface CommitGraph {
  readonly commits: ReadonlyMap<string, Commit>;
  readonly shallow: ReadonlySet<string>;
}

/** Reads the output of `rev-list --timestamp --parents` and the `shallow` file. */
export const parseCommitGraph = (revList: string, shallowFile: string): CommitGraph => {
  const commits = new Map<string, Commit>();
  for (const line of revList.split('\n')) {
    const [time, oid, ...parents] = line.split(' ');
    if (oid !== undefined) commits.set(oid, { time: Number(time), parents });
  }
  return { commits, shallow: new Set(shallowFile.split('\n').filter((line) => line !== '')) };
};

/**
 * Counts `from..to`, or answers null when a deeper look could change the count.
 *
 * A commit that is seen from `to` only may still be an ancestor of `from`, through a path that is cut off: a side branch
 * that started long ago and was merged just now looks like that. It is certainly none when it is younger than every
 * commit at which the view from `from` is cut off: ancestors are not younger than their descendants (git's own walk
 * rests on the same).
 */
export const countBetween = (graph: CommitGraph, from: string, to: string): CommitCount | null => {
  const old = reachable(graph, from);
  const current = reachable(graph, to);
  const oldCut = youngestCut(graph, old);
  let count = 0;
  for (const oid of current) {
    if (old.has(oid)) continue;
    if (graph.shallow.has(oid) || timeOf(graph, oid) <= oldCut) return null;
    count += 1;
  }
  if (current.has(from)) return { count, rewritten: false };
  return timeOf(graph, from) > youngestCut(graph, current) ? { count, rewritten: true } : null;
};

/** What is reachable from a commit, as far as it is known. An unknown commit reaches nothing. */
const reachable = ({ commits }: CommitGraph, from: string): Set<string> => {
  const seen = new Set<string>();
  const next = [from];
  for (let oid = next.pop(); oid !== undefined; oid = next.pop()) {
    const commit = commits.get(oid);
    if (commit === undefined || seen.has(oid)) continue;
    seen.add(oid);
    next.push(...commit.parents);
  }
  return seen;
};

const timeOf = ({ commits }: CommitGraph, oid: string): number => commits.get(oid)?.time ?? Number.POSITIVE_INFINITY;

const youngestCut = (graph: CommitGraph, seen: ReadonlySet<string>): number => {
  let youngest = Number.NEGATIVE_INFINITY;
  for (const oid of graph.shallow) if (seen.has(oid)) youngest = Math.max(youngest, timeOf(graph, oid));
  return youngest;
};
