import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JobAnswer, Problem } from '../../core/contract/api.ts';
import type { RepositoryId } from '../../core/contract/ids.ts';
import type { PushHookAnswer } from '../../core/contract/push-hooks.ts';
import type { Reply } from '../support/api.ts';
import { createGate, holdEmbedding } from '../support/faults.ts';
import type { GitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { faults } = world;

const register = (id: string): Promise<GitRepository> =>
  world.registered(id, { 'a.ts': 'export const a = "aardwolf";\n' });

const commit = async (git: GitRepository, name: string): Promise<string> => {
  await git.write({ [`${name}.ts`]: `export const ${name} = "${name}";\n` });
  return git.commit(name);
};

const secretOf = async (id: string): Promise<string> =>
  (await world.server.runtime.repositories.get(id as RepositoryId))?.secrets.push ?? '';

const jobsOf = async (id: string): Promise<JobAnswer[]> => {
  const page = await world.server.runtime.jobs.list(id as RepositoryId, 50, null);
  return Promise.all(page.items.map(({ job_id }) => world.api.job(job_id)));
};

/** Whether a push is still to be followed, now or in a while. */
const isOwed = async (id: string): Promise<boolean> => {
  const soon = await world.server.runtime.followUps.due(new Date(Date.now() + 60_000), 100);
  return soon.some(({ repositoryId }) => repositoryId === id);
};

/** Waits for a repository that owes nothing and runs nothing: what is owed goes when its job comes, so no other job can follow. */
const settled = async (id: string, jobs: number): Promise<JobAnswer[]> => {
  for (;;) {
    const owed = await isOwed(id);
    const all = await jobsOf(id);
    if (!owed && all.length >= jobs && all.every((job) => job.ended_at !== null)) return all;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const github = async (
  id: string,
  body: object | string,
  { event = 'push', secret, headers = {} }: { event?: string; secret?: string; headers?: Record<string, string> } = {},
): Promise<Reply<PushHookAnswer>> => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const signature = createHmac('sha256', secret ?? (await secretOf(id)))
    .update(text)
    .digest('hex');
  return world.anonymous.call('POST', `/api/hooks/github/${id}`, text, {
    'content-type': 'application/json',
    'X-GitHub-Event': event,
    'X-Hub-Signature-256': `sha256=${signature}`,
    ...headers,
  });
};

const pushTo = (branch: string, more: object = {}) => ({ ref: `refs/heads/${branch}`, deleted: false, ...more });

const gitlab = async (id: string, body: object, token?: string, event = 'Push Hook'): Promise<Reply<PushHookAnswer>> =>
  world.anonymous.call('POST', `/api/hooks/gitlab/${id}`, body, {
    'X-Gitlab-Event': event,
    'X-Gitlab-Token': token ?? (await secretOf(id)),
  });

describe('a push', () => {
  it('from GitHub starts a sync at once, in GitHub’s name', async () => {
    const git = await register('hooked');
    await world.api.synced('hooked');
    await commit(git, 'bandicoot');
    const { status, headers, body } = await github('hooked', pushTo('main'));
    expect(status).toBe(202);
    expect(body).toEqual({ outcome: 'started', job_id: expect.stringMatching(/^sync-/), reason: null });
    expect(headers.get('location')).toBe(`/api/jobs/${body.job_id}`);
    expect(await world.api.ended(body.job_id ?? '')).toMatchObject({
      status: 'completed',
      requested_by: 'github',
      options: { branches: ['main'], force: false },
    });
    expect((await world.api.found('hooked', 'bandicoot'))[0]).toBe('bandicoot.ts');
    const [job] = (await world.server.runtime.jobs.list('hooked' as RepositoryId, 1, null)).items;
    expect(job?.trigger).toBe('push');
  });

  it('from GitLab does the same', async () => {
    const git = await register('lab');
    await world.api.synced('lab');
    const after = await commit(git, 'colugo');
    const { status, body } = await gitlab('lab', { object_kind: 'push', ref: 'refs/heads/main', after });
    expect(status).toBe(202);
    expect(body.outcome).toBe('started');
    expect(await world.api.ended(body.job_id ?? '')).toMatchObject({ status: 'completed', requested_by: 'gitlab' });
    expect((await world.api.found('lab', 'colugo'))[0]).toBe('colugo.ts');
  });

  it('that is delivered again, by the host or by someone who has seen it, is answered the same and starts nothing', async () => {
    await register('repeated');
    await world.api.synced('repeated');
    const dated = pushTo('main', { repository: { pushed_at: 1_700_000_000 } });
    const headers = { 'X-GitHub-Delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958' };
    const first = await github('repeated', dated, { headers });
    expect(first.body.outcome).toBe('started');
    await world.api.ended(first.body.job_id ?? '');
    const before = await jobsOf('repeated');
    // The signature is of the body: whoever repeats it may name another delivery, or none.
    for (const sent of [headers, { 'X-GitHub-Delivery': 'another' }, {}]) {
      const { status, body, headers: told } = await github('repeated', dated, { headers: sent });
      expect([status, body]).toEqual([202, first.body]);
      expect(told.get('location')).toBe(first.headers.get('location'));
    }
    // A host whose bodies have no date: the delivery's own id counts, and pushes that look alike are still pushes.
    const undated = await github('repeated', pushTo('main'), { headers: { 'X-GitHub-Delivery': 'undated' } });
    await world.api.ended(undated.body.job_id ?? '');
    expect((await github('repeated', pushTo('main'), { headers: { 'X-GitHub-Delivery': 'undated' } })).body).toEqual(
      undated.body,
    );
    expect(await jobsOf('repeated')).toHaveLength(before.length + 1);
    const next = await github('repeated', pushTo('main'), { headers: { 'X-GitHub-Delivery': 'next' } });
    expect(next.body.outcome).toBe('started');
    await world.api.ended(next.body.job_id ?? '');
  });

  it('from GitLab that is delivered again is known by its Idempotency-Key', async () => {
    await register('lab-again');
    await world.api.synced('lab-again');
    const push = async (key: string) =>
      world.anonymous.call<PushHookAnswer>(
        'POST',
        '/api/hooks/gitlab/lab-again',
        { object_kind: 'push', ref: 'refs/heads/main', after: 'a'.repeat(40) },
        { 'X-Gitlab-Event': 'Push Hook', 'X-Gitlab-Token': await secretOf('lab-again'), 'Idempotency-Key': key },
      );
    const first = await push('f5e5f430-f57b-4e6e-9fac-d9128cd7232f');
    expect(first.body.outcome).toBe('started');
    await world.api.ended(first.body.job_id ?? '');
    expect((await push('f5e5f430-f57b-4e6e-9fac-d9128cd7232f')).body).toEqual(first.body);
    const other = await push('another');
    expect(other.body.job_id).not.toBe(first.body.job_id);
    await world.api.ended(other.body.job_id ?? '');
  });

  it('is the first sync of a repository whose default branch only the host knows', async () => {
    await register('newborn');
    const unknown = await github('newborn', pushTo('main'));
    expect(unknown.body).toMatchObject({ outcome: 'ignored' });
    const { body } = await github('newborn', pushTo('main', { repository: { default_branch: 'main' } }));
    expect(body.outcome).toBe('started');
    expect(await world.api.ended(body.job_id ?? '')).toMatchObject({ status: 'completed' });
  });

  it('that comes as a form’s field is taken too', async () => {
    await register('form');
    await world.api.synced('form');
    const body = new URLSearchParams({ payload: JSON.stringify(pushTo('main')) }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const reply = await github('form', body, { headers });
    expect(reply.body.outcome).toBe('started');
    await world.api.ended(reply.body.job_id ?? '');
  });
});

describe('a push whose host names another default branch than before', () => {
  const toTrunk = { repository: { default_branch: 'trunk' } };

  it('starts its first sync, whatever is indexed', async () => {
    const git = await register('new-default');
    await world.api.synced('new-default');
    await git.branch('trunk');
    await commit(git, 'echidna');
    expect((await github('new-default', pushTo('trunk'))).body.outcome).toBe('ignored');
    const { body } = await github('new-default', pushTo('trunk', toTrunk));
    expect(body.outcome).toBe('started');
    expect(await world.api.ended(body.job_id ?? '')).toMatchObject({
      status: 'completed',
      options: { branches: ['trunk'] },
      current: { branch: 'trunk', moved_from: 'main' },
    });
    expect((await world.api.found('new-default', 'echidna'))[0]).toBe('echidna.ts');
  });

  it.each([
    ['a branch that nobody uses', 'unused', pushTo('topic', toTrunk), ['current']],
    ['the old default branch', 'old', pushTo('main', toTrunk), ['current', 'main']],
    ['a branch that is gone', 'old-gone', pushTo('main', { ...toTrunk, deleted: true }), ['current']],
    ['a tag', 'tag', { ref: 'refs/tags/v1', ...toTrunk }, ['current']],
  ])('has it synced though the push is to %s', async (_, name, payload, branches) => {
    const id = `default-${name}`;
    const git = await register(id);
    await world.api.synced(id);
    await git.branch('trunk');
    const { body } = await github(id, payload);
    expect(body.outcome).toBe('started');
    expect(await world.api.ended(body.job_id ?? '')).toMatchObject({ status: 'completed', options: { branches } });
    expect(await world.api.repository(id)).toMatchObject({ default_branch: 'trunk' });
    expect((await github(id, pushTo('topic', toTrunk))).body.outcome).toBe('ignored');
  });

  it('changes nothing where a user has named one', async () => {
    const git = await world.makeRepository({ 'a.ts': 'export const a = 1;\n' });
    await world.api.register('default-chosen', git.path, { default_branch: 'main' });
    await world.api.synced('default-chosen');
    await git.branch('trunk');
    expect((await github('default-chosen', pushTo('trunk', toTrunk))).body.outcome).toBe('ignored');
    const { body } = await gitlab('default-chosen', {
      ref: 'refs/heads/main',
      after: '1'.repeat(40),
      project: { default_branch: 'trunk' },
    });
    expect(await world.api.ended(body.job_id ?? '')).toMatchObject({ options: { branches: ['main'] } });
  });
});

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

describe('what is no push to follow', () => {
  beforeAll(async () => {
    await register('calm');
    await world.api.synced('calm');
  });

  it.each([
    ['another branch', pushTo('topic')],
    ['a tag', { ref: 'refs/tags/v1' }],
    ['a deleted branch that is not indexed', pushTo('topic', { deleted: true })],
    ['a branch that has no name', pushTo('-x', { repository: { default_branch: '-x' } })],
  ])('is ignored: %s', async (_, payload) => {
    const { status, body } = await github('calm', payload);
    expect(status).toBe(202);
    expect(body).toEqual({ outcome: 'ignored', job_id: null, reason: expect.any(String) });
  });

  it('is ignored: a branch without an index that GitLab says is deleted', async () => {
    const { body } = await gitlab('calm', { ref: 'refs/heads/topic', after: '0'.repeat(40) });
    expect(body).toMatchObject({ outcome: 'ignored', reason: 'the branch was deleted, and is not indexed' });
  });

  it('is ignored: another event', async () => {
    expect((await github('calm', { zen: 1 }, { event: 'issues' })).body).toMatchObject({ outcome: 'ignored' });
    expect((await gitlab('calm', {}, undefined, 'Issue Hook')).body).toMatchObject({ outcome: 'ignored' });
  });

  it('is answered: GitHub’s ping', async () => {
    const { status, body } = await github('calm', { zen: 'Keep it simple.' }, { event: 'ping' });
    expect([status, body.outcome]).toEqual([200, 'pong']);
  });

  it('is refused: a body that is not what the event promises', async () => {
    const missing = await github('calm', { deleted: 'yes' });
    expect(missing.status).toBe(400);
    const fields = (missing.body as unknown as Problem).errors?.map(({ field }) => field);
    expect(fields).toEqual(['ref', 'deleted']);
    expect((await github('calm', 'not json')).status).toBe(400);
  });

  it('starts nothing', async () => {
    expect(await jobsOf('calm')).toHaveLength(1);
  });
});

describe('whoever does not know the push secret', () => {
  beforeAll(async () => {
    await register('guarded');
  });
  const unauthorized = async (reply: Promise<Reply<unknown>>): Promise<unknown> => {
    const { status, body } = await reply;
    expect(status).toBe(401);
    return body;
  };

  it('is refused: a wrong, a malformed and a missing signature', async () => {
    await unauthorized(github('guarded', pushTo('main'), { secret: 'whsec_wrong' }));
    await unauthorized(github('guarded', pushTo('main'), { headers: { 'X-Hub-Signature-256': 'sha256=zz' } }));
    await unauthorized(github('guarded', pushTo('main'), { headers: { 'X-Hub-Signature-256': 'sha1=00' } }));
    await unauthorized(world.anonymous.call('POST', '/api/hooks/github/guarded', pushTo('main')));
    await unauthorized(gitlab('guarded', { ref: 'refs/heads/main', after: '1' }, 'whsec_wrong'));
    await unauthorized(gitlab('guarded', { ref: 'refs/heads/main', after: '1' }, ''));
    await unauthorized(world.anonymous.call('POST', '/api/hooks/gitlab/guarded', {}));
    expect(await jobsOf('guarded')).toEqual([]);
  });

  it('is refused: a body that was changed after it was signed', async () => {
    const secret = await secretOf('guarded');
    const signature = createHmac('sha256', secret)
      .update(JSON.stringify(pushTo('main')))
      .digest('hex');
    const headers = { 'X-GitHub-Event': 'push', 'X-Hub-Signature-256': `sha256=${signature}` };
    await unauthorized(world.anonymous.call('POST', '/api/hooks/github/guarded', pushTo('main', { x: 1 }), headers));
  });

  it('cannot tell a repository that is not there from one that is', async () => {
    const there = await unauthorized(github('guarded', pushTo('main'), { secret: 'whsec_wrong' }));
    expect(await unauthorized(github('not-there', pushTo('main'), { secret: 'whsec_none' }))).toEqual(there);
    expect(await unauthorized(github('NOT%20AN%20ID', pushTo('main'), { secret: '' }))).toEqual(there);
    expect(await unauthorized(gitlab('not-there', {}, 'whsec_none'))).toEqual(there);
  });

  it('is not the other hook’s, or the webhook secret', async () => {
    const repository = await world.server.runtime.repositories.get('guarded' as RepositoryId);
    await unauthorized(gitlab('guarded', { ref: 'refs/heads/main', after: '1' }, repository?.secrets.webhook));
  });
});
