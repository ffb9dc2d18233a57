import { describe, expect, it } from 'vitest';
import type { Problem, RepositoryAnswer } from '../../core/contract/api.ts';
import { routes } from '../../core/contract/routes.ts';
import { type Api, createApi, fieldsOf } from '../support/api.ts';
import { createGitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld({ git: () => createGitRepository({ 'a.ts': 'export const animal = "vicuna";\n' }) });
const { api } = world;
const bob = world.as('bob');

describe('authentication', () => {
  it.each(routes.filter((route) => route.auth === 'token'))('$method $path needs a token', async ({ method, path }) => {
    const { status, headers, body } = await world.anonymous.call(method, path.replaceAll(/\{\w+\+?\}/g, 'x'));
    expect(status).toBe(401);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(headers.get('www-authenticate')).toBe('Bearer');
    expect(body).toMatchObject({ status: 401, title: 'Unauthorized' });
  });

  it.each(['nonsense', 'a.b.c', `eyJhbGciOiJub25lIn0.${Buffer.from('{"sub":"ann"}').toString('base64url')}.`])(
    'refuses the token %s',
    async (token) => {
      expect((await createApi(world.server.url, token).call('GET', '/api/repositories')).status).toBe(401);
    },
  );

  it('refuses a token that has expired, and one that another issuer signed', async () => {
    const expired = createApi(world.server.url, await world.server.issuer.issue('ann', [], -1));
    expect((await expired.call('GET', '/api/repositories')).status).toBe(401);
    const [head, payload] = world.server.token.split('.');
    const forged = createApi(world.server.url, `${head}.${payload}.${'A'.repeat(86)}`);
    expect((await forged.call('GET', '/api/repositories')).status).toBe(401);
  });

  it('lets everybody ask for the service’s health', async () => {
    expect(await world.anonymous.call('GET', '/api/health')).toMatchObject({
      status: 200,
      body: {
        status: 'ok',
        checks: { database: { status: 'ok' }, objects: { status: 'ok' }, index: { status: 'ok' } },
      },
    });
  });
});

describe('registering a repository', () => {
  it('answers 201 with the repository and its place', async () => {
    const reply = await api.call<RepositoryAnswer>('POST', '/api/repositories', {
      repository_id: 'repo-1',
      source: { url: world.git.path },
      ignore_patterns: ['*.pyc'],
    });
    expect(reply.status).toBe(201);
    expect(reply.headers.get('location')).toBe('/api/repositories/repo-1');
    expect(reply.body).toMatchObject({
      owner: 'ann',
      role: 'owner',
      status: 'idle',
      last_sync: null,
      health: 'never_indexed',
      index: { branches: [] },
    });
  });

  it('makes up an id where none is given', async () => {
    const reply = await api.call<RepositoryAnswer>('POST', '/api/repositories', { source: { url: world.git.path } });
    expect(reply.body.repository_id).toMatch(/^repo-/);
  });

  it('answers 409 for an id that is taken, whoever asks', async () => {
    const body = { repository_id: 'repo-1', source: { url: `${world.git.path}/elsewhere` } };
    expect((await bob.call('POST', '/api/repositories', body)).status).toBe(409);
    expect((await api.repository('repo-1')).source.url).toBe(world.git.path);
  });

  it.each([
    [{ repository_id: 'Bad_Id', source: { url: '/x' } }, ['repository_id']],
    [{ source: {} }, ['source.url']],
    [{}, ['source']],
    [{ source: { url: 'ssh://host/x' } }, ['source.url']],
    [{ source: { url: '/x' }, default_branch: '--upload-pack=x', more: 1 }, ['default_branch', 'more']],
    [{ source: { url: '/x' }, ignore_patterns: ['a\nb', 7] }, ['ignore_patterns.0', 'ignore_patterns.1']],
    [[], ['body']],
    ['{"half":', ['body']],
  ])('answers 400 with each field that is wrong: %j', async (body, expected) => {
    const reply = await api.call('POST', '/api/repositories', body);
    expect(reply.status).toBe(400);
    expect(fieldsOf(reply.body)).toEqual(expected);
    expect(reply.body.detail).toContain(expected[0]);
  });
});

describe('starting a sync', () => {
  it('answers 202 with the story’s body, queued, and where to look', async () => {
    await api.register('accepted', world.git.path);
    const { status, headers, body } = await api.sync('accepted', { branches: ['main'], ignore_patterns: ['*.pyc'] });
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/api/jobs/${body.job_id}`);
    expect(body).toMatchObject({
      job_id: expect.stringMatching(/^sync-/),
      status: 'queued',
      repository_id: 'accepted',
      created_at: expect.any(String),
      estimated_completion: expect.any(String),
      progress: { percentage: 0, files_processed: 0, files_total: null, current_file: null },
      options: { force: false, full_reindex: false, incremental: true, pull_remote: false, branches: ['main'] },
    });
    expect(await api.repository('accepted')).toMatchObject({ status: 'syncing', active_job_id: body.job_id });
    expect((await api.ended(body.job_id)).status).toBe('completed');
  });

  it.each([
    [{ force: 'yes' }, ['force']],
    [{ branches: [] }, ['branches']],
    [{ branches: ['-x', 'a..b', 'ok'] }, ['branches.0', 'branches.1']],
    [{ remote: '--upload-pack=touch /tmp/x' }, ['remote']],
    [{ branch: 'main', branches: ['develop'] }, ['branch']],
    [{ branch: 'other', branches: ['current'] }, ['branch']],
    [{ progress_webhook: 'ftp://example.com' }, ['progress_webhook']],
    [{ nonsense: 1, incremental: 0 }, ['incremental', 'nonsense']],
  ])('answers 400 with each field that is wrong: %j', async (options, expected) => {
    const reply = await api.sync<Problem>('repo-1', options);
    expect(reply.status).toBe(400);
    expect(fieldsOf(reply.body).sort()).toEqual(expected);
  });

  it('names 50 of very many unknown members, and says how many there are', async () => {
    const members = Array.from({ length: 90_000 }, (_, i) => [`m${i}`, 1] as const);
    const reply = await api.sync<Problem>('repo-1', Object.fromEntries([['x'.repeat(1000), 1], ...members]));
    expect(reply).toMatchObject({ status: 400, body: { errors_total: 90_001 } });
    expect(reply.body.errors).toHaveLength(50);
    expect(reply.body.detail).toMatch(/; and 89951 more$/);
    expect(JSON.stringify(reply.body).length).toBeLessThan(10_000);
  });

  it('names each parameter of the query that is given twice', async () => {
    const reply = await api.call<Problem>('GET', '/api/repositories?limit=1&limit=2&cursor=a&__proto__=1&__proto__=2');
    expect(reply.status).toBe(400);
    for (const name of ['limit', '__proto__']) expect(reply.body.detail).toContain(`query.${name}: must be given once`);
    expect(reply.body.detail).not.toContain('query.cursor: must be given once');
  });
  it('answers 404 for a repository that is not there, 400 for an id that cannot be one', async () => {
    expect((await api.sync('nobody')).status).toBe(404);
    expect((await api.sync('No_Such')).status).toBe(400);
  });
});

describe('grants', () => {
  const statuses = async (user: Api) => ({
    get: (await user.call('GET', '/api/repositories/granted')).status,
    search: (await user.search('granted', { q: 'vicuna' })).status,
    sync: (await user.sync('granted', { branches: ['nope'] })).status,
    remove: (await user.call('DELETE', '/api/repositories/granted')).status,
    grant: (await user.call('PUT', '/api/repositories/granted/grants/eve', { role: 'read' })).status,
  });
  const settle = async () => {
    const { active_job_id } = await api.repository('granted');
    if (active_job_id !== null) await api.ended(active_job_id);
  };
  const grant = (role: string) => api.call('PUT', '/api/repositories/granted/grants/bob', { role });

  it('decide what a user may do', async () => {
    await api.register('granted', world.git.path);
    await api.synced('granted');
    expect(await statuses(bob)).toEqual({ get: 404, search: 404, sync: 404, remove: 404, grant: 404 });
    expect((await grant('read')).status).toBe(204);
    expect(await statuses(bob)).toEqual({ get: 200, search: 200, sync: 403, remove: 403, grant: 403 });
    await grant('write');
    expect(await statuses(bob)).toEqual({ get: 200, search: 200, sync: 202, remove: 403, grant: 403 });
    await settle();
    // Only owners see who has them.
    expect((await api.repository('granted')).grants).toEqual([{ user: 'bob', role: 'write' }]);
    expect(await bob.repository('granted')).not.toHaveProperty('grants');
    await api.call('DELETE', '/api/repositories/granted/grants/bob');
    expect(await statuses(bob)).toMatchObject({ get: 404, sync: 404 });
  });

  it('decide what a user sees in the list', async () => {
    const ids = async (user: Api) =>
      (await user.call<{ repositories: RepositoryAnswer[] }>('GET', '/api/repositories')).body.repositories.map(
        (repository) => repository.repository_id,
      );
    expect(await ids(bob)).not.toContain('granted');
    await grant('read');
    expect(await ids(bob)).toContain('granted');
    expect(await ids(api)).toContain('granted');
  });

  it('of a repository that is not there are 404, and a role that is none is 400', async () => {
    expect((await api.call('PUT', '/api/repositories/nobody/grants/bob', { role: 'read' })).status).toBe(404);
    expect(fieldsOf((await grant('king')).body)).toEqual(['role']);
  });

  it('hide a repository’s jobs too', async () => {
    const { body } = await api.sync('granted');
    const eve = world.as('mallory');
    expect((await eve.call('GET', `/api/jobs/${body.job_id}`)).status).toBe(404);
    expect((await api.call('GET', '/api/jobs/sync-00000000-0000-4000-8000-000000000000')).status).toBe(404);
    expect((await api.call('GET', '/api/jobs/17')).status).toBe(400);
    await api.ended(body.job_id);
  });
});

describe('listing', () => {
  it('goes page by page, each repository once', async () => {
    const user = world.as('pager');
    for (const n of [1, 2, 3, 4, 5]) await user.register(`page-${n}`, world.git.path);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await user.call<{ repositories: RepositoryAnswer[]; next: string | null }>(
        'GET',
        `/api/repositories?limit=2${cursor}`,
      );
      seen.push(...body.repositories.map((repository) => repository.repository_id));
      cursor = body.next === null ? '' : `&cursor=${encodeURIComponent(body.next)}`;
    } while (cursor !== '');
    expect(seen.sort()).toEqual(['page-1', 'page-2', 'page-3', 'page-4', 'page-5']);
  });

  it('refuses a cursor that is not its own, and a limit out of range', async () => {
    expect(fieldsOf((await api.call('GET', '/api/repositories?cursor=abc')).body)).toEqual(['query.cursor']);
    expect(fieldsOf((await api.call('GET', '/api/repositories?limit=0&x=1')).body).sort()).toEqual([
      'query.limit',
      'query.x',
    ]);
  });
});

describe('search', () => {
  it('says what is wrong with a question', async () => {
    expect(fieldsOf((await api.call('GET', '/api/repositories/repo-1/search?limit=1000')).body).sort()).toEqual([
      'query.limit',
      'query.q',
    ]);
    const branches = await api.call('GET', '/api/repositories/granted/search?q=x+branch:dev&branch=main');
    expect([branches.status, fieldsOf(branches.body)]).toEqual([400, ['query.branch']]);
    expect(branches.body.detail).toMatch(/main.*branch:dev/);
  });

  it('says that there is no index yet', async () => {
    const { status, body } = await api.call('GET', '/api/repositories/repo-1/search?q=x');
    expect(status).toBe(404);
    expect(body.title).toBe('Not indexed');
    const branch = await api.call('GET', '/api/repositories/granted/search?q=x&branch=nope');
    expect(branch.body.detail).toContain('branch nope has no index yet: sync it first');
  });
});

describe('removing a repository', () => {
  it('takes its index with it', async () => {
    await api.register('removed', world.git.path);
    await api.synced('removed');
    expect((await api.call('DELETE', '/api/repositories/removed')).status).toBe(204);
    expect((await api.call('GET', '/api/repositories/removed')).status).toBe(404);
    await api.register('removed', world.git.path);
    expect((await api.search('removed', { q: 'vicuna' })).status).toBe(404);
    expect(await api.synced('removed')).toMatchObject({ status: 'completed', counts: { indexed: 1 } });
  });

  it('waits for a sync', async () => {
    await api.register('busy', world.git.path);
    const { body } = await api.sync('busy');
    expect((await api.call('DELETE', '/api/repositories/busy')).status).toBe(409);
    await api.ended(body.job_id);
    expect((await api.call('DELETE', '/api/repositories/busy')).status).toBe(204);
    expect((await api.call('DELETE', '/api/repositories/busy')).status).toBe(404);
  });
});

describe('the front door', () => {
  it('answers 404 and 405 as problems', async () => {
    expect((await api.call('GET', '/api/nothing')).status).toBe(404);
    const reply = await api.call('PATCH', '/api/jobs/x');
    expect(reply.status).toBe(405);
    expect(reply.headers.get('allow')).toBe('GET');
  });

  it('refuses a body that is too large', async () => {
    expect((await api.call('POST', '/api/repositories', 'x'.repeat(1_100_000))).status).toBe(413);
  });

  it('names the request in its answer', async () => {
    expect((await api.call('GET', '/api/repositories')).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});
