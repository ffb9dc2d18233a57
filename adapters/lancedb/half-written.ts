import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

/**
 * Removes the files of a table that had no name yet when their process was killed: LanceDB writes under `.tmp…`, and no prune of its own finds them. For the
 * table's one writer, before it writes.
 */
export const removeHalfWritten = async (tableDirectory: string): Promise<void> => {
  for (const name of await readdir(tableDirectory, { recursive: true }))
    if (basename(name).startsWith('.tmp')) await rm(join(tableDirectory, name), { force: true });
};
