import { languageOf } from '../../domain/languages.ts';
import { isNoText, isPathReason, type SkipReason } from '../../domain/outcomes.ts';
import type { ManifestEntry, TreeEntry } from '../../manifest/manifest.ts';
import type { BlobEntry } from '../../manifest/pages/manifest-sets.ts';
import type { Pair } from '../../manifest/tree-join.ts';

/** What is known of a blob that the generation has seen before. */
export interface KnownBlob {
  readonly size: number;
  readonly outcome: 'indexed' | 'skipped';
  readonly reason: string;
  readonly chunks: number;
  /** Of the paths at which it stands: its rows name these, and may name no others. */
  readonly languages: ReadonlySet<string>;
}

export type ChangeKind = 'added' | 'modified' | 'deleted' | 'unchanged';

/** One path's move from the committed manifest to the new tree. */
export interface Change {
  readonly kind: ChangeKind;
  /** The path's line in the new manifest; null when the path is gone. `pending` when its content must be read. */
  readonly entry: ManifestEntry | null;
  readonly before: ManifestEntry | null;
}

const SYMLINK = '120000';
const SUBMODULE = '160000';

/** What an entry's mode alone says. */
export const skipByMode = (mode: string): SkipReason | null =>
  mode === SYMLINK ? 'symlink' : mode === SUBMODULE ? 'submodule' : null;

export interface DiffRules {
  /** Tells by the path alone; see PathRules. */
  readonly skipByPath: (path: string) => SkipReason | null;
  /** The encoding that is declared for a path; see PathRules. */
  readonly encodingOf: (path: string) => string | null;
  /** Blobs that the generation holds by a committed manifest, at whatever branch or path. */
  readonly known: (oid: string) => KnownBlob | undefined;
  /** True: what failed last time is read again. */
  readonly retryFailed: boolean;
}

/**
 * Decides one path. Content is named by its oid: the same oid under another path, in another branch or after a revert
 * is known and costs nothing, unless the path is of a language that the blob's rows may not name yet: then they are put
 * again. A rule that changed shows here too, because the rules are asked for every path.
 */
export const decide = ({ before, after }: Pair, rules: DiffRules): Change => {
  if (after === null) return { kind: 'deleted', entry: null, before };
  const entry = outcomeOf(before, after, rules);
  return { kind: kindOf(before, entry), entry, before };
};

const outcomeOf = (before: ManifestEntry | null, after: TreeEntry, rules: DiffRules): ManifestEntry => {
  const { path, mode, oid } = after;
  const reason = skipByMode(mode) ?? rules.skipByPath(path);
  if (reason !== null) return { path, mode, oid, size: after.size ?? 0, outcome: 'skipped', reason, chunks: 0 };
  // What was no text may be some in the encoding that is declared by now.
  const mayBeText = (entry: { outcome: string; reason: string }): boolean =>
    entry.outcome === 'skipped' && isNoText(entry.reason) && rules.encodingOf(path) !== null;
  if (before !== null && before.oid === oid && mayStay(before, rules.retryFailed) && !mayBeText(before))
    return { ...before, mode };
  const known = rules.known(oid);
  if (known !== undefined && !mayBeText(known) && (known.outcome === 'skipped' || namesLanguageOf(known, path))) {
    const { languages: _, ...entry } = known;
    return { path, mode, oid, ...entry };
  }
  return { path, mode, oid, size: after.size ?? 0, outcome: 'pending', reason: '', chunks: 0 };
};

const namesLanguageOf = ({ languages }: KnownBlob, path: string): boolean => {
  const language = languageOf(path);
  return language === null || languages.has(language);
};

const mayStay = (before: ManifestEntry, retryFailed: boolean): boolean =>
  before.outcome === 'indexed' ||
  (before.outcome === 'skipped' && !isPathReason(before.reason)) ||
  (before.outcome === 'failed' && !retryFailed);

const kindOf = (before: ManifestEntry | null, entry: ManifestEntry): ChangeKind => {
  if (before === null) return 'added';
  const same =
    before.oid === entry.oid &&
    before.mode === entry.mode &&
    before.outcome === entry.outcome &&
    before.reason === entry.reason;
  return same ? 'unchanged' : 'modified';
};

/** What a committed manifest's entry teaches about its blob. */
export const knownFrom = ({ size, outcome, reason, chunks, path }: BlobEntry): KnownBlob => {
  const language = languageOf(path);
  return { size, outcome, reason, chunks, languages: new Set(language === null ? [] : [language]) };
};

/**
 * A file that moved is one change, not two: a deleted path and an added path with the same oid pair up.
 * @returns how many pairs there are.
 */
export const countRenames = (deleted: ReadonlyMap<string, number>, added: ReadonlyMap<string, number>): number => {
  let renames = 0;
  for (const [oid, count] of deleted) renames += Math.min(count, added.get(oid) ?? 0);
  return renames;
};
