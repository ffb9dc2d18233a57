import { beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../core/contract/operations/operations.ts';
import { routes } from '../../core/contract/routes.ts';
import type { Snapshot } from '../../core/contract/snapshot.ts';
import { createGitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

/** Who may not read a repository must not learn whether there is one: from no call, and in no state of it. */
const world = useWorld({ git: () => createGitRepository({ 'a.ts': 'export const animal = "vicuna";\n' }) });
const stranger = world.as('mallory');
const reader = world.as('rita');

/** Every call that names a repository or a job. The git hosts’ hooks have no user: they prove a secret. */
const calls = routes.filter(({ path, auth }) => auth === 'token' && /\{(repo_id|job_id)\}/.test(path));

const there: Record<string, string> = {
  repo_id: 'there',
  user: 'bob',
  secret: 'webhook',
  branch: 'main',
  file_path: 'a.ts',
  page: '0'.repeat(32),
};
const gone: Record<string, string> = {
  ...there,
  repo_id: 'gone',
  job_id: 'sync-00000000-0000-4000-8000-000000000000',
  delivery_id: 'msg-00000000-0000-4000-8000-000000000000',
};

const named = (values: Record<string, string>, name: string): string =>
  Object.entries(values).find(([each]) => each === name)?.[1] ?? 'x';

const addressOf = (path: string, values: Record<string, string>): string =>
  path.replaceAll(/\{(\w+)\+?\}/g, (_, name: string) => named(values, name)) +
  (path.endsWith('/search') ? '?q=x' : path.endsWith('/grep') ? '?pattern=x' : '');

const bodyOf = (operation: string): unknown => {
  const [, { body }] = Object.entries(operations).find(([name]) => name === operation) ?? ['', { body: undefined }];
  return body?.example;
};

beforeAll(async () => {
  await world.api.register('there', world.git.path);
  there.job_id = (await world.api.synced('there')).job_id;
  there.delivery_id = named(gone, 'delivery_id');
  const snapshot = await world.api.call<Snapshot>('GET', '/api/repositories/there/snapshot');
  there.page = snapshot.body.blob_pages[0]?.page ?? '';
  await world.api.call('PUT', '/api/repositories/there/grants/rita', { role: 'read' });
});

describe.each(calls)('$operation', ({ operation, method, path }) => {
  it('answers a stranger the same, whether it is there or not', async () => {
    const ask = async (values: Record<string, string>) => {
      const { status, headers, body } = await stranger.call(method, addressOf(path, values), bodyOf(operation));
      const told = [...headers.keys()].filter((name) => !['date', 'connection', 'keep-alive'].includes(name));
      return { status, told, body };
    };
    const absent = await ask(gone);
    expect(absent.status).toBe(404);
    expect(await ask(there)).toEqual(absent);
    // What the call itself refuses is refused before anything is looked up.
    const odd = { ...there, repo_id: 'NOT-AN-ID', job_id: '17' };
    expect((await ask(odd)).status).toBe(400);
  });

  it('tells a reader of it, and what their role does not allow', async () => {
    const { status } = await reader.call(method, addressOf(path, there), bodyOf(operation));
    const needsMore = / role (write|owner)/.test(operations[operation as keyof typeof operations].description);
    expect(status).toBe(needsMore ? 403 : 200);
  });
});

it('an id that is taken is told to whoever registers under it: ids are one list for all', async () => {
  const { status } = await world.api.call('POST', '/api/repositories', {
    repository_id: 'there',
    source: { url: world.git.path },
  });
  expect(status).toBe(409);
});
