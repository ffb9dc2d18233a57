import type { FileOutcome, SkipReason } from '../domain/outcomes.ts';

/** One entry of a git tree, as `ls-tree -r` lists it. `size` is bytes, null where git does not know it (no blob at hand). */
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly oid: string;
  readonly size: number | null;
}

/** What is at a path that is different from an older tree's; null when the path is gone. */
export interface TreeChange {
  readonly path: string;
  readonly entry: TreeEntry | null;
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

export const treeLine = (entry: TreeEntry): string => [entry.oid, entry.mode, entry.size ?? '-', entry.path].join('\t');

export const parseTreeLine = (line: string): TreeEntry => {
  const [oid, mode, size, path] = line.split('\t');
  if (oid === undefined || mode === undefined || path === undefined)
    throw new Error(`not a tree line: ${line.slice(0, 80)}`);
  return { oid, mode, size: size === '-' ? null : Number(size), path };
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a field must not contain
const oneField = (text: string): string => text.replace(/[\u0000-\u001f]+/g, ' ');

/** The blob of a manifest's or a tree's line, without making an entry of it. */
export const oidOfLine = (line: string): string => line.slice(0, line.indexOf('\t'));

/** Whether a manifest's line is of a file in the index. The outcome is the fourth field, after oid, mode and size. */
export const isIndexedLine = (line: string): boolean => {
  const mode = line.indexOf('\t') + 1;
  const size = line.indexOf('\t', mode) + 1;
  return line.startsWith('indexed\t', line.indexOf('\t', size) + 1);
};

/** The path of a manifest's or a tree's line, without making an entry of it. */
export const pathOfLine = (line: string): string => line.slice(line.lastIndexOf('\t') + 1);

/** Whether a manifest's line and a tree's name the same blob with the same mode: those stand first in both. */
export const holdsTheSame = (manifest: string, tree: string): boolean =>
  tree.startsWith(manifest.slice(0, manifest.indexOf('\t', manifest.indexOf('\t') + 1) + 1));
