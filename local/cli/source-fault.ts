import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What was named on the command line cannot be indexed; known before anything is started. */
export class SourceFault extends Error {
  override readonly name = 'SourceFault';
}

/** The folder that a source names; null for what is not on this machine. */
export const folderOf = (url: string): string | null => {
  if (url.startsWith('/')) return url;
  return /^file:/i.test(url) && URL.canParse(url) ? fileURLToPath(url) : null;
};

/** Throws SourceFault, in one line, where a folder is named that is no repository. What only the service can tell is left to it. */
export const checkSource = async (url: string): Promise<void> => {
  const folder = folderOf(url);
  if (folder === null) return;
  // Where git itself looks.
  for (const candidate of [folder, join(folder, '.git'), `${folder}.git`, join(`${folder}.git`, '.git')])
    if (await isGitDirectory(candidate)) return;
  const found = await kindOf(folder);
  if (found === null) throw new SourceFault(`${folder}: there is no such folder`);
  if (found === 'file') throw new SourceFault(`${folder} is a file: name the folder of a git repository`);
  const above = await repositoryAbove(folder);
  throw new SourceFault(
    above === null
      ? `${folder} is no git repository: name a folder that git init or git clone has made`
      : `${folder} is a folder of the git repository ${above}: name that`,
  );
};

/** A `.git` file leads to one, as in a linked worktree. */
const isGitDirectory = async (path: string): Promise<boolean> => {
  const kind = await kindOf(path);
  if (kind === 'file') return path.endsWith('.git');
  return (
    kind === 'folder' && (await kindOf(join(path, 'HEAD'))) !== null && (await kindOf(join(path, 'objects'))) !== null
  );
};

const repositoryAbove = async (folder: string): Promise<string | null> => {
  for (let at = folder; at !== dirname(at); ) {
    at = dirname(at);
    if ((await kindOf(join(at, '.git'))) !== null) return at;
  }
  return null;
};

const kindOf = async (path: string): Promise<'file' | 'folder' | null> => {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  return found.isDirectory() ? 'folder' : 'file';
};
