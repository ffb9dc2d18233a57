import { realpath } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceRoots } from '../../core/ports/source-roots.ts';

/** @param folders absolute paths. */
export const createSourceRoots = (folders: readonly string[], forAll: boolean): SourceRoots => ({
  folders,
  forAll,
  holds: async (source) => {
    const path = pathOf(source);
    if (path === null) return false;
    const real = await realPathOf(path);
    for (const folder of folders) if (isIn(real, await realPathOf(folder))) return true;
    return false;
  },
});

const pathOf = (source: string): string | null => {
  if (source.startsWith('/')) return source;
  try {
    return fileURLToPath(source);
  } catch {
    return null;
  }
};

/** Of what is not there, or may not be looked at: its nearest folder's, and its name. */
const realPathOf = async (path: string): Promise<string> => {
  try {
    return await realpath(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(await realPathOf(folder), basename(path));
  }
};

const isIn = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
