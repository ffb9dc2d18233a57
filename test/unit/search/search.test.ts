import { describe, expect, it } from 'vitest';
import { createPathRules } from '../../../adapters/path-rules/path-rules.ts';
import type { RepositoryId, UserId } from '../../../core/contract/ids.ts';
import type { RepositoryRecord } from '../../../core/contract/records.ts';
import { ObjectMissingError } from '../../../core/domain/errors.ts';
import { manifestLine } from '../../../core/manifest/manifest.ts';
import type { Runtime } from '../../../core/ports/runtime.ts';
import type { IndexHit, IndexQuery } from '../../../core/ports/search-index.ts';
import { createBranchFilesCache } from '../../../core/search/branch-files.ts';
import { search } from '../../../core/search/search.ts';
import { oidOf } from '../../support/manifest-entries.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';

const id = 'shop' as RepositoryId;
const ann = 'ann' as UserId;

const line = (path: string, n: number, outcome: 'indexed' | 'skipped' = 'indexed'): string =>
  manifestLine({ path, mode: '100644', oid: oidOf(n), size: 10, outcome, reason: '', chunks: 1 });

const hit = (n: number): IndexHit => ({
  blob: oidOf(n),
  ordinal: 0,
  startLine: 1,
  endLine: 2,
  text: `text ${n}`,
  score: 1 / (n + 1),
});

interface Setting {
  /** What each look at the repository finds; the last one stands. */
  readonly repositories: readonly (RepositoryRecord | null)[];
  readonly manifests: Readonly<Record<string, readonly string[]>>;
  readonly rows?: readonly IndexHit[];
}

