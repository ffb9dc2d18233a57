/** Turns text into vectors. The id names model, version and dimensions: index and query must use the same one. */
export interface Embedder {
  readonly id: string;
  readonly dimensions: number;
  /** One unit-length vector a text, in order. Throws EmbedderThrottledError, EmbedderUnavailableError or EmbedderRefusedError. */
  embed(texts: readonly string[], kind: 'document' | 'query'): Promise<readonly Float32Array[]>;
  /** Takes back the vectors of whole answers of `embed`, which no one reads any more. */
  release?(vectors: Iterable<Float32Array>): void;
}
