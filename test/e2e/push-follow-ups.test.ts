import { describe, expect, it } from 'vitest';
import type { RepositoryId } from '../../core/contract/ids.ts';
import { createGate, holdEmbedding } from '../support/faults.ts';
import type { GitRepository } from '../support/git-repository.ts';
import { pushHookLab } from '../support/push-hook-lab.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { faults } = world;
const { register, commit, jobsOf, isOwed, settled, github, pushTo, gitlab } = pushHookLab(world);

describe('pushes during a sync', () => {
  it('lead to exactly one follow-up, which covers the last of them', async () => {
    const git = await register('stormy');
    await world.api.synced('stormy');
    await commit(git, 'before');
    const gate = holdEmbedding(faults);
    const { body } = await world.api.sync('stormy');
    await gate.reached;
    let last = '';
    for (let i = 0; i < 20; i++) {
      last = await commit(git, `push${i}`);
      const reply = await (i % 2 === 0
        ? github('stormy', pushTo('main'))
        : gitlab('stormy', { ref: 'refs/heads/main', after: last }));
      expect([reply.status, reply.body.outcome]).toEqual([202, 'owed']);
    }
    faults.clear();
    gate.open();
    await world.api.ended(body.job_id);
    const jobs = await settled('stormy', 3);
    expect(jobs[0]).toMatchObject({ status: 'completed', requested_by: 'gitlab', counts: { added: 20 } });
    expect((await world.api.repository('stormy')).index.branches).toMatchObject([{ commit: last }]);
    expect(jobs).toHaveLength(3);
  });

  it('of several branches lead to one follow-up with all of them', async () => {
    const git = await register('branchy');
    await git.branch('develop');
    await world.api.synced('branchy', { branches: ['main', 'develop'] });
    const gate = holdEmbedding(faults);
    const { body } = await world.api.sync('branchy', { full_reindex: true });
    await gate.reached;
    await github('branchy', pushTo('main'));
    await github('branchy', pushTo('develop'));
    faults.clear();
    gate.open();
    await world.api.ended(body.job_id);
    const jobs = await settled('branchy', 3);
    expect(jobs[0]?.options.branches).toEqual(['develop', 'main']);
  });

  it('that come together on a free repository share one sync, and one that follows', async () => {
    const git = await register('flock');
    await world.api.synced('flock');
    await commit(git, 'dugong');
    const replies = await Promise.all(Array.from({ length: 10 }, () => github('flock', pushTo('main'))));
    expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(202));
    expect(new Set(replies.map(({ body }) => body.job_id).filter((id) => id !== null)).size).toBeLessThanOrEqual(2);
    expect((await settled('flock', 2)).length).toBeLessThanOrEqual(3);
    expect((await world.api.found('flock', 'dugong'))[0]).toBe('dugong.ts');
  });

  it('are started when the one who took them could not', async () => {
    await register('unstarted');
    await world.api.synced('unstarted');
    faults.set('claims', () => ({
      claim: async () => {
        throw new Error('throttled');
      },
    }));
    const { status, body } = await github('unstarted', pushTo('main'));
    expect([status, body.outcome]).toEqual([202, 'owed']);
    faults.clear();
    expect((await settled('unstarted', 2))[0]).toMatchObject({ status: 'completed', requested_by: 'github' });
  });

  it('answer with the job that another has started for them all', async () => {
    const git = await register('joined');
    await world.api.synced('joined');
    await commit(git, 'numbat');
    const embedding = holdEmbedding(faults);
    const claiming = createGate();
    let first = true;
    faults.set('claims', (real) => ({
      claim: async (claim) => {
        const waits = first;
        first = false;
        if (waits) await claiming.wait();
        return real.claim(claim);
      },
    }));
    // The dispatcher looks each second: on a busy machine it would be the one that starts it.
    faults.set('followUps', () => ({ due: async () => [] }));
    const early = github('joined', pushTo('main'));
    await claiming.reached;
    const late = await github('joined', pushTo('main'));
    expect(late.body.outcome).toBe('started');
    claiming.open();
    expect((await early).body).toEqual(late.body);
    embedding.open();
    expect(await settled('joined', 2)).toHaveLength(2);
  });

  it('follow at once when the sync in their way ends just while they are put off', async () => {
    const git = await register('put-off');
    await commit(git, 'okapi');
    const embedding = holdEmbedding(faults);
    const { body } = await world.api.sync('put-off');
    await embedding.reached;
    faults.set('followUps', (real) => ({
      postpone: async (...args) => {
        embedding.open();
        await world.api.ended(body.job_id);
        await real.postpone(...args);
      },
    }));
    expect((await github('put-off', pushTo('main'))).status).toBe(202);
    expect(await world.server.runtime.followUps.get('put-off' as RepositoryId)).toBeNull();
    faults.clear();
    expect(await settled('put-off', 2)).toHaveLength(2);
  });

  it('are followed for all their branches, however many', async () => {
    await register('many');
    const repository = await world.server.runtime.repositories.get('many' as RepositoryId);
    if (repository === null) throw new Error('it is not registered');
    const names = Array.from({ length: 120 }, (_, n) => `gone-${n}`);
    await world.server.runtime.followUps.request(repository, ['main', ...names], 'github', new Date());
    const [job] = await settled('many', 1);
    expect(job).toMatchObject({ status: 'completed_with_errors', branches: expect.anything() });
    expect(job?.missing).toHaveLength(120);
    expect((await world.api.found('many', 'aardwolf'))[0]).toBe('a.ts');
  });

  it('are forgotten with their repository, also when another has its id at once', async () => {
    await register('again');
    const repository = await world.server.runtime.repositories.get('again' as RepositoryId);
    if (repository === null) throw new Error('it is not registered');
    const { followUps } = world.server.runtime;
    const owed = await followUps.request(repository, ['main'], 'github', new Date(Date.now() + 600_000));
    await world.api.call('DELETE', '/api/repositories/again');
    await register('again');
    expect(await followUps.get('again' as RepositoryId)).toEqual(owed);
    await followUps.postpone(owed, new Date());
    while (await isOwed('again')) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await jobsOf('again')).toEqual([]);
  });

  it('are forgotten with their repository', async () => {
    await register('gone');
    const repository = await world.server.runtime.repositories.get('gone' as RepositoryId);
    if (repository === null) throw new Error('it is not registered');
    await world.server.runtime.followUps.request(repository, ['main'], 'github', new Date());
    await world.api.call('DELETE', '/api/repositories/gone');
    while (await isOwed('gone')) await new Promise((resolve) => setTimeout(resolve, 50));
  });
});

