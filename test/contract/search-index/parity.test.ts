import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHashEmbedder } from '../../../adapters/embedding/hash-embedder.ts';
import { createTreeSitterChunker } from '../../../adapters/embedding/tree-sitter-chunker.ts';
import { createFileObjectStore } from '../../../adapters/files/object-store.ts';
import { createLanceSearchIndex } from '../../../adapters/lancedb/search-index.ts';
import { createPathRules } from '../../../adapters/path-rules/path-rules.ts';
import { createS3VectorsSearchIndex } from '../../../adapters/s3-vectors/search-index.ts';
import type { UserId } from '../../../core/contract/ids.ts';
import { languageOf } from '../../../core/domain/languages.ts';
import { comparePaths } from '../../../core/manifest/git-path.ts';
import { manifestLine, pathOfLine } from '../../../core/manifest/manifest.ts';
import { type Generation, type IndexQuery, type IndexRow, ROW_VERSION } from '../../../core/ports/search-index.ts';
import { search } from '../../../core/search/search.ts';
import { openS3VectorsStub } from '../../support/aws-s3-vectors-stub.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';
import { asPublished, type PublishedIndex } from './published.ts';

const embedder = createHashEmbedder({ dimensions: 64 });
const generation: Generation = { repositoryId: 'own', number: 1, dimensions: 64, identity: 'own' };
const root = resolve(import.meta.dirname, '../../..');
const folders = ['core/search', 'core/sync', 'core/objects', 'adapters/git', 'adapters/lancedb', 'docs/adr'];

const indexes: { name: string; index: PublishedIndex }[] = [];
const closers: (() => Promise<unknown>)[] = [];
let manifest: readonly string[] = [];

/** The same rows, in both: this project's own sources, put in several jobs. */
beforeAll(async () => {
  const [tables, objects, s3] = await Promise.all([
    mkdtemp(join(tmpdir(), 'parity-')),
    mkdtemp(join(tmpdir(), 'parity-')),
    openS3VectorsStub(),
  ]);
  const lance = createLanceSearchIndex(tables);
  closers.push(
    () => lance.close(),
    async () => s3[Symbol.asyncDispose](),
    () => rm(tables, { recursive: true }),
    () => rm(objects, { recursive: true }),
  );
  const aws = { client: s3.client, bucketName: 'vectors', objects: createFileObjectStore(objects) };
  indexes.push({ name: 'LanceDB', index: asPublished(lance) });
  indexes.push({ name: 'S3 Vectors', index: asPublished(createS3VectorsSearchIndex(aws)) });
  const files = await Promise.all(folders.map(rowsOfFolder));
  manifest = files
    .flat()
    .map(({ path, rows: { length } }) => lineOf(path, length))
    .sort((a, b) => comparePaths(pathOfLine(a), pathOfLine(b)));
  for (const { name, index } of indexes) {
    await index.create(generation);
    for (const folder of files) {
      await index.put(
        generation,
        folder.flatMap(({ rows }) => rows),
      );
      // LanceDB's frequencies are those of rows that its index of words has: it is built once, where the other is merged with each job.
      if (name !== 'LanceDB') await index.settle(generation);
    }
    await index.settle(generation);
  }
});
afterAll(async () => {
  for (const close of closers) await close();
});

const oidOfPath = (path: string): string => createHash('sha1').update(path).digest('hex');
const lineOf = (path: string, chunks: number): string =>
  manifestLine({ path, mode: '100644', oid: oidOfPath(path), size: 1, outcome: 'indexed', reason: '', chunks });

const rowsOfFolder = async (folder: string) => {
  const chunker = createTreeSitterChunker({ fileWatch: { run: (_, compute) => compute() } });
  const found = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.sort().map(async (file) => {
      const path = file.slice(root.length + 1);
      const chunks = await chunker.chunk(path, await readFile(file, 'utf8'));
      const vectors = await embedder.embed(
        chunks.map(({ text }) => text),
        'document',
      );
      const rows = chunks.map(
        (chunk, ordinal): IndexRow => ({
          blob: oidOfPath(path),
          ordinal,
          ...chunk,
          languages: [languageOf(path) ?? ''],
          vector: vectors[ordinal] as Float32Array,
        }),
      );
      return { path, rows };
    }),
  );
};

const asked = async (words: string, more: Partial<IndexQuery> = {}) => {
  const [vector] = await embedder.embed([words], 'query');
  const query = { vector: vector as Float32Array, words, limit: 50, ...more };
  return Promise.all(
    indexes.map(async ({ index }) =>
      (await index.query(generation, query)).map(({ blob, ordinal, score }) => ({
        key: `${blob} ${ordinal}`,
        score,
      })),
    ),
  );
};

