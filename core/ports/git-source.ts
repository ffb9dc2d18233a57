import type { CredentialUse } from '../domain/credential-bounds.ts';
import type { TreeChange, TreeEntry } from '../manifest/manifest.ts';

/** What a repository is read from. `credential` is a reference, never a secret, and says in whose name it is used. */
export interface Source {
  readonly url: string;
  readonly credential?: CredentialUse | undefined;
  /** Whose repository it is. */
  readonly owner?: string | undefined;
}

export interface RemoteHeads {
  /** The branch that HEAD points to; null for an empty repository or a detached HEAD. */
  readonly defaultBranch: string | null;
  /** Branch name to commit oid. */
  readonly branches: ReadonlyMap<string, string>;
}

export interface GitCallOptions {
  /** Aborts the running git process (and its children). */
  readonly signal?: AbortSignal | undefined;
}

/** What calls to one source that follow each other leave for the next, such as a connection. The caller that made it closes what it holds. */
export interface Visit {
  held?: Held | undefined;
}

export interface Held {
  close(): Promise<void>;
}

export interface VisitOptions extends GitCallOptions {
  readonly visit?: Visit | undefined;
}

/** How a branch moved from one commit to another. */
export interface CommitCount {
  /** Commits in `from..to`; null when it could not be counted within the limits (the old commit is not an ancestor any more and is gone). */
  readonly count: number | null;
  /** True when `from` is no ancestor of `to`: the branch was rewritten. */
  readonly rewritten: boolean;
}

/**
 * The files of an older commit as the caller keeps them, in tree order. A server's trees can be put together of them in place of asking for them. They are a help only: what is
 * made of them is checked. Null: they are more than is worth reading, or cannot be read now.
 */
export interface KnownFiles {
  /** All below a directory. Its path is empty, or ends with a slash. */
  below(directory: string): Promise<readonly TreeEntry[] | null>;
  /** What is at each of these paths, which are in tree order; null where nothing is. */
  at(paths: readonly string[]): Promise<readonly (TreeEntry | null)[] | null>;
}

/** A source opened at some commits, without history and without blobs. Close it: it holds a temporary directory. */
export interface Snapshot {
  /** The whole tree of one of the opened commits, recursively, in tree order, streamed in blocks. Sizes are null (blobs may be absent). */
  tree(commit: string): AsyncIterable<readonly TreeEntry[]>;
  /**
   * What is different in the tree of the opened commit `to` from that of an older commit, in tree order, streamed in blocks; null where
   * only whole trees can be read. Throws as `tree` does, also when the older commit is not there any more, or the source does not tell
   * what has changed.
   * @param known the files of `from`.
   */
  changes(from: string, to: string, known?: KnownFiles): AsyncIterable<readonly TreeChange[]> | null;
  /** Commits in `from..to`, exact, in proportion to the change (design: tree:0, deepened step by step). */
  countCommits(from: string, to: string): Promise<CommitCount>;
  /**
   * Contents of a few blobs that `changes` has named, where an open connection can bring them; `maxBytes`: of all together. Fewer of
   * them, or none, where they cannot: `GitSource.blobs` has the rest.
   */
  blobs(oids: readonly string[], maxBytes: number): AsyncIterable<Blob>;
  close(): Promise<void>;
}

export interface OpenedHead {
  readonly branch: string;
  readonly commit: string;
  /** The commit since when the changes are wanted. Without it, a remote cannot tell them: only the whole tree is read. */
  readonly since?: string | undefined;
}

export interface Blob {
  readonly oid: string;
  /** Null when the blob is larger than the cap that was asked for; its size is still true. Good until the next blob is asked for: its memory may be used again then. */
  readonly content: Uint8Array | null;
  readonly size: number;
}

/**
 * A git repository somewhere else. Nothing here keeps a mirror: every call works in a temporary directory.
 * Every method throws SourceUnavailableError (try again), SourceNotFoundError, SourceRefusedError or
 * SourceUnusableError (limits, malformed objects), and never tells "nothing" when it could not look.
 */
export interface GitSource {
  heads(source: Source, options?: VisitOptions): Promise<RemoteHeads>;
  /** Opens the source at these commits (heads of these branches). Throws BranchNotFoundError when a branch is gone: as `heads` saw it, in the same visit. */
  open(source: Source, heads: readonly OpenedHead[], options?: VisitOptions): Promise<Snapshot>;
  /**
   * Contents of blobs, fetched in one request, streamed in the order asked for. `maxBytes`: larger blobs come without content.
   * Throws SourceUnusableError when the source does not have a blob that its tree names.
   */
  blobs(
    source: Source,
    commits: readonly string[],
    oids: readonly string[],
    options: GitCallOptions & { readonly maxBytes: number },
  ): AsyncIterable<Blob>;
}
