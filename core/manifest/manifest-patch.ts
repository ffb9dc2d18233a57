import { type BlockCursor, openCursor } from './block-cursor.ts';
import { comparePaths } from './git-path.ts';
import {
  type ManifestEntry,
  manifestLine,
  parseManifestLine,
  pathOfLine,
  type TreeChange,
  treeLine,
} from './manifest.ts';

/**
 * What a job changes in a manifest, in tree order, a line for each changed path: its new entry, or that it is gone. In
 * proportion to the change, where a new manifest is as long as the old one.
 */
const PUT = '+';
const REMOVE = '-';

export const putLine = (entry: ManifestEntry): string => `${PUT}${manifestLine(entry)}`;

export const removeLine = (path: string): string => `${REMOVE}\t${path}`;

/** The path's new entry; null when it is gone. */
export const parsePatchLine = (line: string): ManifestEntry | null =>
  line.startsWith(PUT) ? parseManifestLine(line.slice(PUT.length)) : null;

/** The same of a tree: a patch that makes pairs of the manifest's lines and the tree's. */
export const treePatchLine = ({ path, entry }: TreeChange): string =>
  entry === null ? removeLine(path) : `${PUT}${treeLine(entry)}`;

/** The tree's line at the changed path; null when the path is gone. */
export const treeLineOf = (line: string): string | null => (line.startsWith(PUT) ? line.slice(PUT.length) : null);

/** Decides about a changed path: gets its old line and the patch's, answers with the new line, or null. */
export type Replace = (old: string | null, patch: string) => string | null;

/**
 * A manifest with a patch applied, in blocks. Lines that the patch does not name are copied unchanged, and blocks that it
 * does not reach are not even looked at. Holds one block of each.
 */
export async function* applyPatch(
  base: AsyncIterable<readonly string[]>,
  patch: AsyncIterable<readonly string[]>,
  replace: Replace,
): AsyncGenerator<readonly string[]> {
  const old = openCursor(base);
  const changes = openCursor(patch);
  try {
    for (;;) {
      const [more, moreChanges] = [await old.fill(), await changes.fill()];
      if (!more && !moreChanges) return;
      const block = moreChanges ? applyBlock(old, changes, more, replace) : rest(old);
      if (block.length > 0) yield block;
    }
  } finally {
    await old.close();
    await changes.close();
  }
}

const rest = (cursor: BlockCursor): readonly string[] => {
  const lines = cursor.at === 0 ? cursor.lines : cursor.lines.slice(cursor.at);
  cursor.at = cursor.lines.length;
  return lines;
};

/** Stops when one of the two blocks is used up. */
const applyBlock = (old: BlockCursor, changes: BlockCursor, more: boolean, replace: Replace): readonly string[] => {
  const last = old.lines.at(-1);
  if (more && last !== undefined && comparePaths(pathOfLine(last), pathOfLine(changes.lines[changes.at] as string)) < 0)
    return rest(old);
  const lines: string[] = [];
  while (changes.at < changes.lines.length && (!more || old.at < old.lines.length)) {
    const change = changes.lines[changes.at] as string;
    const before = more ? (old.lines[old.at] as string) : null;
    const order = before === null ? 1 : comparePaths(pathOfLine(before), pathOfLine(change));
    if (order <= 0) old.at += 1;
    if (order < 0) {
      lines.push(before as string);
      continue;
    }
    changes.at += 1;
    const line = replace(order === 0 ? before : null, change);
    if (line !== null) lines.push(line);
  }
  return lines;
};
