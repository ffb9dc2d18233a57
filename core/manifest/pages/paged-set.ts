/**
 * A sorted set of lines, kept as pages: a tree of depth two whose leaves are named by their content. Where a page ends is decided
 * by its own lines alone, so the same lines are the same pages, by any writer and in any order, and a change makes a few new
 * pages. A root lists the pages of each of its sets (see manifest-root.ts).
 */
export interface SetKind {
  /** What a root calls the set. */
  readonly name: string;
  /** What a line is found by. No two lines of a set have the same key. */
  readonly keyOf: (line: string) => string;
  /** The set's order, of keys. Negative when `a` comes first. */
  readonly compare: (a: string, b: string) => number;
  /** What a root sums up of a page's lines; null for a line that adds nothing. */
  readonly sumsOf: (line: string) => Sums | null;
}

/** Of indexed files: how many, and their chunks and bytes. */
export interface Sums {
  readonly files: number;
  readonly chunks: number;
  readonly bytes: number;
}

/** What a root knows of a page. */
export interface PageRef extends Sums {
  /** The hash of its text. */
  readonly name: string;
  /** The job that wrote it: its object is under that job's id. */
  readonly writer: string;
  /** The bytes that it takes in the object store. */
  readonly stored: number;
  readonly lines: number;
  readonly firstKey: string;
}

/** What a key's line becomes; null: it goes. */
export interface PageChange {
  readonly key: string;
  readonly line: string | null;
}

/** The lines of a page, in their order. */
export type ReadPage = (page: PageRef) => Promise<readonly string[]>;

/** Keeps a page (its text, or that as UTF-8), or finds that it is kept already, and tells where it stands. `lines`: what the text was made of, where they are at hand. */
export type WritePage = (
  name: string,
  text: string | Uint8Array<ArrayBuffer>,
  lines?: readonly string[],
) => Promise<Pick<PageRef, 'writer' | 'stored'>>;

/** Pages that are read or written at the same time: an fsync of one machine, or a request to S3, waits for no other. */
export const PAGES_AT_ONCE = 16;

/** All that a root knows of a set: the sums of its pages. */
export const sumOf = (pages: readonly PageRef[]): Sums & { readonly lines: number } => {
  const sums = { lines: 0, files: 0, chunks: 0, bytes: 0 };
  for (const page of pages) {
    sums.lines += page.lines;
    sums.files += page.files;
    sums.chunks += page.chunks;
    sums.bytes += page.bytes;
  }
  return sums;
};

/** The place of the page that holds the key, if any page does: the last one that begins at it or before. -1: the key is before all pages. */
export const placeOf = ({ compare }: SetKind, pages: readonly PageRef[], key: string): number => {
  let low = 0;
  let high = pages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare((pages[middle] as PageRef).firstKey, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};