/** Queries of every kind: what each is for is its comment. */
const queries = [
  // Words of many files, and of one.
  'lock fence transaction',
  'mergeInsert',
  'Porter algorithm',
  'ftruncate nonexistent_symbol_xyz',
  // By their stems.
  'parsing pages',
  'compressed objects deleting',
  // Words that Porter's first algorithm has other stems for: it takes `https` for `http`, `generate` for `general`.
  'https',
  'http',
  'generates always',
  // Names in any spelling, and split by their case.
  'createPageCache',
  'create_page_cache',
  'page cache',
  'PackTextReader readRoot',
  // Questions, with stop words.
  'how does a search find the files of a branch',
  'what happens when the object store loses a page',
  // Code, and words of no ASCII.
  'if (error instanceof ObjectMissingError) return null;',
  'Größe “quoted”',
];

describe('LanceDB and S3 Vectors with words in the object store', () => {
  it('hold what is searched', () => {
    expect(manifest.length).toBeGreaterThan(150);
  });

  it.each(queries)('rank the same for %s', async (words) => {
    const [lance = [], aws = []] = await asked(words);
    expect(lance.length).toBe(50);
    expectSame(aws, lance, await asked(words, { limit: 60 }));
  });

  it.each(['typescript', 'markdown'])('do so within %s', async (language) => {
    const [lance = [], aws = []] = await asked('parsing pages', { language });
    expect(lance.length).toBeGreaterThan(20);
    expectSame(aws, lance);
  });

  it('do so within some blobs', async () => {
    const blobs = manifest.filter((_, n) => n % 3 === 0).map((line) => oidOfPath(pathOfLine(line)));
    const [lance = [], aws = []] = await asked('index of words', { blobs, limit: 30 });
    expect(lance.length).toBe(30);
    expectSame(aws, lance);
  });

  it.each([
    'readWordRoot',
    'path:core/sync leftover',
    'lang:markdown lock fence',
    '"reciprocal rank"',
    'manifest -page',
    'claim -path:docs',
    'search-repository.ts',
    'sweep-leftovers',
    'deleting what no branch holds',
  ])('answer a search with the same hits: %s', async (q) => {
    const [lance, aws] = await Promise.all(indexes.map(({ index }) => searched(index, q)));
    expect(lance?.length).toBeGreaterThan(0);
    expect(aws).toEqual(lance);
  });
});

/** LanceDB scores in single precision, and keeps vectors in half: what is nearer than that is in no order. */
const NEARLY = 0.003;

/**
 * Each hit of the one is a hit of the other, with the same score, but for those at the end that the limit may have cut off. Rows that are equal in one ranking may be cut off there, too, by the
 * same limit, though they are far from the end of both together: `more` are the hits of both at a higher one.
 */
const expectSame = (
  aws: readonly ScoredHit[],
  lance: readonly ScoredHit[],
  [moreOfLance = [], moreOfAws = []]: readonly (readonly ScoredHit[])[] = [],
): void => {
  const least = Math.max(...[aws, lance].map((hits) => hits.at(-1)?.score ?? 0)) + NEARLY;
  for (const [some, others, more] of [
    [aws, lance, moreOfLance],
    [lance, aws, moreOfAws],
  ] as const) {
    const [scores, scoresOfMore] = [others, more].map((hits) => new Map(hits.map(({ key, score }) => [key, score])));
    const apart = (key: string, score: number) =>
      [scores, scoresOfMore].map((of) => Math.abs(score - (of?.get(key) ?? Number.POSITIVE_INFINITY)));
    for (const { key, score } of some)
      if (score > least) expect(Math.min(...apart(key, score)), key).toBeLessThan(NEARLY);
  }
  expect(aws.length).toBe(lance.length);
};

interface ScoredHit {
  readonly key: string;
  readonly score: number;
}

const searched = async (index: PublishedIndex, q: string) => {
  const made = { embedder_id: embedder.id, dimensions: 64, chunker_version: 'c', row_version: ROW_VERSION };
  const repository = repositoryRecord({
    branches: { main: pointerFor('m', { generation: 1 }) },
    generations: { 1: made },
  });
  const find = search({
    repositories: { get: async () => repository },
    objects: {
      getLines: async function* () {
        yield manifest;
      },
    },
    index: {
      ...index,
      inspect: (_: Generation, newest: readonly string[]) => index.inspect(generation, newest),
      query: (_: Generation, query: IndexQuery) => index.query(generation, query),
    },
    embedder,
    pathRules: createPathRules(),
    clock: { now: () => new Date(0) },
    metrics: { emit: () => undefined },
  } as unknown as Parameters<typeof search>[0]);
  const outcome = await find(repository.repository_id, repository.owner as UserId, { q, limit: 10 });
  if (outcome.kind !== 'found') throw new Error(`not found: ${outcome.kind}`);
  return outcome.answer.results.map(({ path, start_line, match }) => `${path}:${start_line} ${match}`);
};
