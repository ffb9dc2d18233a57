import { PathPartError } from './errors.ts';

/** A part of a path; bytes for a name that is not UTF-8 (`path_bytes` of an answer, decoded). */
export type PathPart = string | Uint8Array;

/**
 * A part as it stands in an address. What is empty, `.` or `..` is refused: no escape keeps those (a URL takes `%2e%2e` for `..` too), and the
 * address would name another call, such as a repository in the place of a branch of it.
 */
export const encodedPart = (name: string, part: PathPart): string => {
  const encoded =
    typeof part === 'string'
      ? encodeURIComponent(part)
      : Array.from(part, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  if (/^(?:\.|%2e){0,2}$/.test(encoded)) throw new PathPartError(name);
  return encoded;
};
