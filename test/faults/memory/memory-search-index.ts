import {
  type Generation,
  type IndexHit,
  type IndexQuery,
  type IndexRow,
  MAX_HITS,
  type SearchIndex,
} from '../../../core/ports/search-index.ts';

/** Rows in maps, by generation and key; a query compares with each. */
export class MemorySearchIndex implements SearchIndex {
  readonly #generations = new Map<string, Map<string, IndexRow>>();

  /** Names of all generations that have been made and not dropped, as `repository/number`. */
  generations(): readonly string[] {
    return [...this.#generations.keys()];
  }

  /** Every row of a generation, by its key. */
  rows(generation: string): ReadonlyMap<string, IndexRow> {
    return this.#generations.get(generation) ?? new Map();
  }

  async put(generation: Generation, rows: readonly IndexRow[]): Promise<void> {
    for (const { vector } of rows) needDimensions(generation, vector);
    const name = nameOf(generation);
    const stored = this.#generations.get(name) ?? new Map<string, IndexRow>();
    this.#generations.set(name, stored);
    for (const row of rows) stored.set(`${row.blob}/${row.ordinal}`, row);
  }

  async get(generation: Generation, blobs: readonly { oid: string }[]): Promise<readonly IndexRow[]> {
    const wanted = new Set(blobs.map(({ oid }) => oid));
    return [...this.rows(nameOf(generation)).values()].filter(({ blob }) => wanted.has(blob));
  }

  async delete(generation: Generation, blobs: readonly { oid: string; chunks: number }[]): Promise<void> {
    const stored = this.#generations.get(nameOf(generation));
    for (const { oid, chunks } of blobs)
      for (let ordinal = 0; ordinal < chunks; ordinal++) stored?.delete(`${oid}/${ordinal}`);
  }

  async query(generation: Generation, query: IndexQuery): Promise<readonly IndexHit[]> {
    const { vector, limit, blobs, language } = query;
    needDimensions(generation, vector);
    const allowed = blobs === undefined ? null : new Set(blobs);
    return [...this.rows(nameOf(generation)).values()]
      .filter(
        ({ blob, languages }) =>
          (allowed?.has(blob) ?? true) && (language === undefined || languages.includes(language)),
      )
      .map(({ vector: own, languages: _, ...hit }) => ({ ...hit, score: dot(own, vector) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, Math.min(limit, MAX_HITS));
  }

  async settle(): Promise<void> {}

  async drop(generation: Generation): Promise<void> {
    this.#generations.delete(nameOf(generation));
  }
}

const nameOf = ({ repositoryId, number }: Generation): string => `${repositoryId}/${number}`;

const needDimensions = ({ dimensions }: Generation, vector: Float32Array): void => {
  if (vector.length !== dimensions) throw new RangeError(`a vector of ${vector.length} in place of ${dimensions}`);
};

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
