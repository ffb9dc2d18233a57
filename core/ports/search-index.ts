/** Hits of one answer at most: what S3 Vectors answers with. */
export const MAX_HITS = 10_000;

/** What a row holds: 2 since rows name their languages. A generation of other rows is filled anew by the next sync. */
export const ROW_VERSION = 2;

/** What a generation is called; all that it takes to drop it. A repository's numbers are given once, whatever becomes of it. */
export interface GenerationName {
  readonly repositoryId: string;
  readonly number: number;
}

/** One vector index of a repository. Of a key (blob, ordinal) only `languages` ever changes: a row put again brings more of them. */
export interface Generation extends GenerationName {
  readonly dimensions: number;
  /** What it is made with, and by which job. The index keeps it from its creation on; absent: made before that was kept. */
  readonly identity?: string | undefined;
  /** For an index that keeps words apart from its rows: what its last settle before a publish has answered; empty: nothing yet; absent: it was made before words were kept. */
  readonly words?: string | undefined;
  /** The job that writes; absent for those who read. */
  readonly writer?: string | undefined;
}

/** What a publish tells an index that it settles, once it knows: it writes its manifests meanwhile. Both throw where it has failed. */
export interface Settlement {
  /** Rows that no branch has any more once this is published, at most. */
  dropped(): Promise<number>;
  /** Of these blobs, those that no branch has then. */
  unheld(blobs: ReadonlySet<string>): Promise<ReadonlySet<string>>;
}

/** What {@link SearchIndex.inspect} finds. */
export type IndexState =
  /** `rows`: how many it holds; null where the store cannot count them at once. */
  | { readonly kind: 'whole'; readonly rows: number | null }
  | { readonly kind: 'absent' }
  /** Parts of it are gone or cannot be read, or it is another than the one asked for; `why` is for the log. */
  | { readonly kind: 'damaged'; readonly why: string };

export interface IndexRow {
  readonly blob: string;
  readonly ordinal: number;
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
  /** Of all paths, in any branch, at which the blob stands; more do no harm. */
  readonly languages: readonly string[];
  readonly vector: Float32Array;
}

export interface IndexQuery {
  readonly vector: Float32Array;
  /** The words as the user typed them; an empty string means: by vector only. */
  readonly words: string;
  /** How many hits at most. */
  readonly limit: number;
  /** Only rows of these blobs. Use it for short lists (some hundreds); absent means: of any blob. */
  readonly blobs?: readonly string[] | undefined;
  /** Only rows that name this language, which may be most of them; asked of generations of ROW_VERSION only. */
  readonly language?: string | undefined;
}

export interface IndexHit {
  readonly blob: string;
  readonly ordinal: number;
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
  /** Larger is better; comparable within one answer only. */
  readonly score: number;
}

/**
 * The vectors and words of all generations. Where a generation is absent every call but `create`, `inspect` and `drop` throws
 * GenerationNotFoundError, and where it is damaged IndexDamagedError: nothing is never an answer for something that is lost.
 */
export interface SearchIndex {
  /**
   * Makes a generation, without rows. One of the same identity that is there stays as it is, so a job that is resumed may call it
   * again; one of another identity goes first: tables that were restored to an earlier time have forgotten it.
   */
  create(generation: Generation): Promise<void>;
  /** Whether it is there, is the one that is meant, and has all its parts; `newest`: blobs that must have a row of ordinal 0. Costs the same however many rows there are. */
  inspect(generation: Generation, newest: readonly string[]): Promise<IndexState>;
  /** Puts rows; a row whose key exists is replaced. */
  put(generation: Generation, rows: readonly IndexRow[]): Promise<void>;
  /** All rows of these blobs, in no order. `chunks`: how many each blob has, for stores that look up by key only. */
  get(generation: Generation, blobs: readonly { oid: string; chunks: number }[]): Promise<readonly IndexRow[]>;
  /** Deletes these blobs' rows; what is not there is no error. */
  delete(generation: Generation, blobs: readonly { oid: string; chunks: number }[]): Promise<void>;
  /** Says that a query of these words comes, as soon as its vector is made: an index that reads its words from afar begins to. Never throws; absent where nothing is gained. */
  expect?(generation: Generation, words: string): void;
  /** Best first; fewer than `limit`, which is at most MAX_HITS, only where there are no more. */
  query(generation: Generation, query: IndexQuery): Promise<readonly IndexHit[]>;
  /** Called once after a job's writes and before its publish: builds or refreshes what makes queries fast and complete. Answers what the generation's `words` are from the publish on; undefined: what they were. With nothing to do it may overlook that the generation is absent. */
  settle(generation: Generation, settlement: Settlement): Promise<string | undefined>;
  /** Removes the whole generation, in whatever state it is; an absent one is no error. */
  drop(generation: GenerationName): Promise<void>;
}
