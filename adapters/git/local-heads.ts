import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BranchName, Oid } from '../../core/contract/ids.ts';
import type { RemoteHeads } from '../../core/ports/git-source.ts';
import { findLocalRepository, readIfThere } from './local-repository.ts';

/**
 * Where the branches of a repository of this machine are, read from its files: two processes of git take a service 24 ms for it, and this 1.3 (measured). Null whenever
 * anything is out of the ordinary, such as another way to keep references, or settings that hide some: then git is asked, and says what is wrong.
 *
 * A branch whose commit is not there is listed, and fails when it is read; git does not list it.
 *
 * @param maxBytes of references; more are git's matter.
 */
export const readLocalHeads = async (path: string, maxBytes: number): Promise<RemoteHeads | null> => {
  const repository = await findLocalRepository(path);
  if (repository === null) return null;
  const { gitDir, commonDir } = repository;
  try {
    if (!isPlain(await readIfThere(join(commonDir, 'config')))) return null;
    const named = await readHead(join(gitDir, 'HEAD'));
    if (named === null) return null;
    // In this order: a reference that is packed meanwhile is in one of the two.
    const loose = await readLoose(join(commonDir, 'refs', 'heads'), '');
    const packed = loose === null ? null : await readPacked(join(commonDir, 'packed-refs'), maxBytes);
    if (loose === null || packed === null) return null;
    const commits = new Map([...packed, ...loose]);
    const bytes = [...commits].reduce((sum, [name, commit]) => sum + name.length + commit.length, 0);
    if (bytes > maxBytes) return null;
    const names = [...commits.keys()].filter((name) => BranchName.safeParse(name).success);
    const branches = new Map(names.sort(byBytes).map((name) => [name, commits.get(name) ?? '']));
    return { defaultBranch: branches.has(named) ? named : null, branches };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
};

/** The branch that HEAD names, empty where it is on a commit; null for anything else, such as the links that it was long ago. */
const readHead = async (file: string): Promise<string | null> => {
  if (!(await lstat(file)).isFile()) return null;
  const text = (await readIfThere(file)).trimEnd();
  return /^ref: refs\/heads\/(.+)$/.exec(text)?.[1] ?? (Oid.safeParse(text).success ? '' : null);
};

/** Sections that no server of references reads, and what in `core` is no more than what `git init` and `git clone` write. */
const plainSection = /^\[(?:remote|branch|submodule) "[^"\\]*"\]$|^\[(?:core|user|pull|commit|lfs)\]$/;
const plainSetting = /^[A-Za-z][\w-]* *= *[^"\\#;]*$/;
const plainCore =
  /^(?:repositoryformatversion *= *0|(?:bare|filemode|ignorecase|logallrefupdates|precomposeunicode|symlinks) *= *(?:true|false))$/;

/** A configuration that hides no reference, keeps them in files, and at which git does not stop. */
const isPlain = (config: string): boolean => {
  let section = '';
  for (const line of config.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    if (line.startsWith('[')) section = line;
    if (!(line === section ? plainSection : section === '[core]' ? plainCore : plainSetting).test(line)) return false;
  }
  return true;
};

/** By branch; null where a file holds anything but a commit's id, as a symbolic reference does. */
const readLoose = async (directory: string, prefix: string): Promise<ReadonlyMap<string, string> | null> => {
  const found = new Map<string, string>();
  for (const entry of await readdir(join(directory, prefix), { withFileTypes: true })) {
    const name = prefix + entry.name;
    // What is no UTF-8 has no name here.
    if (name.includes('\uFFFD')) return null;
    if (name.endsWith('.lock')) continue;
    if (entry.isDirectory()) {
      const below = await readLoose(directory, `${name}/`);
      if (below === null) return null;
      for (const [branch, commit] of below) found.set(branch, commit);
      continue;
    }
    const text = entry.isFile() ? await readIfThere(join(directory, name)) : null;
    const commit = text?.trimEnd();
    // Gone meanwhile: it is packed, or deleted.
    if (commit === '') continue;
    if (!Oid.safeParse(commit).success) return null;
    found.set(name, commit as string);
  }
  return found;
};

const packedBranch = /^([0-9a-f]+) refs\/heads\/(.+)$/;

const readPacked = async (file: string, maxBytes: number): Promise<ReadonlyMap<string, string> | null> => {
  const size = (await stat(file).catch(() => null))?.size ?? 0;
  if (size > maxBytes) return null;
  const found = new Map<string, string>();
  for (const line of (await readIfThere(file)).split('\n')) {
    const [, commit, name] = packedBranch.exec(line) ?? [];
    if (commit === undefined || name === undefined) continue;
    if (name.includes('\uFFFD') || !Oid.safeParse(commit).success) return null;
    found.set(name, commit);
  }
  return found;
};

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
