import type { IndexRow } from '../../../core/ports/search-index.ts';

const dimensions = 16;
export const generation = { repositoryId: 'repo-1', number: 1, dimensions };
const vector = new Float32Array(dimensions).fill(0.25);

/** More small syncs than a table at rest keeps as they are. */
export const SYNCS = 30;
/** Of one life of the writer. */
export const ROWS = 600 + SYNCS * 10;

export const blobOf = (n: number): string => n.toString(16).padStart(40, '0');

export const rowsOf = (from: number, count: number): IndexRow[] =>
  Array.from({ length: count }, (_, i) => ({
    blob: blobOf(from + i),
    ordinal: 0,
    startLine: 1,
    endLine: 2,
    text: `word${from + i} common`,
    languages: [],
    vector,
  }));