const setUp = ({ repositories, manifests, rows = [] }: Setting) => {
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

const query = (more: object = {}) => ({ q: 'text', limit: 2, ...more }) as Parameters<ReturnType<typeof search>>[2];
const indexed = (key: string, more: Partial<RepositoryRecord> = {}): RepositoryRecord =>
  repositoryRecord({
    branches: { main: pointerFor(key) },
    generations: { 1: { embedder_id: 'e1', dimensions: 2, chunker_version: 'c' } },
    ...more,
  });

describe('searching a branch', () => {
  it('shows only what the committed manifest holds, however much else the index has', async () => {
    const rows = Array.from({ length: 300 }, (_, n) => hit(n));
    const { find, queries } = setUp({
      repositories: [indexed('m')],
      manifests: { m: [line('a.ts', 250), line('b.ts', 299), line('c.ts', 3, 'skipped')] },
      rows,
    });
    const outcome = await find(id, ann, query());
    expect(outcome).toMatchObject({ kind: 'found', answer: { results: [{ path: 'a.ts' }, { path: 'b.ts' }] } });
    expect(queries.map(({ limit }) => limit)).toEqual([100, 400]);
  });

  it('stops widening when there is enough', async () => {
    const rows = Array.from({ length: 300 }, (_, n) => hit(n));
    const manifest = rows.map((_, n) => line(`f${n}.ts`, n));
    const { find, queries } = setUp({ repositories: [indexed('m')], manifests: { m: manifest }, rows });
    await find(id, ann, query());
    expect(queries).toHaveLength(1);
  });

  it('asks the index for a narrow filter’s blobs only, and filters a wide one itself', async () => {
    const rows = Array.from({ length: 500 }, (_, n) => hit(n));
    const manifest = [...rows.map((_, n) => line(`src/f${n}.ts`, n)), line('docs/a.md', 7)].sort();
    const { find, queries } = setUp({ repositories: [indexed('m')], manifests: { m: manifest }, rows });
    expect(await find(id, ann, query({ path: 'docs/' }))).toMatchObject({
      answer: { results: [{ path: 'docs/a.md', language: 'markdown' }] },
    });
    expect(queries.at(-1)?.blobs).toEqual([oidOf(7)]);
    await find(id, ann, query({ path: 'src/' }));
    expect(queries.at(-1)?.blobs).toBeUndefined();
    expect(await find(id, ann, query({ language: 'cobol' }))).toMatchObject({ answer: { results: [] } });
  });

  it('asks a generation whose rows name their languages by language, where too many files are of it', async () => {
    const rows = Array.from({ length: 500 }, (_, n) => hit(n));
    const manifest = rows.map((_, n) => line(`f${n}.ts`, n));
    const asked = async (row_version: number | undefined, language: string) => {
      const generations = { 1: { embedder_id: 'e1', dimensions: 2, chunker_version: 'c', row_version } };
      const { find, queries } = setUp({
        repositories: [indexed('m', { generations })],
        manifests: { m: manifest },
        rows,
      });
      await find(id, ann, query({ language }));
      return queries.map((each) => each.language);
    };
    expect(await asked(2, 'TypeScript')).toEqual(['typescript']);
    expect(await asked(undefined, 'typescript')).toEqual([undefined]);
    expect(await asked(2, 'cobol')).toEqual([]);
  });

  it('asks for a wide filter’s blobs where the nearest rows of all hold none of them', async () => {
    const rows = Array.from({ length: 10_500 }, (_, n) => hit(n));
    const manifest = rows.map((_, n) => line(n < 10_000 ? `src/f${n}.ts` : `lib/f${n}.ts`, n));
    const { find, queries } = setUp({ repositories: [indexed('m')], manifests: { m: manifest }, rows });
    const outcome = await find(id, ann, query({ path: 'lib/' }));
    expect(outcome).toMatchObject({ answer: { results: [{ path: 'lib/f10000.ts' }, { path: 'lib/f10001.ts' }] } });
    expect(queries.map(({ limit }) => limit).slice(0, -1)).toEqual([100, 400, 1_600, 6_400, 10_000]);
    expect(queries.at(-1)?.blobs).toHaveLength(500);
  });

  it('finds a blob at each of its paths', async () => {
    const { find } = setUp({
      repositories: [indexed('m')],
      manifests: { m: [line('a.ts', 1), line('z.ts', 1)] },
      rows: [hit(1)],
    });
    const outcome = await find(id, ann, query());
    expect(outcome).toMatchObject({ answer: { results: [{ path: 'a.ts' }, { path: 'z.ts' }] } });
  });

  it('searches the default branch, and never another one in its place', async () => {
    const { main } = indexed('m').branches;
    const branches = { zone: main, main, aside: main } as RepositoryRecord['branches'];
    const answered = async (parts: Partial<RepositoryRecord>): Promise<unknown> => {
      const { find } = setUp({
        repositories: [indexed('m', { branches, ...parts })],
        manifests: { m: [line('a.ts', 1)] },
        rows: [hit(1)],
      });
      const outcome = await find(id, ann, query());
      return outcome.kind === 'found' ? outcome.answer.branch : outcome;
    };
    const none = (branch: string | null) => ({
      kind: 'not-indexed',
      branch,
      asked: false,
      indexed: ['aside', 'main', 'zone'],
    });
    expect(await answered({ default_branch: null, head_branch: 'zone' })).toBe('zone');
    expect(await answered({ default_branch: 'main', head_branch: 'zone' })).toBe('main');
    expect(await answered({ default_branch: 'trunk', head_branch: 'zone' })).toEqual(none('trunk'));
    expect(await answered({ default_branch: null, head_branch: 'constructor' })).toEqual(none('constructor'));
    expect(await answered({ default_branch: null })).toEqual(none(null));
    expect(await answered({ default_branch: null, branches: indexed('m').branches })).toBe('main');
  });

  it('tells how fresh it is', async () => {
    const seen = { commit: oidOf(9), seen_at: '2026-01-02T00:00:00.000Z', deleted_at: null };
    const fresh = async (parts: Partial<RepositoryRecord>) => {
      const { find } = setUp({ repositories: [indexed('m', parts)], manifests: { m: [] } });
      const outcome = await find(id, ann, query());
      if (outcome.kind !== 'found') throw new Error(outcome.kind);
      const { results: _, warnings: __, next: ___, branch: ____, ...freshness } = outcome.answer;
      return freshness;
    };
    const { commit: indexed_commit, indexed_at } = pointerFor('m');
    const unseen = { indexed_commit, indexed_at, source_commit: null, source_seen_at: null, behind: null };
    expect(await fresh({})).toEqual(unseen);
    const told = { indexed_commit, indexed_at, source_commit: seen.commit, source_seen_at: seen.seen_at };
    expect(await fresh({ sightings: { main: seen } })).toEqual({ ...told, behind: true });
    const same = { ...seen, commit: indexed_commit };
    expect(await fresh({ sightings: { main: same } })).toEqual({
      ...told,
      source_commit: indexed_commit,
      behind: false,
    });
  });

  it('finds a file by its name alone, or by the end of its path, before whatever the index ranks higher', async () => {
    const rows = Array.from({ length: 300 }, (_, n) => hit(n));
    const manifest = [
      ...rows.slice(0, 290).map((_, n) => line(`src/package-json-${n}.ts`, n)),
      line('Dockerfile', 295),
      line('examples/package.json', 291),
      line('package.json', 292),
      line('src/package.json.ts', 298),
      line('web/a/package.json', 293),
      line('web/package.json', 294),
      line('skipped/package.json', 299, 'skipped'),
    ].sort();
    const first = async (q: string, limit = 4) => {
      const { find, queries } = setUp({ repositories: [indexed('m')], manifests: { m: manifest }, rows });
      const outcome = await find(id, ann, query({ q, limit }));
      const results = outcome.kind === 'found' ? outcome.answer.results : [];
      return { results, paths: results.map(({ path }) => path), queries };
    };
    const all = ['package.json', 'web/package.json', 'web/a/package.json', 'examples/package.json'];
    for (const q of ['package.json', './package.json', 'PACKAGE.JSON']) {
      const { results, paths } = await first(q);
      expect(paths).toEqual(all);
      expect(results.map(({ match, score }) => [match, score])).toEqual(Array(4).fill(['words', 1]));
    }
    expect((await first('a/package.json', 1)).paths).toEqual(['web/a/package.json']);
    expect((await first('dockerfile', 1)).paths).toEqual(['Dockerfile']);
    expect((await first('package.json path:examples', 1)).paths).toEqual(['examples/package.json']);
    expect((await first('path:/web/package.json', 1)).paths).toEqual(['web/package.json']);
    // What names no file costs no second look.
    for (const q of ['package', 'json', 'no-such.file', 'the package.json file here', '"package.json"', '!!!', 'web/'])
      expect(
        (await first(q)).queries.every(({ blobs }) => blobs === undefined),
        q,
      ).toBe(true);
  });

  it('is measured, all looks at the index together; one that finds no index is not', async () => {
    const rows = Array.from({ length: 300 }, (_, n) => hit(n));
    const { find, measured } = setUp({ repositories: [indexed('m')], manifests: { m: [line('a.ts', 250)] }, rows });
    await find(id, ann, query());
    await find(id, ann, query({ branch: 'nowhere' }));
    expect(measured).toEqual([{ SearchMilliseconds: 80, repository_id: id }]);
  });

  it('says that nothing is indexed', async () => {
    const { find } = setUp({ repositories: [repositoryRecord()], manifests: {} });
    expect(await find(id, ann, query())).toEqual({ kind: 'not-indexed', branch: null, asked: false, indexed: [] });
  });

  it('refuses an index of another embedder', async () => {
    const generations = { 1: { embedder_id: 'old', dimensions: 2, chunker_version: 'c' } };
    const { find } = setUp({ repositories: [indexed('m', { generations })], manifests: { m: [] } });
    expect(await find(id, ann, query())).toEqual({ kind: 'embedder-mismatch', made: 'old', running: 'e1' });
  });

  it('is for those who may read', async () => {
    const { find } = setUp({ repositories: [indexed('m')], manifests: {} });
    expect(await find(id, 'bob' as UserId, query())).toEqual({ kind: 'not-found' });
  });
});

describe('the terms of a query, in a search', () => {
  const texts = ['the exact phrase', 'a phrase, not exact', 'THE EXACT PHRASE with mockServer', 'nothing'];
  const rows = texts.map((text, n) => ({ ...hit(n), text }));
  const manifest = [line('Dockerfile', 3), line('app/[id]/src/a.ts', 0), line('lib/test/c.go', 2), line('src/b.py', 1)];
  const asked = async (q: string, more: object = {}) => {
    const { find, queries } = setUp({ repositories: [indexed('m')], manifests: { m: manifest }, rows });
    const outcome = await find(id, ann, query({ q, limit: 9, ...more }));
    if (outcome.kind !== 'found') return { outcome, paths: [], queries, match: [] };
    const { results, warnings } = outcome.answer;
    return {
      paths: results.map(({ path }) => path).sort(),
      match: results.map(({ match }) => match),
      warnings,
      queries,
    };
  };

  it.each([
    ['"the exact phrase"', ['app/[id]/src/a.ts', 'lib/test/c.go']],
    ['"the exact phrase" -mockServer', ['app/[id]/src/a.ts']],
    ['phrase -"not exact" -exact', ['Dockerfile']],
    ['phrase -test', ['Dockerfile', 'app/[id]/src/a.ts', 'src/b.py']],
    ['phrase path:src/', ['app/[id]/src/a.ts', 'src/b.py']],
    ['phrase path:/SRC', ['src/b.py']],
    ['phrase path:src/*.ts', ['app/[id]/src/a.ts']],
    ['phrase path:app/[id]/*/?.ts', ['app/[id]/src/a.ts']],
    ['phrase path:src path:b', ['src/b.py']],
    ['phrase -path:src', ['Dockerfile', 'lib/test/c.go']],
    ['phrase lang:ts lang:golang', ['app/[id]/src/a.ts', 'lib/test/c.go']],
    ['phrase -lang:ts -language:dockerfile', ['lib/test/c.go', 'src/b.py']],
    ['phrase repo:shop', ['Dockerfile', 'app/[id]/src/a.ts', 'lib/test/c.go', 'src/b.py']],
    ['phrase repo:team-* repo:sh*', ['Dockerfile', 'app/[id]/src/a.ts', 'lib/test/c.go', 'src/b.py']],
    ['phrase branch:main', ['Dockerfile', 'app/[id]/src/a.ts', 'lib/test/c.go', 'src/b.py']],
    ['path:lib/test', ['lib/test/c.go']],
  ])('%s', async (q, paths) => expect((await asked(q)).paths).toEqual(paths));

  it('meet what the parameters say', async () => {
    expect((await asked('phrase lang:ts', { path: 'src/' })).paths).toEqual(['app/[id]/src/a.ts']);
    expect((await asked('phrase path:src', { language: 'py' })).paths).toEqual(['src/b.py']);
    expect((await asked('phrase lang:ts', { language: 'python' })).paths).toEqual([]);
  });

  it('are not among the words that the index is asked for, nor embedded', async () => {
    expect((await asked('phrase lang:ts -mock "x y" path:src')).queries.map(({ words }) => words)).toEqual([
      'phrase x y',
    ]);
  });

  it('that only leave out do not gather what is left', async () => {
    expect((await asked('phrase -path:src')).queries.map(({ blobs }) => blobs)).toEqual([undefined]);
    expect((await asked('phrase path:src')).queries.map(({ blobs }) => blobs?.length)).toEqual([2]);
  });

  it('make a hit by a phrase one that has what was asked for, also where a phrase has no word', async () => {
    const { find } = setUp({
      repositories: [indexed('m')],
      manifests: { m: manifest },
      rows: [{ ...hit(1), text: 'a => b' }],
    });
    const outcome = await find(id, ann, query({ q: '"=> "' }));
    expect(outcome).toMatchObject({ answer: { results: [{ path: 'src/b.py', match: 'words' }] } });
  });

  it('that name another branch than the parameter, or two of them, are refused with both names', async () => {
    const { outcome } = await asked('phrase branch:dev', { branch: 'main' });
    expect(outcome).toMatchObject({
      kind: 'invalid',
      errors: [{ field: 'query.branch', message: expect.stringMatching(/main.*dev/) }],
    });
    const two = await asked('phrase branch:dev branch:next');
    expect(two.outcome).toMatchObject({ errors: [{ field: 'query.q', message: expect.stringMatching(/dev.*next/) }] });
    expect((await asked('phrase branch:dev')).outcome).toMatchObject({
      kind: 'not-indexed',
      branch: 'dev',
      asked: true,
    });
    expect((await asked('phrase branch:main', { branch: 'main' })).paths).toHaveLength(4);
  });

  it('that leave out the repository find nothing in it, and say why', async () => {
    for (const q of ['phrase repo:team-*', 'phrase -repo:shop']) {
      const { paths, warnings, queries } = await asked(q);
      expect([paths, queries]).toEqual([[], []]);
      expect(warnings).toEqual([expect.stringContaining('shop')]);
    }
  });

  it('are told of when they are not what they look like', async () => {
    expect((await asked('phrase lang:klingon')).warnings).toEqual([expect.stringContaining('klingon')]);
    expect((await asked('std::vector')).warnings).toEqual([]);
  });
});

describe('a publish under a search’s hands', () => {
  it('that has removed the manifest makes it look again', async () => {
    const { find } = setUp({
      repositories: [indexed('old'), indexed('new')],
      manifests: { new: [line('a.ts', 1)] },
      rows: [hit(1)],
    });
    expect(await find(id, ann, query())).toMatchObject({ kind: 'found', answer: { results: [{ path: 'a.ts' }] } });
  });

  it('that has dropped the generation makes it look again', async () => {
    const { find } = setUp({
      repositories: [indexed('old'), indexed('new'), indexed('new')],
      manifests: { old: [line('gone.ts', 5)], new: [line('a.ts', 1)] },
      rows: [hit(1)],
    });
    expect(await find(id, ann, query())).toMatchObject({ answer: { results: [{ path: 'a.ts' }] } });
  });

  it('is not suspected for ever: a search without hits ends', async () => {
    const { find, queries } = setUp({ repositories: [indexed('m')], manifests: { m: [line('a.ts', 1)] } });
    expect(await find(id, ann, query())).toMatchObject({ kind: 'found', answer: { results: [] } });
    expect(queries).toHaveLength(1);
  });

  it.each<[string, RepositoryRecord | null]>([
    ['removed', null],
    ['another’s by now', indexed('theirs', { owner: 'bob' as UserId })],
  ])('of a repository that is %s shows nothing of it', async (_, now) => {
    const { find } = setUp({
      repositories: [indexed('old'), now],
      manifests: { theirs: [line('secret.ts', 1)] },
      rows: [hit(1)],
    });
    expect(await find(id, ann, query())).toEqual({ kind: 'not-found' });
  });

  it('does not hide that a manifest is missing', async () => {
    const { find } = setUp({ repositories: [indexed('m')], manifests: {} });
    expect(await find(id, ann, query())).toEqual({
      kind: 'unusable',
      fault: 'manifest_lost',
      branch: 'main',
      jobId: null,
    });
  });
});

describe('manifests of the earlier form in memory', () => {
  const noPages = { getText: async () => null };
  const objects = (reads: string[]) => ({
    ...noPages,
    getLines: async function* (key: string) {
      reads.push(key);
      yield [line(`${key}-1.ts`, 1)];
      yield [line(`${key}-2.ts`, 2)];
    },
  });

  it('are read once', async () => {
    const reads: string[] = [];
    const filesOf = createBranchFilesCache(objects(reads));
    const [first] = await Promise.all([filesOf(id, 'a'), filesOf(id, 'a')]);
    await first?.read([oidOf(2), oidOf(9)]);
    expect(first?.pathsOf(oidOf(2))).toEqual(['a-2.ts']);
    expect(first?.pathsOf(oidOf(9))).toEqual([]);
    // To learn its form, and then all of it.
    expect(reads).toEqual(['a', 'a']);
  });

  it('keep a blob’s paths together, and leave out what is not indexed', async () => {
    const filesOf = createBranchFilesCache({
      ...noPages,
      getLines: async function* () {
        yield [line('a.ts', 1), line('b.ts', 1), line('c.ts', 2, 'skipped'), line('d.ts', 3)];
        yield [line('e.ts', 1), line('indexed.ts', 4, 'skipped')];
      },
    });
    const files = await filesOf(id, 'm');
    await files.read([1, 2, 3, 4].map(oidOf));
    expect([1, 2, 3, 4].map((n) => files.pathsOf(oidOf(n)))).toEqual([['a.ts', 'b.ts', 'e.ts'], [], ['d.ts'], []]);
    const filter = { key: 'not d', prefix: '', passes: (path: string) => path !== 'd.ts' };
    expect(await files.blobsWhere(filter, 9)).toEqual([oidOf(1)]);
  });

  describe('under a filter', () => {
    const manifest = async (count: number) => {
      const lines = Array.from({ length: count }, (_, n) => line(`${n}.ts`, n));
      return createBranchFilesCache({
        ...noPages,
        getLines: async function* () {
          yield lines;
        },
      })(id, 'm');
    };
    const counting = (key: string, wanted: string) => {
      const asked = { times: 0 };
      const passes = (path: string): boolean => {
        asked.times += 1;
        return path === wanted;
      };
      return { filter: { key, prefix: '', passes }, asked };
    };

    it('are gone through once, whoever asks', async () => {
      const files = await manifest(10);
      const [first, second] = [counting('k', '3.ts'), counting('k', '3.ts')];
      const both = await Promise.all([files.blobsWhere(first.filter, 5), files.blobsWhere(second.filter, 5)]);
      expect(both).toEqual([[oidOf(3)], [oidOf(3)]]);
      expect(await files.blobsWhere(second.filter, 5)).toEqual([oidOf(3)]);
      expect([first.asked.times, second.asked.times]).toEqual([10, 0]);
    });

    it('answer nothing for too many, each limit on its own', async () => {
      const files = await manifest(10);
      const every = { key: 'all', prefix: '', passes: () => true };
      expect(await files.blobsWhere(every, 9)).toBeUndefined();
      expect(await files.blobsWhere(every, 10)).toHaveLength(10);
    });

    it('let others have the thread meanwhile', async () => {
      const files = await manifest(9_000);
      const turns = { taken: 0 };
      const other = setInterval(() => {
        turns.taken += 1;
      }, 0);
      await files.blobsWhere(counting('k', '3.ts').filter, 5);
      clearInterval(other);
      expect(turns.taken).toBeGreaterThanOrEqual(3);
    });
  });

  it('go when there are too many, those that were used longest ago first', async () => {
    const reads: string[] = [];
    // A manifest's two pages have a line or two each.
    const filesOf = createBranchFilesCache(objects(reads), 4_000);
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await filesOf(id, key);
    expect(reads.filter((_, n) => n % 2 === 0)).toEqual(['a', 'b', 'c', 'b']);
  });

  it('stay when one alone is too large', async () => {
    const reads: string[] = [];
    const filesOf = createBranchFilesCache(objects(reads), 1);
    for (const key of ['a', 'a']) await filesOf(id, key);
    expect(reads).toEqual(['a', 'a']);
  });
});
