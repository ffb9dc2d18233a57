import { beforeAll, describe, expect, it } from 'vitest';
import { SearchAllAnswer } from '../../core/contract/search-all.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
beforeAll(async () => {
  await world.registered('team-a', { 'axolotl.ts': 'export const axolotl = 1;\n' });
  await world.registered('team-b', { 'b.ts': 'export const bison = 1; // not an axolotl\n', 'c.md': '# c\n' });
  await world.registered('unsynced', { 'a.ts': 'axolotl\n' });
  await world.api.synced('team-a');
  await world.api.synced('team-b');
});

const search = async (query: Record<string, string>, user = world.api) => {
  const { status, body } = await user.call('GET', `/api/search?${new URLSearchParams(query)}`);
  return { status, body };
};

describe('a search of all repositories', () => {
  it('finds in each what the user may read, in one list', async () => {
    const { status, body } = await search({ q: 'axolotl' });
    expect(status).toBe(200);
    const { hits, repositories, not_searched, searched } = SearchAllAnswer.parse(body);
    expect(hits.slice(0, 2).map(({ repository_id, path }) => `${repository_id}/${path}`)).toEqual([
      'team-a/axolotl.ts',
      'team-b/b.ts',
    ]);
    expect(repositories[0]).toMatchObject({ repository_id: 'team-a', branch: 'main', behind: false });
    expect([searched, not_searched]).toEqual([2, [{ repository_id: 'unsynced', reason: 'not_indexed' }]]);
  });

  it('is limited by names, patterns and the terms of the query', async () => {
    const ids = async (query: Record<string, string>) => {
      const { hits } = SearchAllAnswer.parse((await search({ q: 'axolotl', ...query })).body);
      return [...new Set(hits.map(({ repository_id }) => repository_id))].sort();
    };
    expect(await ids({ repositories: 'team-*' })).toEqual(['team-a', 'team-b']);
    expect(await ids({ repositories: 'team-b' })).toEqual(['team-b']);
    expect(await ids({ q: 'axolotl repo:team-a' })).toEqual(['team-a']);
    expect(await ids({ group: 'repository', limit: '1' })).toEqual(['team-a']);
  });

  it('shows another user nothing until there is a grant', async () => {
    const bob = world.as('bob');
    expect((await search({ q: 'axolotl' }, bob)).body).toMatchObject({ hits: [], searched: 0, not_searched: [] });
    expect((await search({ q: 'axolotl', repositories: 'team-a' }, bob)).body).toMatchObject({ hits: [], searched: 0 });
    await world.api.call('PUT', '/api/repositories/team-a/grants/bob', { role: 'read' });
    expect((await search({ q: 'axolotl' }, bob)).body).toMatchObject({
      hits: [{ repository_id: 'team-a' }],
      searched: 1,
    });
  });

  it('refuses what it cannot read, and who has no token', async () => {
    const { status, body } = await search({ repositories: 'Team A', group: 'x' });
    expect(status).toBe(400);
    for (const field of ['query.q', 'query.repositories', 'query.group']) expect(body.detail).toContain(field);
    expect((await search({ q: 'a branch:x branch:y' })).status).toBe(400);
    expect((await search({ q: 'x' }, world.anonymous)).status).toBe(401);
  });
});

describe('a search of more repositories than are begun at once', () => {
  const ids = Array.from({ length: 24 }, (_, n) => `many-${String(n).padStart(2, '0')}`);
  const animals = ['okapi', 'quokka', 'numbat', 'tapir', 'dugong', 'vicuna'];
  const animal = (n: number): string => animals[n % animals.length] ?? '';
  const textOf = (n: number): string =>
    [
      `/** Feeds the ${animal(n)} that ${n % 3 === 0 ? 'sleeps' : 'swims'}. */`,
      `export const feed_${animal(n + 1)} = () => ${'count + '.repeat(n % 5)}${n};`,
      n % 8 === 0 ? 'export const parseGiraffeConfig = (config) => config.giraffe;' : 'const config = 1;',
      '',
    ].join('\n');
  beforeAll(async () => {
    for (const [n, id] of ids.entries()) {
      const name = n === 5 ? 'hyrax.ts' : `file-${n}.ts`;
      await world.registered(id, { [`src/${name}`]: textOf(n), 'README.md': `# ${id}\n` });
    }
    await Promise.all(ids.map((id) => world.api.synced(id)));
  });

  const most = 10;
  /** What asking each would give. */
  const oneByOne = async (q: string) => {
    const hits = await Promise.all(
      ids.map(async (id) => {
        const { body } = await world.api.search(id, { q, limit: String(most) });
        return body.results.map(({ path, score, match }) => ({ id, path, score, match }));
      }),
    );
    const near = (match: string) => Number(match === 'near');
    return hits.flat().sort((a, b) => near(a.match) - near(b.match) || b.score - a.score);
  };

  it.each([
    'okapi',
    'feed tapir config',
    'parseGiraffeConfig',
    'parse giraffe config',
    'hyrax.ts',
    'hyrax',
    'many-17',
    '"feed_dugong"',
    'swims -okapi',
    'count',
    'sleeping numbats',
    'ÖKAPI okapi',
  ])('finds what asking each would give: %s', async (q) => {
    const expected = await oneByOne(q);
    for (const limit of [1, 3, most]) {
      const { body } = await search({ q, repositories: 'many-*', limit: String(limit) });
      const { hits, searched, not_searched } = SearchAllAnswer.parse(body);
      expect([searched, not_searched]).toEqual([24, []]);
      const told = hits.map(({ repository_id: id, path, score, match }) => ({ id, path, score, match }));
      expect(told).toEqual(expected.slice(0, limit));
    }
  });
});
