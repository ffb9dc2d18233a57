import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RepositoryId } from '../../core/contract/ids.ts';
import type { PushHookAnswer } from '../../core/contract/push-hooks.ts';
import type { RepositoryRecord } from '../../core/contract/records.ts';
import { SourceNotFoundError } from '../../core/domain/errors.ts';
import type { Reply } from '../support/api.ts';
import { holdEmbedding } from '../support/faults.ts';
import type { GitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { api, faults } = world;

const recordOf = async (id: string): Promise<RepositoryRecord> => {
  const record = await world.server.runtime.repositories.get(id as RepositoryId);
  if (record === null) throw new Error(`${id} is gone`);
  return record;
};

const branchesOf = async (id: string): Promise<string[]> =>
  (await api.repository(id)).index.branches.map(({ name }) => name);

/** The rows of these blobs that the index holds, whatever a search shows of them. */
const rowsOf = async (id: string, oids: readonly string[]): Promise<number> => {
  const { branches } = await recordOf(id);
  const number = Math.max(...Object.values(branches).map(({ generation }) => generation));
  const { index, embedder } = world.server.runtime;
  const generation = { repositoryId: id, number, dimensions: embedder.dimensions };
  return (
    await index.get(
      generation,
      oids.map((oid) => ({ oid, chunks: 1 })),
    )
  ).length;
};

/** `main` and `feature/login` behind a smart-HTTP server, both indexed; the second has a file that the first has not. */
const twoBranches = async (id: string, more: object = {}): Promise<GitRepository> => {
  const { git } = await world.remote(id, { 'a.ts': 'export const a = "aardwolf";\n' });
  if (Object.keys(more).length > 0) await api.call('PATCH', `/api/repositories/${id}`, more);
  await git.branch('feature/login');
  await git.write({ 'b.ts': 'export const b = "bandicoot";\n' });
  await git.commit('feature');
  await git.switch('main');
  await api.synced(id, { branches: ['current', 'feature/login'] });
  expect(await branchesOf(id)).toEqual(['feature/login', 'main']);
  return git;
};

const dropAtSource = (git: GitRepository, branch = 'feature/login'): Promise<string> => git.git('branch', '-D', branch);

describe('a branch that the source has deleted', () => {
  it('is no longer searchable after the next sync of any branch, and the job names it', async () => {
    const git = await twoBranches('gone');
    const manifest = (await recordOf('gone')).branches['feature/login']?.manifest_key ?? '';
    await dropAtSource(git);
    const job = await api.synced('gone');
    expect(job).toMatchObject({ status: 'completed', dropped_branches: ['feature/login'] });
    expect(await branchesOf('gone')).toEqual(['main']);
    const { status, body } = await api.search('gone', { q: 'bandicoot', branch: 'feature/login' });
    expect([status, body]).toMatchObject([404, { detail: expect.stringContaining('feature/login') }]);
    expect((await api.found('gone', 'aardwolf'))[0]).toBe('a.ts');
    // Its manifest is needed to know its blobs: it goes with them.
    expect(await world.server.runtime.objects.exists(manifest)).toBe(true);
  });

  it('loses its blobs and its manifest to the next job; what another branch holds stays', async () => {
    const git = await twoBranches('swept');
    const before = await recordOf('swept');
    const [own, shared] = await Promise.all(['feature/login:b.ts', 'main:a.ts'].map((at) => git.head(at)));
    expect(await rowsOf('swept', [own as string])).toBe(1);
    await dropAtSource(git);
    await api.synced('swept');
    await api.synced('swept');
    expect(await rowsOf('swept', [own as string])).toBe(0);
    expect(await rowsOf('swept', [shared as string])).toBe(1);
    const manifest = before.branches['feature/login']?.manifest_key ?? '';
    expect(await world.server.runtime.objects.exists(manifest)).toBe(false);
    expect((await recordOf('swept')).leftovers).toEqual([]);
    expect((await api.found('swept', 'aardwolf'))[0]).toBe('a.ts');
  });

  it('costs no embedding where it was merged before: its blobs are the other branch’s now', async () => {
    const git = await twoBranches('merged');
    await git.merge('feature/login');
    await dropAtSource(git);
    const job = await api.synced('merged');
    expect(job).toMatchObject({ counts: { added: 1, chunks_embedded: 0 }, dropped_branches: ['feature/login'] });
    await api.synced('merged');
    expect((await api.found('merged', 'bandicoot'))[0]).toBe('b.ts');
  });

  it('stays searchable where the repository is set to keep it, and goes once that is changed', async () => {
    const git = await twoBranches('kept', { deleted_branches: 'keep' });
    expect(await api.repository('kept')).toMatchObject({ deleted_branches: 'keep' });
    await dropAtSource(git);
    expect(await api.synced('kept')).toMatchObject({ status: 'completed', dropped_branches: [] });
    expect((await api.found('kept', 'bandicoot', { branch: 'feature/login' }))[0]).toBe('b.ts');
    await api.call('PATCH', '/api/repositories/kept', { deleted_branches: 'drop' });
    expect(await api.synced('kept')).toMatchObject({ dropped_branches: ['feature/login'] });
    expect(await branchesOf('kept')).toEqual(['main']);
  });

  it('is noted also by a sync that then fails, and dropped by the next that does not', async () => {
    const git = await twoBranches('noted');
    await dropAtSource(git);
    await git.write({ 'c.ts': 'export const c = "capybara";\n' });
    await git.commit('more');
    faults.set('index', () => ({ settle: () => Promise.reject(new RangeError('no settling today')) }));
    expect(await api.synced('noted')).toMatchObject({ status: 'failed' });
    faults.clear();
    const { sightings } = await recordOf('noted');
    expect(sightings['feature/login']).toMatchObject({ commit: null, deleted_at: expect.any(String) });
    expect(sightings.main).toMatchObject({ commit: await git.head(), deleted_at: null });
    expect(await branchesOf('noted')).toContain('feature/login');
    expect(await api.synced('noted')).toMatchObject({ status: 'completed', dropped_branches: ['feature/login'] });
  });

  it('is no news to a sync that is asked not to pull', async () => {
    const git = await twoBranches('unpulled');
    await dropAtSource(git);
    expect(await api.synced('unpulled', { pull_remote: false })).toMatchObject({ dropped_branches: [] });
    expect(await branchesOf('unpulled')).toEqual(['feature/login', 'main']);
  });

  it('that comes back before a sync has seen that it was gone keeps its index', async () => {
    const git = await twoBranches('back');
    const at = await git.head('feature/login');
    await dropAtSource(git);
    await git.git('branch', 'feature/login', at);
    expect(await api.synced('back')).toMatchObject({ dropped_branches: [] });
    expect(await branchesOf('back')).toEqual(['feature/login', 'main']);
  });
});

describe('what drops nothing', () => {
  it('the default branch’s absence', async () => {
    const git = await twoBranches('default-gone', { default_branch: 'main' });
    await git.switch('feature/login');
    await dropAtSource(git, 'main');
    expect(await api.synced('default-gone', { branch: 'feature/login' })).toMatchObject({ dropped_branches: [] });
    expect(await branchesOf('default-gone')).toEqual(['feature/login', 'main']);
  });

  it('a look that fails', async () => {
    const git = await twoBranches('unseen');
    await dropAtSource(git);
    faults.set('git', () => ({ heads: () => Promise.reject(new SourceNotFoundError('not now')) }));
    const { status } = await api.synced('unseen');
    faults.clear();
    expect(status).toBe('failed');
    expect((await recordOf('unseen')).sightings['feature/login']).toMatchObject({ deleted_at: null });
    expect(await branchesOf('unseen')).toEqual(['feature/login', 'main']);
  });

  it('a look that shows no branch at all: a source that was emptied is more likely broken', async () => {
    const git = await twoBranches('emptied');
    faults.set('git', () => ({ heads: async () => ({ defaultBranch: null, branches: new Map() }) }));
    const job = await api.synced('emptied');
    faults.clear();
    expect([job.status, job.missing, job.error?.reason]).toEqual(['failed', ['main'], 'branch_missing']);
    expect(job.error?.message).toContain('shows no branch at all');
    expect((await api.repository('emptied')).health_reasons).toEqual(['sync_failed']);
    expect(await branchesOf('emptied')).toEqual(['feature/login', 'main']);
    expect((await recordOf('emptied')).sightings['feature/login']).toMatchObject({
      commit: await git.head('feature/login'),
      deleted_at: null,
    });
  });
});

const hook = async (id: string, event: string, body: object): Promise<Reply<PushHookAnswer>> => {
  const text = JSON.stringify(body);
  const hex = createHmac('sha256', (await recordOf(id)).secrets.push)
    .update(text)
    .digest('hex');
  return api.call('POST', `/api/hooks/github/${id}`, text, {
    'content-type': 'application/json',
    'X-GitHub-Event': event,
    'X-Hub-Signature-256': `sha256=${hex}`,
  });
};
const gitlab = async (id: string, body: object): Promise<Reply<PushHookAnswer>> =>
  api.call('POST', `/api/hooks/gitlab/${id}`, body, {
    'X-Gitlab-Event': 'Push Hook',
    'X-Gitlab-Token': (await recordOf(id)).secrets.push,
  });

describe('a host’s delete event', () => {
  it.each([
    ['hub-push', (id: string) => hook(id, 'push', { ref: 'refs/heads/feature/login', deleted: true })],
    ['hub-delete', (id: string) => hook(id, 'delete', { ref: 'feature/login', ref_type: 'branch' })],
    ['lab-push', (id: string) => gitlab(id, { ref: 'refs/heads/feature/login', after: '0'.repeat(40) })],
  ])('marks the branch, and leads to a look that drops it: %s', async (id, send) => {
    const git = await twoBranches(id);
    await dropAtSource(git);
    await git.write({ 'c.ts': 'export const c = "capybara";\n' });
    await git.commit('not asked for');
    const { status, body } = await send(id);
    expect([status, body.outcome]).toEqual([202, 'started']);
    expect(await api.ended(body.job_id ?? '')).toMatchObject({
      status: 'completed',
      dropped_branches: ['feature/login'],
      // The look is all that is wanted: no branch is read for it.
      options: { branches: [] },
      counts: { added: 0, chunks_embedded: 0 },
    });
    expect(await branchesOf(id)).toEqual(['main']);
  });

  it('is believed no further than the source bears it out', async () => {
    await twoBranches('late');
    const { body } = await hook('late', 'delete', { ref: 'feature/login', ref_type: 'branch' });
    expect(await api.ended(body.job_id ?? '')).toMatchObject({ status: 'completed', dropped_branches: [] });
    expect((await recordOf('late')).sightings['feature/login']).toMatchObject({ deleted_at: null });
    expect(await branchesOf('late')).toEqual(['feature/login', 'main']);
  });

  it('marks the branch at once, also while a sync runs, which owes the look', async () => {
    const git = await twoBranches('busy-delete');
    await git.write({ 'c.ts': 'export const c = "capybara";\n' });
    await git.commit('more');
    const gate = holdEmbedding(faults);
    const running = await api.sync('busy-delete');
    await gate.reached;
    await dropAtSource(git);
    const { body } = await hook('busy-delete', 'delete', { ref: 'feature/login', ref_type: 'branch' });
    expect(body.outcome).toBe('owed');
    expect((await recordOf('busy-delete')).sightings['feature/login']).toMatchObject({
      commit: null,
      deleted_at: expect.any(String),
    });
    faults.clear();
    gate.open();
    await api.ended(running.body.job_id);
    await expect.poll(() => branchesOf('busy-delete'), { timeout: 60_000 }).toEqual(['main']);
  });

  it.each([
    ['a branch that is not indexed', 'delete', { ref: 'other', ref_type: 'branch' }],
    ['a tag', 'delete', { ref: 'v1', ref_type: 'tag' }],
  ])('is ignored: of %s', async (_, event, body) => {
    const id = `calm-${_.length}`;
    await twoBranches(id);
    const reply = await hook(id, event, body);
    expect(reply.body).toMatchObject({ outcome: 'ignored', job_id: null });
  });

  it('of another shape is a 400 that names the field', async () => {
    await twoBranches('odd-delete');
    const { status, body } = await hook('odd-delete', 'delete', { ref_type: 7 });
    expect(status).toBe(400);
    expect((body as never as { errors: { field: string }[] }).errors.map(({ field }) => field)).toEqual([
      'ref',
      'ref_type',
    ]);
  });
});

describe('a sync that fails after the branch was dropped', () => {
  it('leaves the dropped branch’s blobs to the next one', async () => {
    const git = await twoBranches('fails-after');
    const own = await git.head('feature/login:b.ts');
    await dropAtSource(git);
    await api.synced('fails-after');
    await git.write({ 'c.ts': 'export const c = "capybara";\n' });
    await git.commit('more');
    faults.set('index', () => ({ delete: () => Promise.reject(new RangeError('no deletions today')) }));
    await api.synced('fails-after');
    faults.clear();
    await api.synced('fails-after');
    expect(await rowsOf('fails-after', [own])).toBe(0);
  });
});
