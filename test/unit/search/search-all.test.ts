import { describe, expect, it } from 'vitest';
import { createPathRules } from '../../../adapters/path-rules/path-rules.ts';
import type { RepositoryId, UserId } from '../../../core/contract/ids.ts';
import type { RepositoryRecord } from '../../../core/contract/records.ts';
import { SearchAllQuery } from '../../../core/contract/search-all.ts';
import { EmbedderThrottledError, ObjectMissingError, StoreBusyError } from '../../../core/domain/errors.ts';
import { manifestLine } from '../../../core/manifest/manifest.ts';
import type { Runtime } from '../../../core/ports/runtime.ts';
import type { Generation, IndexHit } from '../../../core/ports/search-index.ts';
import { searchAll } from '../../../core/search/search-all.ts';
import { oidOf } from '../../support/manifest-entries.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';

const ann = 'ann' as UserId;
const recipe = { embedder_id: 'e1', dimensions: 2, chunker_version: 'c' };
/** A repository of ann's whose one file holds this text. */
const repository = (name: string, more: Partial<RepositoryRecord> = {}): RepositoryRecord =>
  repositoryRecord({
    repository_id: name as RepositoryId,
    default_branch: 'main',
    branches: { main: pointerFor(name) },
    generations: { 1: recipe },
    ...more,
  });

interface Setting {
  readonly repositories: readonly RepositoryRecord[];
  readonly texts: Readonly<Record<string, readonly string[]>>;
  /** What each look at an index takes. */
  readonly milliseconds?: number;
  /** What looking at the index of a repository leads to, in place of its rows. */
  readonly instead?: Readonly<Record<string, () => Promise<never>>>;
  readonly embed?: () => Promise<never>;
}

const setUp = ({ repositories, texts, milliseconds = 1, instead = {}, embed }: Setting) => {
  let now = 0;
  let atOnce = 0;
  const seen = { most: 0, searched: [] as string[], pages: 0, measured: [] as unknown[] };
  const heard = { embedded: [] as string[], warned: [] as unknown[], timers: new Set<() => void>() };
  const byId = new Map<string, RepositoryRecord>(repositories.map((each) => [each.repository_id, each]));
  const deps = {
    repositories: {
      get: async (id: string) => byId.get(id) ?? null,
      list: async (user: string, limit: number, cursor: string | null) => {
        seen.pages += 1;
        const from = Number(cursor ?? 0);
        const own = repositories.filter(({ owner, grants }) => owner === user || grants[user] !== undefined);
        return { items: own.slice(from, from + limit), next: from + limit < own.length ? String(from + limit) : null };
      },
    },
    objects: {
      getLines: async function* (key: string) {
        const of = texts[key];
        if (of === undefined) throw new ObjectMissingError(key);
        yield of.map((_, n) =>
          manifestLine({
            path: `${n}.ts`,
            mode: '100644',
            oid: oidOf(n),
            size: 1,
            outcome: 'indexed',
            reason: '',
            chunks: 1,
          }),
        );
      },
    },
    index: {
      inspect: async () => ({ kind: 'whole', rows: null }),
      query: async ({ repositoryId }: Generation): Promise<IndexHit[]> => {
        seen.searched.push(repositoryId);
        const other = Object.entries(instead).find(([id]) => id === repositoryId)?.[1];
        if (other !== undefined) return other();
        seen.most = Math.max(seen.most, ++atOnce);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce -= 1;
        now += milliseconds;
        return (texts[repositoryId] ?? []).map((text, n) => ({
          blob: oidOf(n),
          ordinal: 0,
          startLine: 1,
          endLine: 2,
          text,
          score: 1 / (n + 1),
        }));
      },
    },
    embedder: {
      id: 'e1',
      dimensions: 2,
      embed: async ([text]: string[]) => {
        heard.embedded.push(String(text));
        return embed === undefined ? [new Float32Array([1, 0])] : embed();
      },
    },
    logger: { warn: (_: string, facts: object) => heard.warned.push(facts) },
    pathRules: createPathRules(),
    clock: {
      now: () => new Date(now),
      every: (_: number, tick: () => void) => {
        heard.timers.add(tick);
        return () => heard.timers.delete(tick);
      },
    },
    metrics: { emit: (values: object, facts: object) => seen.measured.push({ ...values, ...facts }) },
  } as unknown as Runtime;
  const find = searchAll(deps);
  const found = async (more: object = {}, user = ann) => {
    const outcome = await find(user, SearchAllQuery.parse({ q: 'the lock store', ...more }));
    if (outcome.kind !== 'found') throw new Error(JSON.stringify(outcome));
    return outcome.answer;
  };
  return { find, found, seen, heard };
};

