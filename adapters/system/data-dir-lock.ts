import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another live process owns the directory. */
export class DataDirInUseError extends Error {
  override readonly name = 'DataDirInUseError';
}

/**
 * Takes the directory for this process, and returns what gives it back. It is a lock on a SQLite file of its own: the
 * kernel frees it however this process ends, so it is never stale. (The database itself may be opened twice unnoticed.)
 */
export const holdDataDir = (dataDir: string): (() => void) => {
  const lock = new DatabaseSync(join(dataDir, 'owner.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new DataDirInUseError(
      `${dataDir} is in use by another process: stop it, or choose another directory with DATA_DIR`,
      { cause: error },
    );
  }
  return () => {
    if (lock.isOpen) lock.close();
  };
};
