import { type ManifestEntry, manifestLine, parseManifestLine, type TreeChange, treeLine } from './manifest.ts';

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
