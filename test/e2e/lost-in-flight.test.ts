import { describe, expect, it } from 'vitest';
import { jobsPrefix, repositoryPrefix } from '../../core/objects/object-keys.ts';
import { holdEmbedding } from '../support/faults.ts';
import type { GitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

/** What is lost while a sync is in the middle of its work. */
const world = useWorld();
const { faults } = world;

const indexed = async (id: string): Promise<GitRepository> => {
  const git = await world.registered(id, { 'a.ts': 'export const axolotl = 1;\n' });
  expect(await world.api.synced(id)).toMatchObject({ status: 'completed' });
  return git;
};
const add = async (git: GitRepository, files: Record<string, string>): Promise<void> => {
  await git.write(files);
  await git.commit('more');
};
/** Starts a sync, has something happen while it embeds, and lets it go on to its end. */
const syncedAround = async (id: string, meanwhile: () => Promise<unknown>, options: object = {}) => {
  const gate = holdEmbedding(faults);
  const { body } = await world.api.sync(id, options);
  await gate.reached;
  await meanwhile();
  gate.open();
  const job = await world.api.ended(body.job_id);
  faults.clear();
  return job;
};
const drop = (repositoryId: string, number: number) => world.server.runtime.index.drop({ repositoryId, number });

describe('a sync loses, while it embeds,', () => {
  it('the index that it adds to: it fails by name, search says what is lost, and the next sync makes it anew', async () => {
    const git = await indexed('added-to');
    await add(git, { 'b.ts': 'export const bison = 2;\n' });
    expect(await syncedAround('added-to', () => drop('added-to', 1))).toMatchObject({
      status: 'failed',
      error: { code: 'GenerationNotFoundError', message: expect.stringContaining('the next sync makes a new one') },
    });
    expect(await world.api.search('added-to', { q: 'axolotl' })).toMatchObject({
      status: 503,
      body: { fault: 'index_lost' },
    });
    expect(await world.api.synced('added-to')).toMatchObject({ status: 'completed', mode_reason: 'index_lost' });
    expect((await world.api.found('added-to', 'axolotl'))[0]).toBe('a.ts');
    expect((await world.api.found('added-to', 'bison'))[0]).toBe('b.ts');
  });

  it('the index that it makes: the old one answers, and is not taken for damaged', async () => {
    const git = await indexed('made');
    await add(git, { 'b.ts': 'export const bison = 2;\n' });
    const job = await syncedAround('made', () => drop('made', 2), { full_reindex: true });
    expect(job).toMatchObject({ status: 'failed', error: { code: 'GenerationNotFoundError' } });
    expect((await world.api.found('made', 'axolotl'))[0]).toBe('a.ts');
    expect(await world.api.synced('made')).toMatchObject({
      status: 'completed',
      mode: 'incremental',
      mode_reason: null,
    });
    expect((await world.api.found('made', 'bison'))[0]).toBe('b.ts');
  });

  it('all of its objects: it fails by name, and the next one does its work', async () => {
    const git = await indexed('objects');
    await add(git, { 'b.ts': 'export const bison = 2;\n' });
    const { objects } = world.server.runtime;
    expect(await syncedAround('objects', () => objects.deleteAll(jobsPrefix('objects')))).toMatchObject({
      status: 'failed',
      error: { code: 'ObjectMissingError' },
    });
    expect((await world.api.found('objects', 'axolotl'))[0]).toBe('a.ts');
    expect(await world.api.synced('objects')).toMatchObject({ status: 'completed', mode: 'incremental' });
    expect((await world.api.found('objects', 'bison'))[0]).toBe('b.ts');
  });

  it('every object of the repository: the next one makes everything anew', async () => {
    const git = await indexed('emptied');
    await add(git, { 'b.ts': 'export const bison = 2;\n' });
    const { objects } = world.server.runtime;
    expect(await syncedAround('emptied', () => objects.deleteAll(repositoryPrefix('emptied')))).toMatchObject({
      status: 'failed',
      error: { code: 'ObjectMissingError' },
    });
    expect(await world.api.synced('emptied')).toMatchObject({ status: 'completed', mode_reason: 'manifest_lost' });
    expect((await world.api.found('emptied', 'bison'))[0]).toBe('b.ts');
  });
});

it('while an index is made anew, a search says by which job, and when to ask again', async () => {
  const git = await indexed('asked');
  await add(git, { 'b.ts': 'export const bison = 2;\n' });
  await drop('asked', 1);
  let reply: Awaited<ReturnType<typeof world.api.search>> | undefined;
  const job = await syncedAround('asked', async () => {
    reply = await world.api.search('asked', { q: 'axolotl' });
  });
  expect(reply?.status).toBe(503);
  expect(Number(reply?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(reply?.body).toMatchObject({
    type: 'urn:repository-sync:problem:index-lost',
    fault: 'index_lost',
    branch: 'main',
    job_id: job.job_id,
  });
  expect(job).toMatchObject({ status: 'completed', mode: 'full', mode_reason: 'index_lost' });
});

it('a manifest of one branch is lost: the other branches are searched all the while', async () => {
  const git = await indexed('branches');
  await git.branch('dev', 'main');
  await add(git, { 'b.ts': 'export const bison = 2;\n' });
  await git.switch('main');
  await world.api.synced('branches', { branches: ['main', 'dev'] });
  const { repositories, objects } = world.server.runtime;
  const record = await repositories.get('branches' as Parameters<typeof repositories.get>[0]);
  await objects.deleteAll(record?.branches.dev?.manifest_key ?? 'none');
  expect(await world.api.search('branches', { q: 'bison', branch: 'dev' })).toMatchObject({
    status: 503,
    body: { type: 'urn:repository-sync:problem:manifest-lost', branch: 'dev' },
  });
  const job = await syncedAround('branches', async () => {
    expect((await world.api.found('branches', 'axolotl', { branch: 'main' }))[0]).toBe('a.ts');
  });
  expect(job).toMatchObject({ status: 'completed', mode_reason: 'manifest_lost' });
  expect((await world.api.found('branches', 'bison', { branch: 'dev' }))[0]).toBe('b.ts');
});
