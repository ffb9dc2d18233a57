/** Hits of one answer at most: what S3 Vectors answers with. */
export const MAX_HITS = 10_000;

/** What a row holds: 2 since rows name their languages. A generation of other rows is filled anew by the next sync. */
export const ROW_VERSION = 2;

/** One vector index of a repository. Of a key (blob, ordinal) only `languages` ever changes: a row put again brings more of them. */
export interface Generation {
  readonly repositoryId: string;
  readonly number: number;
  readonly dimensions: number;
}

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

/** The vectors and words of all generations. */
export interface SearchIndex {
  /** Puts rows; a row whose key exists is replaced. Creates the generation when it is not there. */
  put(generation: Generation, rows: readonly IndexRow[]): Promise<void>;
  /** All rows of these blobs, in no order. An absent generation has none. `chunks`: how many each blob has, for stores that look up by key only. */
  get(generation: Generation, blobs: readonly { oid: string; chunks: number }[]): Promise<readonly IndexRow[]>;
  /** Deletes these blobs' rows; what is not there is no error. */
  delete(generation: Generation, blobs: readonly { oid: string; chunks: number }[]): Promise<void>;
  /** Best first; fewer than `limit`, which is at most MAX_HITS, only where there are no more. An absent generation answers with nothing. */
  query(generation: Generation, query: IndexQuery): Promise<readonly IndexHit[]>;
  /** Called once after a job's writes and before its publish: builds or refreshes what makes queries fast and complete. */
  settle(generation: Generation): Promise<void>;
  /** Removes the whole generation; an absent one is no error. */
  drop(generation: Generation): Promise<void>;
}
