import { createPathRules } from '../../adapters/path-rules/path-rules.ts';
import type { RepositoryId, UserId } from '../../core/contract/ids.ts';
import type { RepositoryRecord } from '../../core/contract/records.ts';
import { ObjectMissingError } from '../../core/domain/errors.ts';
import { manifestLine } from '../../core/manifest/manifest.ts';
import type { Runtime } from '../../core/ports/runtime.ts';
import type { IndexHit, IndexQuery } from '../../core/ports/search-index.ts';
import { search } from '../../core/search/search.ts';
import { oidOf } from './manifest-entries.ts';
import { pointerFor, repositoryRecord } from './records.ts';

export const id = 'shop' as RepositoryId;
export const ann = 'ann' as UserId;

export const line = (path: string, n: number, outcome: 'indexed' | 'skipped' = 'indexed'): string =>
  manifestLine({ path, mode: '100644', oid: oidOf(n), size: 10, outcome, reason: '', chunks: 1 });

export const hit = (n: number): IndexHit => ({
  blob: oidOf(n),
  ordinal: 0,
  startLine: 1,
  endLine: 2,
  text: `text ${n}`,
  score: 1 / (n + 1),
});

export interface Setting {
  /** What each look at the repository finds; the last one stands. */
  readonly repositories: readonly (RepositoryRecord | null)[];
  readonly manifests: Readonly<Record<string, readonly string[]>>;
  readonly rows?: readonly IndexHit[];
}

/** A search over these, in memory; with what it asked for and measured. */
export const setUp = ({ repositories, manifests, rows = [] }: Setting) => {
  const looks = [...repositories];
  const queries: IndexQuery[] = [];
  const reads: string[] = [];
  const measured: unknown[] = [];
  let millisecond = 0;
  const deps = {
    repositories: { get: async () => (looks.length > 1 ? looks.shift() : looks[0]) ?? null },
    objects: {
      getLines: async function* (key: string) {
        reads.push(key);
        const lines = manifests[key];
        if (lines === undefined) throw new ObjectMissingError(key);
        yield lines;
      },
    },
    index: {
      inspect: async () => ({ kind: 'whole', rows: null }),
      query: async (_: unknown, query: IndexQuery) => {
        queries.push(query);
        millisecond += 40;
        const of = query.blobs;
        return rows.filter((row) => of === undefined || of.includes(row.blob)).slice(0, query.limit);
      },
    },
    embedder: { id: 'e1', dimensions: 2, embed: async () => [new Float32Array([1, 0])] },
    pathRules: createPathRules(),
    clock: { now: () => new Date(millisecond) },
    metrics: { emit: (values: object, facts: object) => measured.push({ ...values, ...facts }) },
  } as unknown as Runtime;
  return { find: search(deps), queries, reads, measured };
};

export const query = (more: object = {}) =>
  ({ q: 'text', limit: 2, ...more }) as Parameters<ReturnType<typeof search>>[2];
export const indexed = (key: string, more: Partial<RepositoryRecord> = {}): RepositoryRecord =>
  repositoryRecord({
    branches: { main: pointerFor(key) },
    generations: { 1: { embedder_id: 'e1', dimensions: 2, chunker_version: 'c' } },
    ...more,
  });
