import { describe, expect, it } from 'vitest';
import type { BranchList, Problem } from '../../core/contract/api.ts';
import type { RepositoryId } from '../../core/contract/ids.ts';
import { fieldsOf } from '../support/api.ts';
import { holdEmbedding } from '../support/faults.ts';
import type { GitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { api, faults } = world;

const files = { 'a.ts': 'export const a = "aardwolf";\n' };

const branchesOf = async (id: string, query = ''): Promise<BranchList> => {
  const reply = await api.call<BranchList>('GET', `/api/repositories/${id}/branches${query}`);
  expect(reply.status).toBe(200);
  return reply.body;
};
const namesOf = async (id: string): Promise<string[]> => (await branchesOf(id)).branches.map(({ name }) => name);

const drop = (id: string, place: string) => api.call<Problem>('DELETE', `/api/repositories/${id}/branches/${place}`);

/** Adds a branch with one file of its own, and returns to `main`. */
const addBranch = async (git: GitRepository, name: string, word: string): Promise<string> => {
  await git.branch(name);
  await git.write({ [`${word}.ts`]: `export const ${word} = "${word}";\n` });
  const commit = await git.commit(name);
  await git.switch('main');
  return commit;
};

describe('the branches of a repository', () => {
  it('tell what is indexed, what the source had at the last look, and whether the index is behind', async () => {
    const { git } = await world.remote('told', files);
    const topic = await addBranch(git, 'topic', 'bandicoot');
    const main = await git.head();
    await api.synced('told', { branches: ['main', 'topic'] });
    const [first, second] = (await branchesOf('told')).branches;
    expect(first).toEqual({
      name: 'main',
      default: true,
      indexed_commit: main,
      indexed_at: expect.any(String),
      files: 1,
      chunks: 1,
      source_commit: main,
      source_seen_at: expect.any(String),
      remote: null,
      behind: false,
      deleted_at_source: null,
    });
    expect(second).toMatchObject({ name: 'topic', default: false, indexed_commit: topic, behind: false, files: 2 });
    expect(Date.parse(first?.source_seen_at ?? '')).toBeLessThanOrEqual(Date.parse(first?.indexed_at ?? ''));
    const later = await addBranch(git, 'topic', 'capybara');
    await api.synced('told', { branch: 'main' });
    expect((await branchesOf('told')).branches).toMatchObject([
      { name: 'main', behind: false },
      { name: 'topic', indexed_commit: topic, source_commit: later, behind: true },
    ]);
  });

  it('tell since when the source has deleted one that is kept', async () => {
    const { git } = await world.remote('told-gone', files);
    await api.call('PATCH', '/api/repositories/told-gone', { deleted_branches: 'keep' });
    await addBranch(git, 'topic', 'bandicoot');
    await api.synced('told-gone', { branches: ['main', 'topic'] });
    await git.git('branch', '-D', 'topic');
    await api.synced('told-gone');
    const found = (await branchesOf('told-gone')).branches[1];
    expect(found).toMatchObject({ source_commit: null, behind: null, deleted_at_source: expect.any(String) });
    await api.synced('told-gone');
    const again = (await branchesOf('told-gone')).branches[1];
    expect(again?.deleted_at_source).toBe(found?.deleted_at_source);
    expect(again?.source_seen_at).not.toBe(found?.source_seen_at);
  });

  it('are known to be behind where a sync was asked not to pull', async () => {
    const { git } = await world.remote('unpulled', files);
    await api.synced('unpulled');
    await git.commit('news');
    await api.synced('unpulled', { pull_remote: false });
    expect((await branchesOf('unpulled')).branches).toMatchObject([{ behind: true, source_commit: await git.head() }]);
  });

  it('come in pages, by name', async () => {
    const git = await world.registered('many', files);
    const names = ['b/1', 'b/2', 'c', 'ü'];
    for (const name of names) await git.git('branch', name);
    await api.synced('many', { branches: ['main', ...names] });
    const pages: string[][] = [];
    for (let query: string | null = '?limit=2'; query !== null; ) {
      const { branches, next }: BranchList = await branchesOf('many', query);
      pages.push(branches.map(({ name }) => name));
      query = next === null ? null : `?limit=2&cursor=${encodeURIComponent(next)}`;
    }
    expect(pages).toEqual([['b/1', 'b/2'], ['c', 'main'], ['ü']]);
  });

  it('are none before the first sync', async () => {
    await world.registered('unsynced', files);
    expect(await branchesOf('unsynced')).toEqual({ branches: [], next: null });
  });

  it('can be read by who may read, and dropped by who may sync', async () => {
    const git = await world.registered('shared', files);
    await git.git('branch', 'topic');
    await api.synced('shared', { branches: ['main', 'topic'] });
    for (const [user, role] of [
      ['rita', 'read'],
      ['will', 'write'],
    ])
      await api.call('PUT', `/api/repositories/shared/grants/${user}`, { role });
    const path = '/api/repositories/shared/branches';
    const answers = async (user: string) => [
      (await world.as(user).call('GET', path)).status,
      (await world.as(user).call('DELETE', `${path}/topic`)).status,
    ];
    expect(await answers('eve')).toEqual([404, 404]);
    expect(await answers('rita')).toEqual([200, 403]);
    expect(await answers('will')).toEqual([200, 204]);
    expect((await world.as('will').call('GET', '/api/repositories/nowhere/branches')).status).toBe(404);
    expect((await world.as('will').call('DELETE', '/api/repositories/nowhere/branches/x')).status).toBe(404);
  });
});

describe('a branch that is dropped by a call', () => {
  it('is no longer searchable, and what only it held is gone after the next sync', async () => {
    const git = await world.registered('dropped', files);
    await addBranch(git, 'topic', 'bandicoot');
    await api.synced('dropped', { branches: ['main', 'topic'] });
    const { branches } = (await world.server.runtime.repositories.get('dropped' as RepositoryId)) ?? {};
    const { manifest_key = '', generation: number = 0 } = branches?.topic ?? {};
    expect(await drop('dropped', 'topic')).toMatchObject({ status: 204, body: null });
    expect(await namesOf('dropped')).toEqual(['main']);
    expect((await api.search('dropped', { q: 'bandicoot', branch: 'topic' })).status).toBe(404);
    expect((await drop('dropped', 'topic')).body).toMatchObject({ status: 404, detail: 'Branch not found' });
    await api.synced('dropped');
    expect(await world.server.runtime.objects.exists(manifest_key)).toBe(false);
    const blob = { oid: await git.head('topic:bandicoot.ts'), chunks: 1 };
    const { index, embedder } = world.server.runtime;
    const generation = { repositoryId: 'dropped', number, dimensions: embedder.dimensions };
    expect(await index.get(generation, [blob])).toEqual([]);
    expect((await api.found('dropped', 'aardwolf'))[0]).toBe('a.ts');
  });

  it('is indexed anew by the next sync that asks for it, also when it was the only one', async () => {
    await world.registered('only', files);
    await api.synced('only');
    expect((await drop('only', 'main')).status).toBe(204);
    expect(await branchesOf('only')).toEqual({ branches: [], next: null });
    expect((await api.search('only', { q: 'aardwolf' })).status).toBe(404);
    await api.synced('only');
    expect((await api.found('only', 'aardwolf'))[0]).toBe('a.ts');
  });

  it('waits for the job that runs: 409 names it, and nothing is changed', async () => {
    const git = await world.registered('held', files);
    await git.git('branch', 'topic');
    await api.synced('held', { branches: ['main', 'topic'] });
    await git.write({ 'b.ts': 'export const b = "bandicoot";\n' });
    await git.commit('more');
    const gate = holdEmbedding(faults);
    const { body } = await api.sync('held', { branch: 'main' });
    await gate.reached;
    const reply = await drop('held', 'topic');
    expect(reply).toMatchObject({
      status: 409,
      body: { error: 'Sync already in progress', job_id: body.job_id, job_status: 'running' },
    });
    expect(reply.headers.get('location')).toBe(`/api/jobs/${body.job_id}`);
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
    faults.clear();
    gate.open();
    await api.ended(body.job_id);
    expect(await namesOf('held')).toEqual(['main', 'topic']);
    expect((await drop('held', 'topic')).status).toBe(204);
  });
});

describe('a branch’s name in a path', () => {
  const odd = [
    'feature/login',
    'a%2Fb',
    'a%b',
    'é/ü',
    'x#y',
    'x&y=z+w',
    "o'brien",
    'a(b)!',
    '{c}',
    'd;e',
    'f,g@h',
    '"q"',
    '<t>',
    '猫',
    'a|b',
    '$(x)',
    'v1.0',
  ];

  it('may be any that git takes, percent-encoded', async () => {
    const git = await world.registered('odd', files);
    for (const name of odd) await git.git('branch', name);
    await api.synced('odd', { branches: ['main', ...odd] });
    const left = new Set(['main', ...odd]);
    expect(new Set(await namesOf('odd'))).toEqual(left);
    for (const name of odd) {
      expect([name, (await drop('odd', encodeURIComponent(name))).status]).toEqual([name, 204]);
      left.delete(name);
      expect(new Set(await namesOf('odd'))).toEqual(left);
    }
  });

  it('may have its slashes as they are', async () => {
    const git = await world.registered('plain', files);
    for (const name of ['feature/a/b', 'feature/c']) await git.git('branch', name);
    await api.synced('plain', { branches: ['main', 'feature/a/b', 'feature/c'] });
    expect((await drop('plain', 'feature/a/b')).status).toBe(204);
    expect((await drop('plain', 'feature')).status).toBe(404);
    expect(await namesOf('plain')).toEqual(['feature/c', 'main']);
  });

  it.each(['-x', 'a//b', 'a%2F%2Fb', 'a/', '.hidden', 'a..b', 'a%20b', '%00', 'x.lock'])(
    'that git does not take is a 400: %s',
    async (name) => {
      const { status, body } = await drop('plain', name);
      expect([status, fieldsOf(body)]).toEqual([400, ['path.name']]);
    },
  );
});
