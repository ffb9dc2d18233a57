import { describe, expect, it } from 'vitest';
import type { JobAnswer } from '../../core/contract/api.ts';
import type { GitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { faults } = world;

const commit = async (git: GitRepository, name: string): Promise<string> => {
  await git.write({ [`${name}.ts`]: `export const ${name} = "${name}";\n` });
  return git.commit(name);
};

/** Behind a smart-HTTP server, with its branch `main` indexed. `more`: what is registered besides its address. */
const indexed = async (id: string, more: object = {}): Promise<GitRepository> => {
  const { git, server } = await world.remote(`${id}-source`, { 'a.ts': 'export const a = "agouti";\n' });
  await world.api.register(id, `${server.url}/.git`, more);
  expect(await world.api.synced(id)).toMatchObject({ status: 'completed', current: { branch: 'main', head: 'main' } });
  return git;
};

const branchesOf = async (id: string): Promise<string[]> =>
  (await world.api.repository(id)).index.branches.map(({ name }) => name);

describe('a source whose HEAD moves', () => {
  it('is followed when its branch was renamed, and the job says so', async () => {
    const git = await indexed('renamed');
    expect(await world.api.repository('renamed')).toMatchObject({ default_branch: 'main', follows_head: true });
    await git.git('branch', '-m', 'main', 'trunk');
    await commit(git, 'bongo');
    const job = await world.api.synced('renamed');
    expect(job).toMatchObject({
      status: 'completed',
      current: { branch: 'trunk', moved_from: 'main', head: 'trunk' },
      branches: [{ name: 'trunk', status: 'published', commit: await git.head(), reason: null }],
      missing: [],
      options: { branches: ['current'] },
      // What main holds is known to trunk.
      counts: { added: 2, chunks_embedded: 1 },
    });
    expect(await world.api.repository('renamed')).toMatchObject({ default_branch: 'trunk', follows_head: true });
    const { body } = await world.api.search('renamed', { q: 'bongo' });
    expect(body).toMatchObject({ branch: 'trunk', indexed_commit: await git.head() });
    expect(body.results[0]?.path).toBe('bongo.ts');
    expect((await world.api.synced('renamed')).current).toEqual({ branch: 'trunk', moved_from: null, head: 'trunk' });
  });

  it('is followed while the old branch remains, whose index stays as it was', async () => {
    const git = await indexed('switched');
    await git.branch('trunk');
    await commit(git, 'caracal');
    expect(await world.api.synced('switched')).toMatchObject({ current: { branch: 'trunk', moved_from: 'main' } });
    expect((await world.api.found('switched', 'caracal'))[0]).toBe('caracal.ts');
    expect(await branchesOf('switched')).toEqual(['main', 'trunk']);
    expect(await world.api.found('switched', 'caracal', { branch: 'main' })).not.toContain('caracal.ts');
  });

  it('is not followed without a pull: that is news of the remote too', async () => {
    const git = await indexed('unpulled-head');
    await git.branch('trunk');
    const job = await world.api.synced('unpulled-head', { pull_remote: false });
    expect(job).toMatchObject({ status: 'completed', current: { branch: 'main', moved_from: null, head: 'trunk' } });
    expect(await world.api.repository('unpulled-head')).toMatchObject({ default_branch: 'main' });
  });

  it('keeps what is searched until the new branch has an index', async () => {
    const git = await indexed('other-first');
    await git.branch('aside');
    await git.branch('trunk');
    const job = await world.api.synced('other-first', { branches: ['aside'] });
    expect(job.current).toEqual({ branch: 'trunk', moved_from: 'main', head: 'trunk' });
    expect((await world.api.search('other-first', { q: 'agouti' })).body.branch).toBe('main');
    await world.api.synced('other-first', { branches: ['trunk'] });
    expect((await world.api.search('other-first', { q: 'agouti' })).body.branch).toBe('trunk');
  });

  it('that names no branch leaves the last one', async () => {
    const git = await indexed('detached');
    await commit(git, 'dhole');
    await git.git('checkout', '--quiet', '--detach');
    expect(await world.api.synced('detached')).toMatchObject({
      status: 'completed',
      current: { branch: 'main', moved_from: null, head: null },
      counts: { added: 1 },
    });
  });

  it('that names no branch, the last one gone, fails with the cure', async () => {
    const git = await indexed('unborn');
    await git.branch('aside');
    await git.git('symbolic-ref', 'HEAD', 'refs/heads/nowhere');
    await git.git('branch', '-D', 'main');
    const job = await world.api.synced('unborn');
    expect(job).toMatchObject({ status: 'failed', current: null, missing: ['current'] });
    expect(job.error?.message).toMatch(/HEAD.*main.*PATCH \/api\/repositories\/unborn.*default_branch/);
  });

  it('is looked at while the caller waits: the 202 tells of the branch that HEAD names now', async () => {
    const git = await indexed('looked-at');
    await git.branch('trunk');
    await commit(git, 'eland');
    faults.set('remoteLook', (real) => ({
      look: (source, branches, remote) => real.look(source, branches, remote, 20_000),
    }));
    const { body } = await world.api.sync('looked-at');
    expect(body.pull).toMatchObject([{ branch: 'trunk', from: null, to: await git.head() }]);
    expect((await world.api.ended(body.job_id)).pull).toMatchObject([{ branch: 'trunk', to: await git.head() }]);
  });
});

describe('a default branch that the user has named', () => {
  it('stays, whatever HEAD names, and the job tells both', async () => {
    const git = await indexed('chosen', { default_branch: 'main' });
    await git.branch('trunk');
    await commit(git, 'fossa');
    expect(await world.api.synced('chosen')).toMatchObject({
      status: 'completed',
      current: { branch: 'main', moved_from: null, head: 'trunk' },
    });
    expect(await world.api.repository('chosen')).toMatchObject({ default_branch: 'main', follows_head: false });
  });

  it('fails when it is gone, with the cure: the call, the member, and what HEAD names', async () => {
    const git = await indexed('chosen-gone', { default_branch: 'main' });
    await git.git('branch', '-m', 'main', 'trunk');
    const job = await world.api.synced('chosen-gone');
    expect(job).toMatchObject({ status: 'failed', error: { code: 'BranchNotFoundError' }, missing: ['main'] });
    const { message } = job.error ?? { message: '' };
    expect(message).toContain('main');
    expect(message).toContain('PATCH /api/repositories/chosen-gone');
    expect(message).toContain('{"default_branch": null}');
    expect(message).toContain('trunk');
    // The cure, word for word.
    const patched = await world.api.call('PATCH', '/api/repositories/chosen-gone', { default_branch: null });
    expect(patched.body).toMatchObject({ default_branch: 'main', follows_head: true });
    expect(await world.api.synced('chosen-gone')).toMatchObject({ status: 'completed', current: { branch: 'trunk' } });
    expect(await world.api.repository('chosen-gone')).toMatchObject({ default_branch: 'trunk', follows_head: true });
  });

  it('is told of by the job that publishes the others', async () => {
    const git = await indexed('chosen-beside', { default_branch: 'main' });
    await git.git('branch', '-m', 'main', 'trunk');
    const job = await world.api.synced('chosen-beside', { branches: ['current', 'trunk'] });
    expect(job).toMatchObject({ status: 'completed_with_errors', missing: ['main'] });
    expect(job.branches).toMatchObject([
      { name: 'main', status: 'missing', commit: null, reason: expect.stringContaining('PATCH /api/repositories') },
      { name: 'trunk', status: 'published', reason: null },
    ]);
  });
});

it('a path of this machine follows what is checked out', async () => {
  const git = await world.registered('checkout', { 'a.ts': 'export const a = "galago";\n' });
  await world.api.synced('checkout');
  await git.branch('topic');
  await commit(git, 'hyrax');
  const job: JobAnswer = await world.api.synced('checkout');
  expect(job.current).toEqual({ branch: 'topic', moved_from: 'main', head: 'topic' });
  expect((await world.api.found('checkout', 'hyrax'))[0]).toBe('hyrax.ts');
});
