import { blobSet, isIndexedBlob, linesOfBlob } from './pages/manifest-sets.ts';
import type { PageChange, SetKind } from './pages/paged-set.ts';
import { linesIn } from './pages/read-pages.ts';

/**
 * A manifest's indexed files by their blobs, for who looks for hits of any blobs: `oid TAB path` of each, in the order of the set of blobs. It is one object
 * (the whole list, as it was at some publish) and a small one (what has changed since): see docs/adr/0031-a-list-of-files-for-search.md.
 */
const fileSet: SetKind = {
  name: 'files',
  keyOf: (line) => line,
  compare: blobSet.compare,
  sumsOf: () => null,
};

/** A file's line, by its line of the set of blobs. */
export const fileLine = (line: string): string => blobSet.keyOf(line);

/** Whether a file is in the list (true) or not any more, by its line. */
export type FileChange = readonly [line: string, listed: boolean];

/** As it is written into the changes: a sign, and the file's line. */
export const fileChangeLine = ([line, listed]: FileChange): string => (listed ? '+' : '-') + line;
export const parseFileChange = (line: string): FileChange => [line.slice(1), line.startsWith('+')];

/** What a change of the set of blobs is to the list; one of a file that was not listed leaves it so. */
export const fileChangeOf = ({ key, line }: PageChange): FileChange => [key, line !== null && isIndexedBlob(line)];

/** What has changed, and then changed again; both in the list's order, and so is the answer. */
export const mergeChanges = (earlier: readonly FileChange[], later: readonly FileChange[]): readonly FileChange[] => {
  const merged: FileChange[] = [];
  let at = 0;
  for (const change of later) {
    for (; at < earlier.length; at++) {
      const order = fileSet.compare((earlier[at] as FileChange)[0], change[0]);
      if (order > 0) break;
      if (order < 0) merged.push(earlier[at] as FileChange);
    }
    merged.push(change);
  }
  for (; at < earlier.length; at++) merged.push(earlier[at] as FileChange);
  return merged;
};

/** The list with its changes. */
export const applyChanges = (whole: readonly string[], changes: readonly FileChange[]): readonly string[] => {
  const lines: string[] = [];
  let at = 0;
  for (const [line, listed] of changes) {
    for (; at < whole.length; at++) {
      const order = fileSet.compare(whole[at] as string, line);
      if (order > 0) break;
      if (order < 0) lines.push(whole[at] as string);
    }
    if (listed) lines.push(line);
  }
  for (; at < whole.length; at++) lines.push(whole[at] as string);
  return lines;
};

/** The lines of a blob, in a list or in lines of its order. */
export const filesOfBlob = (lines: readonly string[], blob: string): readonly string[] =>
  linesIn(fileSet, lines, linesOfBlob(blob));