describe('a push to a branch that has no index yet', () => {
  const registered = async (id: string): Promise<GitRepository> => {
    const git = await register(id);
    await world.api.synced(id);
    await git.branch('develop');
    await commit(git, 'quoll');
    return git;
  };

  it('is owed while its first sync runs, and indexed after it', async () => {
    const git = await registered('first-runs');
    const embedding = holdEmbedding(faults);
    const { body } = await world.api.sync('first-runs', { branches: ['develop'] });
    await embedding.reached;
    const last = await commit(git, 'ratel');
    expect((await github('first-runs', pushTo('develop'))).body).toMatchObject({ outcome: 'owed' });
    embedding.open();
    await world.api.ended(body.job_id);
    const jobs = await settled('first-runs', 3);
    expect(jobs[0]).toMatchObject({ status: 'completed', requested_by: 'github', options: { branches: ['develop'] } });
    const { body: found } = await world.api.search('first-runs', { q: 'ratel', branch: 'develop' });
    expect([found.indexed_commit, found.results[0]?.path]).toEqual([last, 'ratel.ts']);
  });

  it('is owed while its first sync waits to begin', async () => {
    await registered('first-queued');
    const gate = createGate();
    faults.set('running', (real) => ({
      begin: async (...args) => {
        await gate.wait();
        return real.begin(...args);
      },
    }));
    const { body } = await world.api.sync('first-queued', { branches: ['develop'] });
    await gate.reached;
    expect((await world.api.job(body.job_id)).status).toBe('queued');
    expect((await github('first-queued', pushTo('develop'))).body).toMatchObject({ outcome: 'owed' });
    gate.open();
    faults.clear();
    expect((await settled('first-queued', 3))[0]).toMatchObject({ requested_by: 'github', status: 'completed' });
  });

  it('that deletes it while its first sync runs is followed by a look, which drops it again', async () => {
    const git = await registered('first-deleted');
    const embedding = holdEmbedding(faults);
    const { body } = await world.api.sync('first-deleted', { branches: ['develop'] });
    await embedding.reached;
    await git.switch('main');
    await git.git('branch', '-D', 'develop');
    expect((await github('first-deleted', pushTo('develop', { deleted: true }))).body).toMatchObject({
      outcome: 'owed',
    });
    embedding.open();
    expect(await world.api.ended(body.job_id)).toMatchObject({ status: 'completed' });
    const [look] = await settled('first-deleted', 3);
    expect(look).toMatchObject({ options: { branches: [] }, dropped_branches: ['develop'] });
    expect((await world.api.repository('first-deleted')).index.branches.map(({ name }) => name)).toEqual(['main']);
  });

  it('starts a sync when its first one has failed, or has not found it', async () => {
    const git = await registered('first-failed');
    faults.set('index', () => ({ settle: () => Promise.reject(new RangeError('no settling today')) }));
    expect(await world.api.synced('first-failed', { branches: ['develop', 'late'] })).toMatchObject({
      status: 'failed',
      missing: ['late'],
    });
    faults.clear();
    // Another sync in between is of no account.
    await world.api.synced('first-failed');
    await git.branch('late');
    for (const branch of ['develop', 'late']) {
      const { body } = await github('first-failed', pushTo(branch));
      expect(body.outcome).toBe('started');
      expect(await world.api.ended(body.job_id ?? '')).toMatchObject({ status: 'completed', missing: [] });
    }
    const names = (await world.api.repository('first-failed')).index.branches.map(({ name }) => name);
    expect(names).toEqual(['develop', 'late', 'main']);
    expect((await github('first-failed', pushTo('never'))).body.outcome).toBe('ignored');
  });

  it('is owed while nobody knows which branch is the default one, as a look at that', async () => {
    const git = await register('first-unknown');
    const embedding = holdEmbedding(faults);
    const { body } = await world.api.sync('first-unknown');
    await embedding.reached;
    const last = await commit(git, 'serval');
    expect((await github('first-unknown', pushTo('main'))).body).toMatchObject({ outcome: 'owed' });
    embedding.open();
    await world.api.ended(body.job_id);
    expect((await settled('first-unknown', 2))[0]).toMatchObject({ options: { branches: ['current'] } });
    expect((await world.api.repository('first-unknown')).index.branches).toMatchObject([{ commit: last }]);
  });
});

describe('a push whose sync is replaced by force', () => {
  it('is followed all the same, where the new sync is of other branches', async () => {
    const git = await register('forced');
    await git.branch('develop');
    await world.api.synced('forced', { branches: ['main', 'develop'] });
    const last = await commit(git, 'tapir');
    const embedding = holdEmbedding(faults);
    const { body } = await github('forced', pushTo('develop'));
    await embedding.reached;
    const forced = await world.api.sync('forced', { force: true, branches: ['main'] });
    expect(forced.body).toMatchObject({ replaced_job_id: body.job_id });
    embedding.open();
    const jobs = await settled('forced', 4);
    expect(jobs.map(({ status, requested_by }) => [status, requested_by])).toEqual([
      ['completed', 'github'],
      ['completed', 'ann'],
      ['cancelled', 'github'],
      ['completed', 'ann'],
    ]);
    const { body: found } = await world.api.search('forced', { q: 'tapir', branch: 'develop' });
    expect(found.indexed_commit).toBe(last);
  });
});
