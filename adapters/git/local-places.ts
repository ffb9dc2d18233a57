import { realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { linkedGitDir, maxBorrowing, readIfThere } from './local-repository.ts';

/**
 * Every folder that git may read for a path of this machine: the path, what its `.git` file leads to, the main repository of a linked
 * worktree, and the objects that it borrows. Real paths. Null where that cannot be said, such as for quoted names.
 */
export const localPlaces = async (path: string): Promise<readonly string[] | null> => {
  const places = new Set<string>();
  try {
    // Where upload-pack looks. What is there in another place than the first is no harm, and may become the first.
    for (const candidate of [path, join(path, '.git'), `${path}.git`, join(`${path}.git`, '.git')]) {
      const found = await realIfThere(candidate);
      if (found === null) continue;
      places.add(found);
      const isFile = (await stat(found)).isFile();
      const gitDir = isFile ? await linkedGitDir(found) : found;
      if (gitDir !== null && !(await addGitDir(places, gitDir))) return null;
    }
    return [...places];
  } catch {
    return null;
  }
};

const addGitDir = async (places: Set<string>, gitDir: string): Promise<boolean> => {
  const common = resolve(gitDir, (await readIfThere(join(gitDir, 'commondir'))).replace(/[\n\r]+$/, '') || '.');
  let level = [join(common, 'objects')];
  for (const folder of [gitDir, common]) places.add((await realIfThere(folder)) ?? folder);
  for (let depth = 0; level.length > 0 && depth <= maxBorrowing; depth += 1) {
    const next: string[] = [];
    for (const each of level) {
      const objects = (await realIfThere(each)) ?? each;
      places.add(objects);
      for (const line of (await readIfThere(join(objects, 'info', 'alternates'))).split('\n')) {
        if (line.startsWith('"')) return false;
        if (line !== '' && !line.startsWith('#')) next.push(resolve(objects, line));
      }
    }
    level = next;
  }
  return true;
};

const realIfThere = (path: string): Promise<string | null> =>
  realpath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
