import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { halfWritten } from '../adapters/files/object-store.ts';

/** For all that is temporary on one machine: git's repositories and, by TMPDIR, what LanceDB sorts on disk. */
export const temporaryDirectory = (dataDir: string): string => join(dataDir, 'tmp');

/** Where the object store is. */
export const objectsDirectory = (dataDir: string): string => join(dataDir, 'objects');

/**
 * Removes what processes that were killed have left behind, however lately. Call it while holding the data directory, and before anything
 * is written: then its owner is certainly dead, which neither an age nor a process id could tell.
 */
export const sweepTemporaryFiles = async (dataDir: string): Promise<void> => {
  const temporary = temporaryDirectory(dataDir);
  // With retries: a git process that is being killed may write on for a moment.
  for (const directory of [temporary, halfWritten(objectsDirectory(dataDir))])
    await rm(directory, { recursive: true, force: true, maxRetries: 10 });
  await mkdir(temporary, { mode: 0o700 });
  for (const name of await readdir(dataDir)) if (isUnfinished(name)) await rm(join(dataDir, name), { force: true });
};

/** A private file on its way (`writePrivately`). `npm run token` writes one too, without holding the directory: its process is looked for. */
const isUnfinished = (name: string): boolean => {
  const pid = Number(/\.(\d+)\.tmp$/.exec(name)?.[1]);
  if (!Number.isInteger(pid)) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
};
