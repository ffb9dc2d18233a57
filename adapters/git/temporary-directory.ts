import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const prefix = 'repo-sync-git-';
/** No git process runs longer than a quarter of this. */
const staleMs = 60 * 60_000;

const live = new Set<string>();
const removeAll = (): void => {
  for (const path of live) rmSync(path, { recursive: true, force: true });
};

export interface TemporaryDirectory {
  readonly path: string;
  /** A second call does nothing. */
  remove(): Promise<void>;
}

/** A new directory below `root`, removed by its owner, or by this process's exit at the latest. */
export const createTemporaryDirectory = async (root: string): Promise<TemporaryDirectory> => {
  const path = await mkdtemp(join(root, `${prefix}${process.pid}-`));
  if (live.size === 0) process.once('exit', removeAll);
  live.add(path);
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
      live.delete(path);
      if (live.size === 0) process.off('exit', removeAll);
    },
  };
};

/**
 * Removes directories of processes that were killed: these are the only ones that are not removed otherwise.
 * A directory is stale when its process is gone and it has not changed for an hour.
 */
export const removeStaleDirectories = async (root: string, now: number): Promise<void> => {
  for (const name of await readdir(root)) {
    const pid = Number(name.startsWith(prefix) ? name.slice(prefix.length).split('-')[0] : Number.NaN);
    if (!Number.isInteger(pid) || isRunning(pid)) continue;
    const path = join(root, name);
    const changed = await stat(path).then(
      (found) => found.mtimeMs,
      () => now,
    );
    if (now - changed > staleMs) await rm(path, { recursive: true, force: true });
  }
};

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
