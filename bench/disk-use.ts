import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes that the files below a directory take on disk: whole blocks, holes left out, a file with two names twice. */
export const diskUse = async (directory: string): Promise<number> => {
  let bytes = 0;
  const pending = [directory];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    // What goes while it is looked at takes nothing.
    const entries = await readdir(at, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) pending.push(path);
      else bytes += ((await lstat(path).catch(() => null))?.blocks ?? 0) * 512;
    }
  }
  return bytes;
};

export interface SettledDisk {
  readonly bytes: number;
  /** At the first look: what a job leaves for the moment. */
  readonly first: number;
}

/**
 * What a directory takes once its owner has tidied up: the service prunes old versions some ten seconds after a sync. Looks
 * each `milliseconds`, `looks` times at most, and no longer once it has shrunk and then stayed the same for two looks.
 */
export const settledDiskUse = async (
  directory: string,
  { looks = 15, milliseconds = 1000, measure = diskUse } = {},
): Promise<SettledDisk> => {
  const first = await measure(directory);
  let bytes = first;
  let same = 0;
  for (let n = 0; n < looks && !(bytes < first && same >= 2); n++) {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    const now = await measure(directory);
    same = now === bytes ? same + 1 : 0;
    bytes = now;
  }
  return { bytes, first };
};
