import { describe, expect, it } from 'vitest';
import type { JobAnswer } from '../../core/contract/api.ts';
import { holdEmbedding } from '../support/faults.ts';
import { useWorld } from '../support/use-world.ts';

/** The story's five scenarios, each step in its order, over HTTP against real git repositories. */

const world = useWorld();
const { faults } = world;

const code = (name: string, n: number): string =>
  `export const ${name}${n} = (input: number) => input * ${n} + ${n % 7};\n`;
const many = (count: number, name: string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`src/${n % 20}/${name}-${n}.ts`, code(name, n)]));

describe('Scenario 1: Trigger Successful Sync', () => {
  it('answers 202 with a queued job for an outdated index, and the repository is syncing', async () => {
    const git = await world.makeRepository(many(30, 'outdated'));
    await world.api.register('repo-123', git.path);
    await world.api.synced('repo-123');
    await git.write(
      Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`src/${n}/outdated-${n}.ts`, code('fresh', n)])),
    );
    await git.commit('10 files modified');

    const { status, body } = await world.api.sync('repo-123');
    expect(status).toBe(202);
    expect(body.job_id).toMatch(/^sync-/);
    expect(body.status).toBe('queued');
    expect(await world.api.repository('repo-123')).toMatchObject({ status: 'syncing', active_job_id: body.job_id });
    const job = await world.api.ended(body.job_id);
    expect(job).toMatchObject({ status: 'completed', progress: { files_processed: 10 }, counts: { modified: 10 } });
  });
});

describe('Scenario 2: Sync Already in Progress', () => {
  it('answers 409 with the message, the running job’s id and its progress', async () => {
    const git = await world.makeRepository(many(5, 'busy'));
    await world.api.register('repo-456', git.path);
    const gate = holdEmbedding(faults);
    const running = await world.api.sync('repo-456');
    await gate.reached;
    const reply = await world.api.sync<Pick<JobAnswer, 'job_id' | 'progress'>>('repo-456');
    expect(reply.status).toBe(409);
    expect(reply.body).toMatchObject({
      error: 'Sync already in progress',
      message: 'Sync already in progress',
      job_id: running.body.job_id,
    });
    expect(reply.body.progress.percentage).toBeGreaterThan(0);
    expect(reply.body.progress.percentage).toBeLessThan(100);
    gate.open();
    await world.api.ended(running.body.job_id);
  });
});

describe('Scenario 3: Force Sync with Options', () => {
  it('clears the existing index, reindexes the branches asked for, and estimates when it is done', async () => {
    const git = await world.makeRepository(many(10, 'forced'));
    await git.branch('develop');
    await git.write({ 'only-develop.ts': code('onlyDevelop', 1) });
    await git.commit('develop');
    await git.switch('main');
    await world.api.register('repo-789', git.path);
    await world.api.synced('repo-789', { branches: ['main', 'develop'] });

    const gate = holdEmbedding(faults);
    const options = { force: true, full_reindex: true, branches: ['main', 'develop'] };
    const { status, body } = await world.api.sync('repo-789', options);
    expect(status).toBe(202);
    expect(body.options).toMatchObject({ ...options, incremental: false });
    expect(Date.parse(body.estimated_completion ?? '')).toBeGreaterThan(Date.parse(body.created_at));
    expect((await world.api.repository('repo-789')).index.branches).toEqual([]);
    expect((await world.api.search('repo-789', { q: 'forced3' })).status).toBe(404);
    gate.open();
    const job = await world.api.ended(body.job_id);
    expect(job).toMatchObject({ status: 'completed', mode: 'full', counts: { chunks_embedded: 11 } });
    expect((await world.api.repository('repo-789')).index.branches.map(({ name }) => name)).toEqual([
      'develop',
      'main',
    ]);
    expect((await world.api.found('repo-789', 'onlyDevelop1', { branch: 'develop' }))[0]).toBe('only-develop.ts');
  });
});

describe('Scenario 4: Incremental Sync', () => {
  it('processes the 8 changed files of 1000, keeps the other vectors, and is faster than the full index', async () => {
    const git = await world.makeRepository(many(1000, 'indexed'));
    await world.api.register('repo-inc', git.path);
    const full = await world.api.synced('repo-inc');
    expect(full.counts?.indexed).toBe(1000);
    const generation = { repositoryId: 'repo-inc', number: 1, dimensions: 512 };
    const unchanged = await Promise.all(
      [20, 500, 999].map(async (n) => ({
        oid: await git.git('rev-parse', `HEAD:src/${n % 20}/indexed-${n}.ts`),
        chunks: 1,
      })),
    );
    const before = await world.server.runtime.index.get(generation, unchanged);
    const puts: string[] = [];
    faults.set('index', (real) => ({
      put: (where, rows) => {
        puts.push(...rows.map((row) => row.blob));
        return real.put(where, rows);
      },
    }));

    await git.write({
      ...Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`src/new/added-${n}.ts`, code('added', n)])),
      ...Object.fromEntries([1, 2, 3].map((n) => [`src/${n}/indexed-${n}.ts`, code('modified', n)])),
    });
    await git.commit('5 added, 3 modified');
    const { status, body } = await world.api.sync('repo-inc');
    expect(status).toBe(202);
    const job = await world.api.ended(body.job_id);
    expect(job).toMatchObject({
      mode: 'incremental',
      progress: { files_processed: 8, files_total: 8 },
      counts: { added: 5, modified: 3, unchanged: 997, chunks_embedded: 8 },
    });
    expect(puts).toHaveLength(8);
    expect(before).toHaveLength(3);
    expect(await world.server.runtime.index.get(generation, unchanged)).toEqual(before);
    const took = (one: JobAnswer): number => Date.parse(one.ended_at ?? '') - Date.parse(one.started_at ?? '');
    expect(took(job)).toBeLessThan(took(full));
  });
});

describe('Scenario 5: Sync with Git Pull', () => {
  it('pulls first, indexes the new files, and tells how many commits were pulled', async () => {
    const { git } = await world.remote('repo-git', { 'a.ts': code('first', 1) });
    await world.api.synced('repo-git');
    for (const n of [1, 2, 3]) {
      await git.write({ [`pulled-${n}.ts`]: code('pulled', n) });
      await git.commit(`commit ${n}`);
    }
    // What a busy machine takes longer for than the budget is filled in on the job; here the answer itself is looked at.
    faults.set('remoteLook', (real) => ({
      look: (source, branches, name) => real.look(source, branches, name, 10_000),
    }));
    const { status, body } = await world.api.sync<JobAnswer & { pulled_commits: number | null }>('repo-git', {
      pull_remote: true,
      remote: 'origin',
      branch: 'main',
    });
    expect(status).toBe(202);
    expect(body.pulled_commits).toBe(3);
    expect(body.pull).toMatchObject([{ remote: 'origin', branch: 'main', to: await git.head(), commit_count: 3 }]);
    const job = await world.api.ended(body.job_id);
    expect(job).toMatchObject({ status: 'completed', counts: { added: 3 }, pull: [{ commit_count: 3 }] });
    expect((await world.api.found('repo-git', 'pulled2'))[0]).toBe('pulled-2.ts');
  });
});
