import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { guardDirectory } from '../system/thread-guard.ts';

export interface TemporaryDirectory {
  readonly path: string;
  /** A second call does nothing. */
  remove(): Promise<void>;
}

/** A new directory below `root`, removed by its owner, or when this thread ends, however it does. */
export const createTemporaryDirectory = async (root: string): Promise<TemporaryDirectory> => {
  const path = join(root, `repo-sync-git-${randomUUID()}`);
  const release = guardDirectory(path);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    release();
    throw error;
  }
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
      release();
    },
  };
};
