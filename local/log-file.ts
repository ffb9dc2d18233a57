import { appendFileSync, renameSync, statSync } from 'node:fs';

/** A larger log is put aside at the next start, as `<name>.1`: there are at most two. */
const LARGEST_BYTES = 10 * 1024 * 1024;

/** Where the service's log goes: standard error, or a file that every thread appends to, for its own user alone. */
export const logTo = (file: string | null | undefined): ((line: string) => void) => {
  if (file === null || file === undefined)
    return (line) => {
      process.stderr.write(line);
    };
  // Each line is one append, so that lines of several threads do not run into each other.
  return (line) => appendFileSync(file, line, { mode: 0o600 });
};

export const putLargeLogAside = (file: string): void => {
  if (logSize(file) > LARGEST_BYTES) renameSync(file, `${file}.1`);
};

/** Bytes; 0 where there is no log. */
export const logSize = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