const three = {
  repositories: [repository('team-a'), repository('team-b'), repository('shop')],
  texts: {
    'team-a': ['the lock'],
    'team-b': ['the lock store', 'store', 'lock', 'lock store'],
    shop: ['no such thing'],
  },
};

describe('a search of all repositories', () => {
  it('gives one list, best first, with the freshness of what it is from', async () => {
    const { found, seen } = setUp(three);
    const { hits, repositories, searched, not_searched, warnings } = await found();
    expect(hits[0]).toMatchObject({ repository_id: 'team-b', path: '0.ts', match: 'words', branch: 'main' });
    expect(hits.at(-1)).toMatchObject({ repository_id: 'shop', match: 'near' });
    expect(hits.map(({ score }) => score)).toEqual(hits.map(({ score }) => score).sort((a, b) => b - a));
    expect(repositories.map(({ repository_id }) => repository_id)).toEqual(['team-b', 'team-a', 'shop']);
    expect(repositories[0]).toMatchObject({ branch: 'main', indexed_at: expect.any(String), behind: null });
    expect([searched, not_searched, warnings]).toEqual([3, [], []]);
    expect(seen.measured).toEqual([{ SearchMilliseconds: 3, repositories: '3' }]);
    expect((await found({ limit: 1 })).repositories.map(({ repository_id }) => repository_id)).toEqual(['team-b']);
    expect((await found({ language: 'klingon' })).warnings).toEqual([expect.stringContaining('klingon')]);
  });

  it('groups by repository: three hits of each at most, and the limit counts repositories', async () => {
    const { found } = setUp(three);
    const { hits } = await found({ group: 'repository', limit: 2 });
    expect(hits.map(({ repository_id }) => repository_id)).toEqual(['team-b', 'team-b', 'team-b', 'team-a']);
  });

  it.each<[object, string[]]>([
    [{ repositories: 'team-*' }, ['team-a', 'team-b']],
    [{ repositories: 'shop,team-b,absent,shop' }, ['shop', 'team-b']],
    [{ repositories: 'shop,*-a' }, ['shop', 'team-a']],
    [{ q: 'lock repo:team-*' }, ['team-a', 'team-b']],
    [{ q: 'lock -repo:team-a' }, ['shop', 'team-b']],
    [{ q: 'lock -repo:shop', repositories: 'shop,team-a' }, ['team-a']],
    [{ repositories: 'absent' }, []],
    [{ repositories: `shop,${'x'.repeat(100)}` }, ['shop']],
  ])('is of those that are meant: %j', async (query, expected) => {
    const { found, seen } = setUp(three);
    expect((await found(query)).searched).toBe(expected.length);
    expect(seen.searched.sort()).toEqual(expected);
  });

  it('says what it left out and why, and tells nothing of what one may not read', async () => {
    const { found } = setUp({
      repositories: [
        repository('empty', { branches: {} }),
        repository('older', { generations: { 1: { ...recipe, embedder_id: 'old' } } }),
        repository('lost'),
        repository('whole'),
        repository('hidden', { owner: 'bob' as UserId }),
        repository('granted', { owner: 'bob' as UserId, grants: { ann: 'read' } }),
      ],
      texts: { whole: ['the lock'], hidden: ['the lock'], granted: ['the lock'] },
    });
    const { not_searched, hits } = await found();
    expect(not_searched).toEqual([
      { repository_id: 'empty', reason: 'not_indexed' },
      { repository_id: 'older', reason: 'embedder_mismatch' },
      { repository_id: 'lost', reason: 'manifest_lost' },
    ]);
    expect(hits.map(({ repository_id }) => repository_id).sort()).toEqual(['granted', 'whole']);
    const named = await found({ repositories: 'hidden,lost,nowhere' });
    expect(JSON.stringify(named)).not.toMatch(/hidden|nowhere/);
    expect(named.not_searched).toEqual([{ repository_id: 'lost', reason: 'manifest_lost' }]);
    expect(await found({}, 'eve' as UserId)).toMatchObject({
      hits: [],
      repositories: [],
      searched: 0,
      not_searched: [],
    });
  });

  it('searches a branch where it is indexed', async () => {
    const both = { ...repository('team-a').branches, dev: pointerFor('team-b') } as RepositoryRecord['branches'];
    const { found, find } = setUp({
      ...three,
      repositories: [repository('team-a', { branches: both }), repository('shop')],
    });
    const { hits, not_searched } = await found({ branch: 'dev' });
    expect(new Set(hits.map(({ branch }) => branch))).toEqual(new Set(['dev']));
    expect(not_searched).toEqual([{ repository_id: 'shop', reason: 'not_indexed' }]);
    expect((await found({ q: 'lock branch:dev' })).searched).toBe(1);
    expect(await find(ann, SearchAllQuery.parse({ q: 'x branch:dev', branch: 'main' }))).toMatchObject({
      kind: 'invalid',
    });
  });

  it('looks at few indexes at a time, and begins no more when its time is up', async () => {
    const names = Array.from({ length: 250 }, (_, n) => `r${String(n).padStart(3, '0')}`);
    const texts = Object.fromEntries(names.map((name) => [name, ['the lock']]));
    const many = { repositories: names.map((name) => repository(name)), texts };
    const quick = setUp(many);
    expect((await quick.found()).searched).toBe(250);
    expect(quick.seen.pages).toBe(3);
    expect(quick.seen.most).toBeLessThanOrEqual(16);
    const { searched, not_searched } = await setUp({ ...many, milliseconds: 200 }).found();
    expect(searched).toBeLessThan(110);
    expect(searched + not_searched.length).toBe(250);
    expect(new Set(not_searched.map(({ reason }) => reason))).toEqual(new Set(['timeout']));
  });

  it('makes the vector of the query once, however many are searched', async () => {
    const { found, heard } = setUp(three);
    await found();
    expect(heard.embedded).toEqual(['the lock store']);
    expect(heard.timers.size).toBe(0);
  });

  it('goes on where a store fails or is busy, and says so', async () => {
    const { found, heard } = setUp({
      ...three,
      instead: {
        'team-a': () => Promise.reject(new StoreBusyError('throttled')),
        shop: () => Promise.reject(new Error('no route to host')),
      },
    });
    const { hits, searched, not_searched } = await found();
    expect([searched, new Set(hits.map(({ repository_id }) => repository_id))]).toEqual([1, new Set(['team-b'])]);
    expect(not_searched).toEqual([
      { repository_id: 'team-a', reason: 'busy' },
      { repository_id: 'shop', reason: 'failed' },
    ]);
    expect(heard.warned).toContainEqual({ repository_id: 'shop', error: 'Error: no route to host' });
  });

  it('says so of each where the model takes no requests', async () => {
    const { found } = setUp({ ...three, embed: () => Promise.reject(new EmbedderThrottledError('slow down')) });
    const { searched, not_searched } = await found();
    expect([searched, not_searched.map(({ reason }) => reason)]).toEqual([0, ['busy', 'busy', 'busy']]);
  });

  it('waits for a slow one until its time is up, and meanwhile for none of the others', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `r${String(n).padStart(2, '0')}`);
    const { found, seen, heard } = setUp({
      repositories: names.map((name) => repository(name)),
      texts: Object.fromEntries(names.map((name) => [name, ['the lock']])),
      instead: { r03: () => new Promise(() => undefined) },
    });
    const answer = found();
    while (new Set(seen.searched).size < 40) await new Promise((resolve) => setImmediate(resolve));
    // Digests are made in other threads: turns of this one do not wait for them.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    for (const tick of heard.timers) tick();
    const { searched, not_searched } = await answer;
    expect([searched, not_searched]).toEqual([39, [{ repository_id: 'r03', reason: 'timeout' }]]);
    expect(heard.timers.size).toBe(0);
  });

  it('looks through so many repositories, and says where there are more', async () => {
    const repositories = Array.from({ length: 5_050 }, (_, n) => repository(`r${n}`, { branches: {} }));
    const { warnings, not_searched } = await setUp({ repositories, texts: {} }).found();
    expect(not_searched).toHaveLength(5_000);
    expect(warnings).toEqual([expect.stringContaining('5000')]);
  });
});

it.each(['Team', 'a,,b', 'a b', '', '-a'])('%j names no repositories', (repositories) => {
  expect(SearchAllQuery.safeParse({ q: 'x', repositories }).success).toBe(false);
});
