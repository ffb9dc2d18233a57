import { DiskUnusableError } from '../../core/domain/errors.ts';
import { failureOf } from '../../core/domain/failure-of.ts';
import type { FailureReason } from '../../core/domain/failure-reasons.ts';

const byCode: ReadonlyMap<unknown, FailureReason> = new Map([
  ['ENOSPC', 'disk_full'],
  ['EDQUOT', 'disk_full'],
  ['EROFS', 'disk_read_only'],
]);

/** For what keeps no code: libraries in Rust and C. */
const byWords: readonly (readonly [RegExp, FailureReason])[] = [
  [/No space left on device|Disk quota exceeded|database or disk is full/, 'disk_full'],
  [/Read-only file system|attempt to write a readonly database/, 'disk_read_only'],
];

/**
 * A disk that is full or cannot be written to, by name; any other error as it is.
 * @param where In a user's words, without a path.
 */
export const diskFailure = (error: unknown, where: string): unknown => {
  if (!(error instanceof Error) || error instanceof DiskUnusableError) return error;
  const reason =
    byCode.get((error as NodeJS.ErrnoException).code) ?? byWords.find(([words]) => words.test(error.message))?.[1];
  return reason === undefined ? error : failureOf(reason, where, { cause: error });
};

/** What writes to the disk, with {@link diskFailure} for its errors. */
export const onDisk = async <T>(where: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw diskFailure(error, where);
  }
};
