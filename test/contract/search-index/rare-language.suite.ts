import { expect, it } from 'vitest';
import { createPathRules } from '../../../adapters/path-rules/path-rules.ts';
import type { SearchQuery } from '../../../core/contract/api.ts';
import type { UserId } from '../../../core/contract/ids.ts';
import { languageOf } from '../../../core/domain/languages.ts';
import { comparePaths } from '../../../core/manifest/git-path.ts';
import { manifestLine, pathOfLine } from '../../../core/manifest/manifest.ts';
import { type Generation, type IndexQuery, type IndexRow, ROW_VERSION } from '../../../core/ports/search-index.ts';
import { search } from '../../../core/search/search.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';
import type { PublishedIndex } from './published.ts';
import { dimensions, oidOf, rowOf, vectorOf } from './search-index.suite.ts';

interface File {
  readonly path: string;
  readonly row: IndexRow;
}

/** The nearer, the smaller its number. */
const fileOf = (n: number, path: string): File => ({
  path,
  row: rowOf(n, 0, `sub shared ${n}`, [languageOf(path) ?? '']),
});
const filesOf = (from: number, count: number, path: (n: number) => string): File[] =>
  Array.from({ length: count }, (_, i) => fileOf(from + i, path(from + i)));
/** Of 700 numbers each vector is farther than the one before; these all stand nearer than the rest. */
const near = (n: number): number => (n * 300) / 2_000;

/** That a filter is not applied to what happens to be nearest: for every search index, `fresh` with a generation of its own. */
export const rareLanguageContract = (
  fresh: () => Promise<{ readonly index: PublishedIndex; readonly generation: Generation }>,
): void => {
  const nearest = (count: number): IndexRow[] =>
    Array.from({ length: count }, (_, n) => ({
      ...rowOf(10_000 + n, 0, 'shared', ['typescript']),
      vector: vectorOf(near(n)),
    }));

  it('finds three rows of a rare language behind 2,000 nearer ones', async () => {
    const { index, generation } = await fresh();
    const rare = [500, 550, 600].map((n) => rowOf(n, 0, 'shared', n === 550 ? ['text', 'perl', 'c++'] : ['perl']));
    await index.put(generation, [...nearest(2_000), ...rare]);
    const find = async (language: string, words: string, limit = 50) =>
      (await index.query(generation, { vector: vectorOf(0), words, limit, language })).map(({ blob }) => blob);
    for (const words of ['', 'shared']) {
      expect((await find('perl', words)).sort()).toEqual([500, 550, 600].map(oidOf));
      expect(await find('c++', words)).toEqual([oidOf(550)]);
      expect(await find('c', words)).toEqual([]);
      expect(await find("' OR 1 = 1 OR '", words)).toEqual([]);
    }
    await index.settle(generation);
    expect(await find('perl', '', 2)).toEqual([oidOf(500), oidOf(550)]);
    expect(await find('typescript', '', 1_500)).toHaveLength(1_500);
    const blobs = [oidOf(500), oidOf(10_000)];
    const both = await index.query(generation, { vector: vectorOf(0), words: '', limit: 9, language: 'perl', blobs });
    expect(both.map(({ blob }) => blob)).toEqual([oidOf(500)]);
  });

  it('finds a row that is put again by the language that it has gained, and keeps the row as it was', async () => {
    const { index, generation } = await fresh();
    await index.put(generation, [rowOf(1, 0, 'shared', ['javascript'])]);
    await index.settle(generation);
    const [stood] = await index.get(generation, [{ oid: oidOf(1), chunks: 1 }]);
    expect(stood?.languages).toEqual(['javascript']);
    await index.put(generation, [{ ...(stood as IndexRow), languages: ['javascript', 'typescript'] }]);
    for (const language of ['javascript', 'typescript']) {
      const hits = await index.query(generation, { vector: vectorOf(1), words: '', limit: 5, language });
      expect(hits).toMatchObject([{ blob: oidOf(1), text: 'shared' }]);
    }
  });

  it('answers with as many as were asked for', async () => {
    const { index, generation } = await fresh();
    await index.put(generation, nearest(1_200));
    expect(await index.query(generation, { vector: vectorOf(0), words: '', limit: 1_000 })).toHaveLength(1_000);
  });

  it('lets a search find what a wide filter leaves, of however many nearer files', async () => {
    const { index, generation } = await fresh();
    const files = [...filesOf(0, 1, () => 'src/first.ts'), ...filesOf(400, 450, (n) => `lib/f${n}.pl`)];
    await index.put(generation, [...nearest(2_000), ...files.map(({ row }) => row)]);
    const manifest = [
      ...files.map(({ path, row }) => line(path, row.blob)),
      ...Array.from({ length: 2_000 }, (_, n) => line(`src/n${n}.ts`, oidOf(10_000 + n))),
    ].sort((a, b) => comparePaths(pathOfLine(a), pathOfLine(b)));
    const find = searcher(index, generation, manifest);
    for (const filter of [{ language: 'Perl' }, { path: 'lib/' }, { language: 'perl', path: 'lib/**' }])
      expect(await find({ q: 'shared', limit: 10, ...filter })).toEqual(
        Array.from({ length: 10 }, () => expect.stringMatching(/^lib\/f\d+\.pl$/)),
      );
  });
};

const line = (path: string, oid: string): string =>
  manifestLine({ path, mode: '100644', oid, size: 1, outcome: 'indexed', reason: '', chunks: 1 });

/** A real search over a branch that is indexed already; gives the paths found. */
const searcher = (index: PublishedIndex, generation: Generation, manifest: readonly string[]) => {
  const made = { embedder_id: 'test', dimensions, chunker_version: 'c', row_version: ROW_VERSION };
  const repository = repositoryRecord({
    branches: { main: pointerFor('m', { generation: generation.number }) },
    generations: { [generation.number]: made },
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
    embedder: { id: 'test', dimensions, embed: async () => [vectorOf(0)] },
    pathRules: createPathRules(),
    clock: { now: () => new Date(0) },
    metrics: { emit: () => undefined },
  } as unknown as Parameters<typeof search>[0]);
  return async (query: SearchQuery): Promise<string[]> => {
    const outcome = await find(repository.repository_id, repository.owner as UserId, query);
    if (outcome.kind !== 'found') throw new Error(`not found: ${outcome.kind}`);
    return outcome.answer.results.map(({ path }) => path);
  };
};
