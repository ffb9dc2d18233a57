/** A piece of a file. Lines are counted from 1, both ends included. */
export interface Chunk {
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
}

/** Splits text along its syntax where the language is known, else by lines. Never throws for bad input. */
export interface Chunker {
  /** Part of a generation's identity: another version may cut elsewhere. */
  readonly version: string;
  chunk(path: string, text: string): Promise<readonly Chunk[]>;
  /** Lets go of memory that the next call takes again. */
  release?(): void;
}
