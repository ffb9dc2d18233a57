import { own } from '../../domain/own.ts';

/** Where a branch was seen: null, when it was not there. Times are ISO 8601. */
interface Seen {
  readonly remote?: string | undefined;
  readonly commit: string | null;
  readonly seen_at: string;
  readonly deleted_at: string | null;
}

interface Look {
  /** Branch name to commit. */
  readonly branches: ReadonlyMap<string, string>;
  /** The remote of the registered folder that was looked at; undefined: the registered source itself. */
  readonly remote?: string | undefined;
}

/** An indexed branch: where it was read from, as in a look. */
interface Indexed {
  readonly remote?: string | undefined;
}

interface Known {
  readonly branches: Readonly<Record<string, Indexed>>;
  readonly sightings: Readonly<Record<string, Seen>>;
}

/**
 * A look that shows no branch at all says nothing of any: a source that is really empty is rarer than one that answers so by
 * mistake (a volume that is not mounted, a server being restored), and an index is dear to build again.
 */
const saysNothing = ({ branches }: Look): boolean => branches.size === 0;

/**
 * What is known of the branches after a look: of the indexed ones that were read from there, and of those that the job is about to
 * index. That a folder's remote does not have a branch says nothing of the folder's own, and the other way round.
 */
export const sightingsAfter = (
  { branches, sightings }: Known,
  heads: Look,
  asked: readonly string[],
  at: Date,
): Readonly<Record<string, Seen>> => {
  const names = new Set([...Object.keys(branches), ...asked]);
  return Object.fromEntries(
    [...names].flatMap((name): [string, Seen][] => {
      const before = own(sightings, name);
      const read = own(branches, name);
      const elsewhere = read !== undefined && read.remote !== heads.remote && !asked.includes(name);
      if (saysNothing(heads) || elsewhere) return before === undefined ? [] : [[name, before]];
      const commit = heads.branches.get(name) ?? null;
      const seen_at = at.toISOString();
      const deleted_at = commit === null ? (before?.deleted_at ?? seen_at) : null;
      const remote = heads.remote === undefined ? {} : { remote: heads.remote };
      return [[name, { commit, seen_at, deleted_at, ...remote }]];
    }),
  );
};

/** Indexed branches that the look has not found and that are to be dropped; never one of the default branches. */
export const goneBranches = (
  { branches, deleted_branches }: Pick<Known, 'branches'> & { readonly deleted_branches: 'drop' | 'keep' },
  heads: Look,
  defaults: readonly (string | null)[],
): readonly string[] => {
  if (deleted_branches === 'keep' || saysNothing(heads)) return [];
  return Object.entries(branches)
    .filter(([name, { remote }]) => remote === heads.remote && !heads.branches.has(name) && !defaults.includes(name))
    .map(([name]) => name);
};
