import { GenerationNotFoundError } from '../../../core/domain/errors.ts';
import {
  type Generation,
  type GenerationName,
  type IndexHit,
  type IndexQuery,
  type IndexRow,
  type IndexState,
  MAX_HITS,
  type SearchIndex,
} from '../../../core/ports/search-index.ts';

interface Stored {
  readonly dimensions: number;
  readonly identity: string | undefined;
  readonly rows: Map<string, IndexRow>;
}

/** Rows in maps, by generation and key; a query compares with each. */
export class MemorySearchIndex implements SearchIndex {
  readonly #generations = new Map<string, Stored>();

  /** Names of all generations that have been made and not dropped, as `repository/number`. */
  generations(): readonly string[] {
    return [...this.#generations.keys()];
  }

  /** Every row of a generation, by its key. */
  rows(generation: string): ReadonlyMap<string, IndexRow> {
    return this.#generations.get(generation)?.rows ?? new Map();
  }

  /** What the generation was made with, and by which job. */
  identityOf(generation: string): string | undefined {
    return this.#generations.get(generation)?.identity;
  }

  async create(generation: Generation): Promise<void> {
    const { dimensions, identity } = generation;
    const stored = this.#generations.get(nameOf(generation));
    if (stored === undefined || stored.identity !== identity)
      this.#generations.set(nameOf(generation), { dimensions, identity, rows: new Map() });
  }

  async inspect(generation: Generation, newest: readonly string[]): Promise<IndexState> {
    const stored = this.#generations.get(nameOf(generation));
    if (stored === undefined) return { kind: 'absent' };
    if (stored.dimensions !== generation.dimensions) return { kind: 'damaged', why: 'other dimensions' };
    if (generation.identity !== undefined && stored.identity !== generation.identity)
      return { kind: 'damaged', why: `it is ${stored.identity}` };
    const missing = newest.filter((blob) => !stored.rows.has(`${blob}/0`)).length;
    if (missing > 0) return { kind: 'damaged', why: `${missing} of ${newest.length} rows are not there` };
    return { kind: 'whole', rows: stored.rows.size };
  }

  #stored(generation: GenerationName): Map<string, IndexRow> {
    const stored = this.#generations.get(nameOf(generation));
    if (stored === undefined) throw new GenerationNotFoundError(`${nameOf(generation)} is not there`);
    return stored.rows;
  }

  async put(generation: Generation, rows: readonly IndexRow[]): Promise<void> {
    for (const { vector } of rows) needDimensions(generation, vector);
    const stored = this.#stored(generation);
    for (const row of rows) stored.set(`${row.blob}/${row.ordinal}`, row);
  }

  async get(generation: Generation, blobs: readonly { oid: string }[]): Promise<readonly IndexRow[]> {
    const wanted = new Set(blobs.map(({ oid }) => oid));
    return [...this.#stored(generation).values()].filter(({ blob }) => wanted.has(blob));
  }

  async delete(generation: Generation, blobs: readonly { oid: string; chunks: number }[]): Promise<void> {
    const stored = this.#stored(generation);
    for (const { oid, chunks } of blobs)
      for (let ordinal = 0; ordinal < chunks; ordinal++) stored.delete(`${oid}/${ordinal}`);
  }

  async query(generation: Generation, query: IndexQuery): Promise<readonly IndexHit[]> {
    const { vector, limit, blobs, language } = query;
    needDimensions(generation, vector);
    const allowed = blobs === undefined ? null : new Set(blobs);
    return [...this.#stored(generation).values()]
      .filter(
        ({ blob, languages }) =>
          (allowed?.has(blob) ?? true) && (language === undefined || languages.includes(language)),
      )
      .map(({ vector: own, languages: _, ...hit }) => ({ ...hit, score: dot(own, vector) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, Math.min(limit, MAX_HITS));
  }

  async settle(): Promise<undefined> {}

  async drop(generation: GenerationName): Promise<void> {
    this.#generations.delete(nameOf(generation));
  }
}

const nameOf = ({ repositoryId, number }: GenerationName): string => `${repositoryId}/${number}`;

const needDimensions = ({ dimensions }: Generation, vector: Float32Array): void => {
  if (vector.length !== dimensions) throw new RangeError(`a vector of ${vector.length} in place of ${dimensions}`);
};

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
