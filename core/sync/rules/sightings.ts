import { own } from '../../domain/own.ts';

/** Where a branch was seen: null, when it was not there. Times are ISO 8601. */
interface Seen {
  readonly commit: string | null;
  readonly seen_at: string;
  readonly deleted_at: string | null;
}

interface Look {
  /** Branch name to commit. */
  readonly branches: ReadonlyMap<string, string>;
}

interface Known {
  readonly branches: Readonly<Record<string, unknown>>;
  readonly sightings: Readonly<Record<string, Seen>>;
}

/**
 * A look that shows no branch at all says nothing of any: a source that is really empty is rarer than one that answers so by
 * mistake (a volume that is not mounted, a server being restored), and an index is dear to build again.
 */
const saysNothing = ({ branches }: Look): boolean => branches.size === 0;

/** What is known of the branches after a look: of the indexed ones, and of those that the job is about to index. */
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
      if (saysNothing(heads)) return before === undefined ? [] : [[name, before]];
      const commit = heads.branches.get(name) ?? null;
      const seen_at = at.toISOString();
      return [[name, { commit, seen_at, deleted_at: commit === null ? (before?.deleted_at ?? seen_at) : null }]];
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
  return Object.keys(branches).filter((name) => !heads.branches.has(name) && !defaults.includes(name));
};
