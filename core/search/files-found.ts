/** A test for paths. The key stands for it: two filters of one key pass the same paths. */
export interface PathFilter {
  readonly key: string;
  readonly passes: (path: string) => boolean;
  /** What every path that passes begins with; empty: anything. See literalPrefix. */
  readonly prefix: string;
}

/** What a branch's committed manifest holds, by blob; of one search. */
export interface BranchFiles {
  /** Reads what pathsOf is asked for next: the pages that may hold these blobs, all at the same time. */
  read(blobs: Iterable<string>): Promise<void>;
  /** Where the blob is in the branch; nothing for a blob that the branch does not hold, or that was not read. */
  pathsOf(blob: string): readonly string[];
  /** The blobs with a path that passes; undefined when they are more than `most`. */
  blobsWhere(filter: PathFilter, most: number): Promise<readonly string[] | undefined>;
  /** Indexed files whose path is this or ends with it after a slash, whatever the case. None where the branch has more than {@link MOST_NAMES} files. */
  named(lowered: string): Promise<readonly NamedFile[]>;
}

export interface NamedFile {
  readonly path: string;
  readonly blob: string;
}

/** Paths that are looked at for a name at most. 100,000 of them take 2 to 6 ms of a processor, once they are in memory (measured). */
export const MOST_NAMES = 500_000;

/**
 * Paths that a filter looks at before it lets others have the thread. A path takes it up to 2.3 µs (measured, gitignore
 * patterns), so searches and other requests wait for 10 ms at most: a page has 2,048 lines or fewer.
 */
export const PATHS_AT_ONCE = 2_000;

/** Lets whatever else is due have the thread. No waiting for a time, so it needs no clock. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
