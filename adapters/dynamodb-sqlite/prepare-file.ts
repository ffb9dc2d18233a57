import { closeSync, existsSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { importDynoxide } from './import-dynoxide.ts';
import { FORMAT, Store } from './store.ts';

/** The file cannot be used. The message says what to do. */
export class DatabaseFileError extends Error {
  override readonly name = 'DatabaseFileError';
}

/**
 * Makes the file, for its owner alone, or sees that it is whole and of a format that is known. What an earlier version of this program has left
 * in the same folder is copied into a new file, and kept under another name. Throws DatabaseFileError. Call it before any thread opens the file.
 */
export const prepareDatabaseFile = (path: string): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // SQLite gives its other files the mode of this one.
  closeSync(openSync(path, 'a', 0o600));
  const store = new Store(path);
  try {
    const { format, fault } = lookAt(store, path);
    if (fault !== null) throw damaged(path, fault);
    if (format > FORMAT)
      throw new DatabaseFileError(
        `${path} was written by a later version of this program (format ${format}, this one knows ${FORMAT}): use that version, or another directory with DATA_DIR`,
      );
    const earlier = join(dirname(path), 'dynamodb.sqlite');
    const kept = `${earlier}.imported`;
    if (format === 0) fill(store, earlier, kept);
    else if (existsSync(earlier))
      throw new DatabaseFileError(
        `${earlier}, which an earlier version of this program wrote, is beside ${path}, which is newer: move away the one that is not to be used`,
      );
  } finally {
    store.close();
  }
};

/** All at once: before the end of it, the next start begins anew, with the earlier file under whichever name it has then. */
const fill = (store: Store, earlier: string, kept: string): void =>
  store.write(() => {
    store.createSchema();
    const source = [earlier, kept].find((each) => existsSync(each));
    if (source === undefined) return;
    try {
      importDynoxide(source, store);
    } catch (error) {
      throw new DatabaseFileError(
        `${source}, which an earlier version of this program wrote, cannot be taken over (${(error as Error).message}): move it away to start without it; then repositories must be registered again`,
        { cause: error },
      );
    }
    if (source !== kept) renameSync(source, kept);
  });

const lookAt = (store: Store, path: string): { readonly format: number; readonly fault: string | null } => {
  try {
    store.configure();
    return { format: store.format(), fault: store.fault() };
  } catch (error) {
    throw damaged(path, (error as Error).message, error);
  }
};

const damaged = (path: string, why: string, cause?: unknown): DatabaseFileError =>
  new DatabaseFileError(
    `${path} is damaged (${why}): put a copy of it in its place, or move it away; then repositories must be registered again`,
    { cause },
  );
