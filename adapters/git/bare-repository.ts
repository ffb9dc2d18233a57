import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Oid } from '../../core/contract/ids.ts';
import { SourceUnusableError } from '../../core/domain/errors.ts';
import { pathFromBytes } from '../../core/manifest/git-path.ts';
import { diskFailure, onDisk } from '../system/disk-failure.ts';
import { type GitSetting, gitEnvironment } from './git-environment.ts';
import type { LocalRepository } from './local-repository.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

/** An empty bare repository in a temporary directory. It never has a remote of its own: calls bring theirs. */
export interface BareRepository {
  readonly gitDir: string;
  /** The source whose objects it reads where they are; null when they have to be fetched. */
  readonly inPlace: LocalRepository | null;
  /** @see gitEnvironment */
  environment(protocol: 'https' | 'http' | 'file' | null, settings?: readonly GitSetting[]): Record<string, string>;
  /**
   * Makes it forget the partial-clone setting that a filtered fetch leaves behind: git looks for absent objects at a
   * remote only when it knows of one.
   */
  forgetRemote(): Promise<void>;
  /** Bytes of packs, finished and growing ones. */
  packBytes(): Promise<number>;
  remove(): Promise<void>;
}

/** What users read when its disk is full. */
const place = 'the temporary directory';

export type ObjectFormat = 'sha1' | 'sha256';

/**
 * The hash that made this object id. Ids go to git as they are, and nothing else may.
 * @throws SourceUnusableError for what is no object id.
 */
export const objectFormatOf = (oid: string): ObjectFormat => {
  if (!Oid.safeParse(oid).success) throw new SourceUnusableError('not a git object id');
  return oid.length === 64 ? 'sha256' : 'sha1';
};

/**
 * Written by hand: `git init` costs a process and copies templates.
 * @param inPlace a local source whose objects it borrows, as `git clone --shared` does. Of the source only objects are read:
 * neither settings and hooks, nor replace references and grafts.
 */
export const createBareRepository = async (
  root: string,
  format: ObjectFormat,
  inPlace: LocalRepository | null = null,
): Promise<BareRepository> => {
  const directory = await onDisk(place, () => createTemporaryDirectory(root));
  const home = join(directory.path, 'home');
  const gitDir = join(directory.path, 'git');
  const packs = join(gitDir, 'objects', 'pack');
  const config = [
    '[core]',
    '\trepositoryformatversion = 1',
    '\tbare = true',
    '[extensions]',
    `\tobjectformat = ${format}`,
    '',
  ].join('\n');
  const writeConfig = (): Promise<void> => writeFile(join(gitDir, 'config'), config);
  try {
    await Promise.all([home, packs, join(gitDir, 'refs')].map((path) => mkdir(path, { recursive: true })));
    await writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/none\n');
    await writeConfig();
    if (inPlace !== null) await borrowObjects(gitDir, inPlace);
  } catch (error) {
    await directory.remove();
    throw diskFailure(error, place);
  }
  return {
    gitDir,
    inPlace,
    environment: (protocol, settings) => gitEnvironment({ home, gitDir }, protocol, settings),
    forgetRemote: writeConfig,
    async packBytes() {
      let bytes = 0;
      for (const name of await readdir(packs)) {
        // A growing pack is renamed when it is complete.
        bytes += await stat(join(packs, name)).then(
          (found) => found.size,
          () => 0,
        );
      }
      return bytes;
    },
    remove: () => directory.remove(),
  };
};

const borrowObjects = async (gitDir: string, { objectDirectories, shallow }: LocalRepository): Promise<void> => {
  const info = join(gitDir, 'objects', 'info');
  await mkdir(info);
  // Git reads a line that is quoted as C quotes: a path may have a newline.
  const lines = objectDirectories.map((path) => `${pathFromBytes(Buffer.from(path))}\n`);
  await writeFile(join(info, 'alternates'), lines.join(''));
  if (shallow !== '') await writeFile(join(gitDir, 'shallow'), shallow);
};
