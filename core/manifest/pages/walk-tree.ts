import { comparePaths, pathFromBytes, pathToBytes } from '../git-path.ts';
import { pathOfLine } from '../manifest.ts';
import { pathSet } from './manifest-sets.ts';
import { type PageRef, placeOf, type ReadPage } from './paged-set.ts';
import { firstAtOrAfter } from './read-pages.ts';

/** An entry of a directory: a file, by its line of the manifest, or another directory. Names as a manifest has them. */
export type TreeChild =
  | { readonly kind: 'file'; readonly path: string; readonly line: string; readonly next: string }
  | { readonly kind: 'directory'; readonly path: string; readonly next: string };

const SLASH = 0x2f;

/**
 * The entries of a directory, in tree order; `next` is where the walk continues after one. Reads the pages that the directory's own entries are in,
 * and none of what is below them.
 *
 * @param directory without a slash at its end; empty: the top.
 * @param from a `next`; undefined: from the beginning.
 */
export async function* walkDirectory(
  pages: readonly PageRef[],
  read: ReadPage,
  directory: string,
  from?: string,
): AsyncGenerator<TreeChild> {
  const base = directory === '' ? new Uint8Array() : bytesOf(directory, SLASH);
  const end = directory === '' ? undefined : pathFromBytes(bytesOf(directory, SLASH + 1));
  let next = from ?? pathFromBytes(base);
  let at = Math.max(0, placeOf(pathSet, pages, next));
  while (at < pages.length) {
    const lines = await read(pages[at] as PageRef);
    for (let n = firstAtOrAfter(pathSet, lines, next); n < lines.length; n = firstAtOrAfter(pathSet, lines, next)) {
      const line = lines[n] as string;
      const path = pathOfLine(line);
      if (end !== undefined && comparePaths(path, end) >= 0) return;
      const bytes = pathToBytes(path);
      const slash = bytes.indexOf(SLASH, base.length);
      const child = slash < 0 ? path : pathFromBytes(bytes.subarray(0, slash));
      next = pathFromBytes(bytesOf(child, slash < 0 ? 0 : SLASH + 1));
      yield slash < 0 ? { kind: 'file', path, line, next } : { kind: 'directory', path: child, next };
    }
    at = Math.max(at + 1, placeOf(pathSet, pages, next));
  }
}

/** A path's bytes with one more. */
const bytesOf = (path: string, more: number): Uint8Array => Uint8Array.of(...pathToBytes(path), more);
