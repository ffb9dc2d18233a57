import { ObjectDamagedError } from '../../core/domain/errors.ts';

/** zlib's codes for content that is cut short (`Z_BUF_ERROR`) or is none (`ZSTD_error_…`). */
const codes = /^(Z_|ZSTD_)/;

/** An error of the decompression of an object under its name; any other as it is. */
export const orDamaged = (key: string, error: unknown): unknown =>
  codes.test(String((error as NodeJS.ErrnoException | null)?.code))
    ? new ObjectDamagedError(`the object ${key} is cut short or overwritten`, { cause: error })
    : error;
