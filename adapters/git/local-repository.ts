import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** A repository of this machine, as far as it can be read where it is. */
export interface LocalRepository {
  /** Its own object directory first, then those that it borrows from. Absolute. */
  readonly objectDirectories: readonly string[];
  /** Where its HEAD is. */
  readonly gitDir: string;
  /** Where its references are: of a linked worktree, the main repository's. */
  readonly commonDir: string;
  /** The commits at which its history is cut off, one a line; empty when it is whole. */
  readonly shallow: string;
  /** A partial clone: some objects may be elsewhere. */
  readonly partial: boolean;
}

/** As deep as git follows object directories that borrow from others. */
export const maxBorrowing = 5;

/**
 * Finds what a path's git repository consists of, without git and without reading its configuration, where upload-pack
 * would look: `<path>/.git`, `<path>`, `<path>.git`. Null whenever anything is out of the ordinary: nothing there, another user's
 * files, unknown files. Such a source is fetched from as a remote one is, and
 * git itself says what is wrong with it.
 */
export const findLocalRepository = async (path: string): Promise<LocalRepository | null> => {
  try {
    const gitDir = await findGitDir(path);
    if (gitDir === null) return null;
    const commonDir = await commonDirOf(gitDir);
    const objects = await realpath(join(commonDir, 'objects'));
    await readFile(join(gitDir, 'HEAD'));
    if (!(await allOwn([gitDir, commonDir, objects]))) return null;
    const objectDirectories = await withBorrowed(objects);
    if (objectDirectories === null) return null;
    const shallow = await readIfThere(join(commonDir, 'shallow'));
    const partial = (await Promise.all(objectDirectories.map(isPartial))).includes(true);
    return { objectDirectories, gitDir, commonDir, shallow, partial };
  } catch (error) {
    // A failed system call has a code; anything else is a fault of ours.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
};

/** Where the configuration of a path's repository is; null where there is none, or one that another user owns. */
export const findCommonDir = async (path: string): Promise<string | null> => {
  try {
    const gitDir = await findGitDir(path);
    if (gitDir === null) return null;
    const commonDir = await commonDirOf(gitDir);
    return (await allOwn([gitDir, commonDir])) ? commonDir : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
};

/** Whether the objects that were found are still there. */
export const isStillThere = async ({ objectDirectories }: LocalRepository): Promise<boolean> => {
  for (const directory of objectDirectories) if (!(await isDirectory(directory))) return false;
  return true;
};

export const findGitDir = async (path: string): Promise<string | null> => {
  for (const candidate of [join(path, '.git'), path, `${path}.git`]) {
    const found = await stat(candidate).catch(() => null);
    if (found?.isDirectory() && (await isGitDir(candidate))) return candidate;
    if (found?.isFile()) return (await allOwn([candidate])) ? await linkedGitDir(candidate) : null;
  }
  return null;
};

/** Where objects and branches are: of a linked worktree, the main repository. */
export const commonDirOf = async (gitDir: string): Promise<string> =>
  resolve(gitDir, oneLine(await readIfThere(join(gitDir, 'commondir'))) ?? '.');

const isGitDir = async (path: string): Promise<boolean> =>
  (await readIfThere(join(path, 'HEAD'))) !== '' &&
  ((await isDirectory(join(path, 'objects'))) || (await readIfThere(join(path, 'commondir'))) !== '');

/** Where the `.git` file of a linked worktree or a submodule leads. */
export const linkedGitDir = async (file: string): Promise<string | null> => {
  const { size } = await stat(file);
  if (size > maxLinkBytes) return null;
  const target = /^gitdir: ([^\n\r]+)[\n\r]*$/.exec(await readFile(file, 'utf8'))?.[1];
  return target === undefined ? null : resolve(dirname(file), target);
};

/** A path and some words; whatever is longer is no link (a bundle, say). */
const maxLinkBytes = 8192;

/**
 * Git reads a repository only when its user owns it: hooks and settings of another one may be traps. Nothing of the kind is
 * read here, but who may not be fetched from may not be read either.
 */
const allOwn = async (paths: readonly string[]): Promise<boolean> => {
  const user = process.geteuid?.();
  for (const path of paths) {
    const [itself, target] = await Promise.all([lstat(path), stat(path)]);
    if (itself.uid !== user || target.uid !== user) return false;
  }
  return true;
};

/**
 * The object directory and all that it borrows from, flat: so git's limit on the depth holds from the source, not from our
 * own repository, which borrows from it. Null for what cannot be read in place.
 */
const withBorrowed = async (objects: string): Promise<readonly string[] | null> => {
  const found = new Set<string>();
  let level = [objects];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxBorrowing) return null;
    const next: string[] = [];
    for (const directory of level) {
      if (found.has(directory)) continue;
      found.add(directory);
      for (const line of (await readIfThere(join(directory, 'info', 'alternates'))).split('\n')) {
        if (line === '' || line.startsWith('#')) continue;
        // Quoted by git: rare enough to leave it to git.
        if (line.startsWith('"')) return null;
        next.push(await realpath(resolve(directory, line)));
      }
    }
    level = next;
  }
  return [...found];
};

/** Packs of a partial clone are marked so. */
export const isPartial = async (objects: string): Promise<boolean> =>
  (await readdir(join(objects, 'pack'))).some((name) => name.endsWith('.promisor'));

const isDirectory = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** A small file's text; empty when there is none. */
export const readIfThere = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return '';
    throw error;
  }
};

const oneLine = (text: string): string | null => text.replace(/[\n\r]+$/, '') || null;
