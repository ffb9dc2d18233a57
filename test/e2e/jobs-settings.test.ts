import { beforeEach, describe, expect, it } from 'vitest';
import type { JobList, Problem, RepositoryAnswer } from '../../core/contract/api.ts';
import type { RepositoryId } from '../../core/contract/ids.ts';
import { runSchedules } from '../../core/triggers/run-schedules.ts';
import { fieldsOf } from '../support/api.ts';
import { createGitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

/** Nobody listens there: what is looked at here is settings. */
const url = 'http://127.0.0.1:1/acme/r.git';
const robot = {
  username: 'u',
  password: 'p',
  users: ['ann'],
  hosts: ['127.0.0.1:1'],
  prefixes: ['http://127.0.0.1:1/acme/'],
};
const world = useWorld({
  git: () => createGitRepository({ 'a.ts': 'export const a = "axolotl";\n', 'b.pyc': 'x = "bongo"\n' }),
});
const { api, faults } = world;
beforeEach(() => faults.set('credentials', () => ({ resolve: async () => ({ kind: 'found', credential: robot }) })));

const patch = <T = RepositoryAnswer>(id: string, body: unknown, as = api) =>
  as.call<T>('PATCH', `/api/repositories/${id}`, body);
const fields = (problem: Problem): string[] => fieldsOf(problem).sort();

describe('changing a repository', () => {
  it('changes what is named, and nothing else', async () => {
    await api.register('changed', url, { ignore_patterns: ['*.pyc'], schedule: '0 3 * * *' });
    const { status, body } = await patch('changed', { default_branch: 'main', source: { credential: 'robot' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      default_branch: 'main',
      ignore_patterns: ['*.pyc'],
      schedule: '0 3 * * *',
      source: { url, credential: 'robot' },
    });
    expect(await api.repository('changed')).toEqual(body);
    expect((await patch('changed', {})).body).toMatchObject({ schedule: '0 3 * * *', source: { credential: 'robot' } });
  });

  it('null removes', async () => {
    const { body } = await patch('changed', { default_branch: null, schedule: null, source: { credential: null } });
    expect(body).toMatchObject({ default_branch: null, schedule: null, ignore_patterns: ['*.pyc'] });
    expect(body.source).toEqual({ url });
  });

  it('tells the credential’s name to owners only, and never to a job', async () => {
    await api.register('private', url, { source: { url, credential: 'robot' } });
    await api.call('PUT', '/api/repositories/private/grants/bob', { role: 'write' });
    const bob = world.as('bob');
    expect((await api.repository('private')).source.credential).toBe('robot');
    expect((await bob.repository('private')).source).toEqual({ url });
    expect(JSON.stringify((await bob.sync('private')).body)).not.toContain('robot');
  });

  it('is the owner’s matter', async () => {
    await api.call('PUT', '/api/repositories/changed/grants/bob', { role: 'write' });
    expect((await patch('changed', { schedule: null }, world.as('bob'))).status).toBe(403);
    expect((await patch('nobody', {})).status).toBe(404);
  });

  it.each([
    [{ default_branch: '-x', ignore_patterns: ['a\nb'], more: 1 }, ['default_branch', 'ignore_patterns.0', 'more']],
    [{ ignore_patterns: null }, ['ignore_patterns']],
    [{ schedule: '* * * *' }, ['schedule']],
    [{ schedule: '0 0 3 * * *' }, ['schedule']],
    [{ schedule: '61 3 * * *' }, ['schedule']],
    [{ schedule: '0 3 31 2 *' }, ['schedule']],
    [{ schedule: '@daily' }, ['schedule']],
    [{ source: { url: '/elsewhere' } }, ['source.url']],
    [{ source: { credential: '../../etc/passwd' } }, ['source.credential']],
    [{ source: { credential: 'robot' }, schedule: null, ignore_patterns: [7] }, ['ignore_patterns.0']],
    [{ owner: 'eve' }, ['owner']],
  ])('answers 400 with each field that is wrong: %j', async (body, expected) => {
    const reply = await patch<Problem>('changed', body);
    expect([reply.status, fields(reply.body)]).toEqual([400, expected]);
  });

  it('a path of this machine is read without a credential: one that is named there is refused', async () => {
    const reply = await api.call('POST', '/api/repositories', { source: { url: world.git.path, credential: 'robot' } });
    expect([reply.status, fields(reply.body)]).toEqual([400, ['source.credential']]);
  });

  it('registering refuses a bad schedule too', async () => {
    const body = { source: { url: world.git.path }, schedule: '0 25 * * *' };
    const reply = await api.call('POST', '/api/repositories', body);
    expect([reply.status, fields(reply.body)]).toEqual([400, ['schedule']]);
  });

  it('ignore patterns take effect at the next sync, and cease to', async () => {
    await api.register('ignoring', world.git.path);
    await api.synced('ignoring');
    expect(await api.found('ignoring', 'bongo')).toContain('b.pyc');
    await patch('ignoring', { ignore_patterns: ['*.pyc'] });
    expect(await api.found('ignoring', 'bongo')).toContain('b.pyc');
    expect(await api.synced('ignoring')).toMatchObject({ counts: { skipped_by_reason: { ignored: 1 } } });
    expect(await api.found('ignoring', 'bongo')).not.toContain('b.pyc');
    await patch('ignoring', { ignore_patterns: [] });
    await api.synced('ignoring');
    expect(await api.found('ignoring', 'bongo')).toContain('b.pyc');
  });
});

describe('a schedule', () => {
  const at = (time: string): Date => new Date(`2031-05-05T${time}Z`);
  const run = (ids: readonly string[], after: string, until: string) =>
    runSchedules(world.server.runtime)({ repositories: ids as RepositoryId[], after: at(after), until: at(until) });
  const jobs = async (id: string) => (await api.call<JobList>('GET', `/api/repositories/${id}/jobs`)).body.jobs;

  it('starts a sync when its time has come, once', async () => {
    await api.register('scheduled', world.git.path, { schedule: '30 3 * * *' });
    expect(await run(['scheduled'], '03:28:00', '03:29:00')).toEqual({ started: 0, owed: 0 });
    expect(await run(['scheduled'], '03:29:00', '03:30:00')).toEqual({ started: 1, owed: 0 });
    const [job] = await jobs('scheduled');
    expect(job).toMatchObject({ requested_by: 'schedule' });
    expect(await api.ended(job?.job_id ?? '')).toMatchObject({ status: 'completed' });
    expect(await run(['scheduled'], '03:30:00', '03:31:00')).toEqual({ started: 0, owed: 0 });
    expect((await api.found('scheduled', 'axolotl'))[0]).toBe('a.ts');
  });

  it('owes a busy repository its sync, and goes on with the others', async () => {
    await api.register('others', world.git.path, { schedule: '* * * * *' });
    await api.register('unscheduled', world.git.path);
    const { body } = await api.sync('scheduled', { full_reindex: true });
    expect(await run(['gone', 'scheduled', 'unscheduled', 'others'], '03:00:00', '04:00:00')).toEqual({
      started: 1,
      owed: 1,
    });
    expect(await jobs('unscheduled')).toEqual([]);
    await api.ended(body.job_id);
    await api.ended((await jobs('others'))[0]?.job_id ?? '');
  });
});
