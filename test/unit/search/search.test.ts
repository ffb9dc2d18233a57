import { describe, expect, it } from 'vitest';
import type { UserId } from '../../../core/contract/ids.ts';
import type { RepositoryRecord } from '../../../core/contract/records.ts';
import { oidOf } from '../../support/manifest-entries.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';
import { ann, hit, id, indexed, line, query, setUp } from '../../support/search-setup.ts';

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
