import { mkdir, stat } from 'node:fs/promises';

/** A directory that cannot be used for what only its owner may read. The message says what to do. */
export class DirectoryRefusedError extends Error {
  override readonly name = 'DirectoryRefusedError';
}

/**
 * Makes a directory that only this user may enter (mode 0700), and refuses one that is there already and looser: others could read
 * what is indexed, and the keys that tokens are signed with.
 */
export const openPrivateDirectory = async (path: string): Promise<void> => {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new DirectoryRefusedError(`${path} cannot be made (${code}): choose another directory with DATA_DIR`, {
      cause: error,
    });
  }
  const { mode, uid } = await stat(path);
  if (uid !== process.geteuid?.())
    throw new DirectoryRefusedError(`${path} belongs to another user: choose another directory with DATA_DIR`);
  if ((mode & 0o077) !== 0)
    throw new DirectoryRefusedError(`${path} can be entered by other users: run chmod 700 '${path}'`);
};
