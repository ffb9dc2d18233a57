import { comparePaths } from './git-path.ts';
import type { FileOutcome, SkipReason } from './outcomes.ts';

/** One entry of a git tree, as `ls-tree -r` lists it. `size` is bytes, null where git does not know it (no blob at hand). */
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly oid: string;
  readonly size: number | null;
}

/** One file of a branch's indexed state. */
export interface ManifestEntry {
  readonly path: string;
  readonly mode: string;
  readonly oid: string;
  readonly size: number;
  readonly outcome: FileOutcome;
  /** A skip reason, or the cause of a failure; empty for an indexed file. */
  readonly reason: SkipReason | string;
  /** How many chunks the blob has in the generation: their keys are (oid, 0 … chunks - 1). */
  readonly chunks: number;
}

/** One line a file, tab-separated, path last: compact, streamable, and a path never holds a tab (see git-path). */
export const manifestLine = (entry: ManifestEntry): string =>
  [entry.oid, entry.mode, entry.size, entry.outcome, oneField(entry.reason), entry.chunks, entry.path].join('\t');

export const parseManifestLine = (line: string): ManifestEntry => {
  const [oid, mode, size, outcome, reason, chunks, path] = line.split('\t');
  if (oid === undefined || mode === undefined || reason === undefined || path === undefined)
    throw new Error(`not a manifest line: ${line.slice(0, 80)}`);
  return { oid, mode, size: Number(size), outcome: outcome as FileOutcome, reason, chunks: Number(chunks), path };
};

/** A line of a draft: a manifest's line, marked where the job changed what is known of the path. No oid begins with the mark. */
export const draftLine = (entry: ManifestEntry, changed: boolean): string =>
  changed ? `${CHANGED}${manifestLine(entry)}` : manifestLine(entry);

export const parseDraftLine = (line: string): { readonly entry: ManifestEntry; readonly changed: boolean } => {
  const changed = line.startsWith(CHANGED);
  return { entry: parseManifestLine(changed ? line.slice(CHANGED.length) : line), changed };
};

const CHANGED = '+';

export const treeLine = (entry: TreeEntry): string => [entry.oid, entry.mode, entry.size ?? '-', entry.path].join('\t');

export const parseTreeLine = (line: string): TreeEntry => {
  const [oid, mode, size, path] = line.split('\t');
  if (oid === undefined || mode === undefined || path === undefined)
    throw new Error(`not a tree line: ${line.slice(0, 80)}`);
  return { oid, mode, size: size === '-' ? null : Number(size), path };
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not stand in a field
const oneField = (text: string): string => text.replace(/[\u0000-\u001f]+/g, ' ');

/** A path of the old manifest beside the same path of the new tree; one of the two may be absent. */
export interface Pair {
  readonly before: ManifestEntry | null;
  readonly after: TreeEntry | null;
}

/** Joins two listings that are both in tree order, holding one entry of each. */
export async function* joinByPath(
  before: AsyncIterable<ManifestEntry> | Iterable<ManifestEntry>,
  after: AsyncIterable<TreeEntry> | Iterable<TreeEntry>,
): AsyncGenerator<Pair> {
  const left = iterate(before);
  const right = iterate(after);
  let l = await left.next();
  let r = await right.next();
  while (!l.done || !r.done) {
    const order = l.done ? 1 : r.done ? -1 : comparePaths(l.value.path, r.value.path);
    yield {
      before: order <= 0 ? (l.value as ManifestEntry) : null,
      after: order >= 0 ? (r.value as TreeEntry) : null,
    };
    if (order <= 0) l = await left.next();
    if (order >= 0) r = await right.next();
  }
}

const iterate = <T>(source: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> =>
  Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
