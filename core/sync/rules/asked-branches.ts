import type { DefaultBranch } from '../../domain/default-branch.ts';

export interface AskedIndex extends DefaultBranch {
  readonly repository_id: string;
  readonly branches: Readonly<Record<string, unknown>>;
}

interface Heads {
  readonly defaultBranch: string | null;
  readonly branches: ReadonlyMap<string, string>;
}

/** What `current` means; `moved_from`: what it meant before, when HEAD has moved since. */
interface Current {
  readonly branch: string;
  readonly moved_from: string | null;
  readonly head: string | null;
}

export interface Asked {
  /** What `current` means, whether it was asked for or not; null where nothing tells. */
  readonly current: Current | null;
  /** The branches asked for, each once, `current` first and under its own name where it has one. */
  readonly branches: readonly {
    readonly name: string;
    /** Why there is none, should the source not have it. */
    readonly ifAbsent: string;
  }[];
}

/**
 * The branches that a sync is for. A source that has been empty ever since has no default branch, and that is no error; one that shows
 * no branch any more is.
 *
 * @param pulls false: what is new at the remote is left for later, and that HEAD has moved is news.
 */
export const askedBranches = (index: AskedIndex, names: readonly string[], heads: Heads, pulls: boolean): Asked => {
  const current = currentBranch(index, heads, pulls);
  const named = names.filter((name) => name !== 'current');
  const isEmpty = heads.branches.size === 0;
  const indexed = Object.keys(index.branches).length;
  const wanted = new Map(named.map((name) => [name, noBranch([name])]));
  const hasNone = isEmpty && named.length === 0 && indexed === 0;
  const first = hasNone || !names.includes('current') ? [] : [currentOf(index, current, isEmpty ? indexed : 0)];
  for (const { name } of first) wanted.delete(name);
  return { current, branches: [...first, ...[...wanted].map(([name, ifAbsent]) => ({ name, ifAbsent }))] };
};

const currentBranch = (
  { default_branch: given, head_branch: last, branches }: AskedIndex,
  { defaultBranch: head, branches: heads }: Heads,
  pulls: boolean,
): Current | null => {
  if (given !== null) return { branch: given, moved_from: null, head };
  if (last !== undefined && !pulls && Object.hasOwn(branches, last)) return { branch: last, moved_from: null, head };
  if (head !== null) return { branch: head, moved_from: last === undefined || last === head ? null : last, head };
  // A clone in the middle of a rebase has its HEAD detached; the branch that it was on is still the one that is meant.
  return last !== undefined && heads.has(last) ? { branch: last, moved_from: null, head } : null;
};

/** @param lost how many branches are indexed of a source that shows none any more. */
const currentOf = (
  { default_branch: given, head_branch: last, repository_id }: AskedIndex,
  current: Current | null,
  lost: number,
): Asked['branches'][number] => {
  if (lost > 0)
    return {
      name: current?.branch ?? last ?? 'current',
      ifAbsent: `the source shows no branch at all: it was emptied, or something else is in its place, such as a volume that is not mounted; the index of ${lost === 1 ? 'the branch' : `its ${lost} branches`} is kept`,
    };
  const patch = `PATCH /api/repositories/${repository_id}`;
  if (current === null) {
    const gone = last === undefined ? '' : `, and ${last}, the last one that it named, is gone`;
    return {
      name: 'current',
      ifAbsent: `the source has no default branch: its HEAD names no branch that is there${gone}; name the branch to sync, or the default branch with ${patch} {"default_branch": "…"}`,
    };
  }
  const { branch, head } = current;
  if (given === null) return { name: branch, ifAbsent: noBranch([branch]) };
  const follow = `${patch} {"default_branch": null} has the repository follow the source's HEAD${head === null ? '' : `, which names ${head}`}`;
  return {
    name: branch,
    ifAbsent: `${noBranch([branch])}, the repository's default_branch: ${follow}; the name of another branch there has it use that one`,
  };
};

/** Why nothing of a sync can be done: none of its branches is there. */
export const noneThere = (missing: Asked['branches']): string => {
  const plain = missing.filter(({ name, ifAbsent }) => ifAbsent === noBranch([name])).map(({ name }) => name);
  const told = missing.filter(({ name }) => !plain.includes(name)).map(({ ifAbsent }) => ifAbsent);
  return [...told, ...(plain.length === 0 ? [] : [noBranch(plain)])].join('; ');
};

const noBranch = (names: readonly string[]): string =>
  names.length === 1
    ? `the source has no branch ${names[0]}`
    : `the source has none of the branches ${names.join(', ')}`;

/**
 * The branch that a repository follows after a publish; null: the one that it followed. It is what is searched without a
 * branch: the index of the old one is given up only for one that is there.
 */
export const followedBranch = (
  followed: string | undefined,
  head: string | null,
  indexed: readonly string[],
): string | null =>
  head === null || (followed !== undefined && indexed.includes(followed) && !indexed.includes(head)) ? null : head;
