import {
  closeSync,
  type Dirent,
  fstatSync,
  fsync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';

/**
 * Small files in one piece and at once. A turn each for opening, length, bytes and closing takes ten times as long as these do (measured), and so does one
 * for each of some hundred small directories. Only what waits for the disk, a sync, takes a turn.
 */

const synced = promisify(fsync);

/** What is not there is null. */
export const nullIfMissing = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
};

const orNull = <Found>(look: () => Found): Found | null => {
  try {
    return look();
  } catch (error) {
    return nullIfMissing(error as NodeJS.ErrnoException);
  }
};

/** Null for a directory too. */
export const fileAt = (path: string): Stats | null => {
  const found = orNull(() => statSync(path, { throwIfNoEntry: false }));
  return found?.isFile() === true ? found : null;
};

export const entriesNow = (path: string): readonly Dirent[] =>
  orNull(() => readdirSync(path, { withFileTypes: true })) ?? [];

/** False: the directory is not empty, not there, or may not be removed, and is in the way of nothing. */
export const removedNow = (path: string): boolean => {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
};

/** A file's bytes, where they are few; a larger one's descriptor, which is the caller's to close. */
export const openSmall = (path: string, mostBytes: number): Buffer | number | null => {
  const file = orNull(() => openSync(path, 'r'));
  if (file === null) return null;
  let isLeftOpen = false;
  try {
    const found = fstatSync(file);
    if (!found.isFile()) return null;
    isLeftOpen = found.size > mostBytes;
    return isLeftOpen ? file : readWhole(file, found.size);
  } finally {
    if (!isLeftOpen) closeSync(file);
  }
};

const readWhole = (file: number, size: number): Buffer => {
  const bytes = Buffer.allocUnsafe(size);
  let read = 0;
  for (let more = -1; more !== 0 && read < size; read += more) more = readSync(file, bytes, read, size - read, read);
  return bytes.subarray(0, read);
};

/** A new file. Throws where there is one. */
export const writeSmall = async (path: string, bytes: Buffer, isDurable: boolean): Promise<void> => {
  const file = openSync(path, 'wx');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    if (isDurable) await synced(file);
  } finally {
    closeSync(file);
  }
};

/** False: the new name's directory is not there, or any more. */
export const renamedNow = (path: string, name: string): boolean => {
  try {
    renameSync(path, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
};
