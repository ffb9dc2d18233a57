import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rights } from '../../core/contract/rights.ts';
import { localUser } from '../../local/cli/read-settings.ts';
import { openTokenIssuer } from '../../local/token-issuer.ts';
import type { Api } from '../support/api.ts';
import { createApi } from '../support/api.ts';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { makeDataDir, type ServiceProcess, startService } from '../support/service-process.ts';

/** The real service, started anew where its settings change. */
let git: GitRepository;
let outside: GitRepository;
let top: string;
let data: Awaited<ReturnType<typeof makeDataDir>>;
let service: ServiceProcess;
const https = 'https://git.example.com/r.git';
beforeAll(async () => {
  git = await createGitRepository({ 'a.ts': 'export const a = "adder";\n' });
  outside = await createGitRepository({ 'secret.ts': 'export const secret = "viper";\n' });
  top = await realpath(await mkdtemp(join(tmpdir(), 'test-roots-')));
  await mkdir(join(top, 'open'));
  await rename(git.path, join(top, 'open', 'shop'));
});
afterAll(async () => {
  await outside.cleanup();
  await rm(top, { recursive: true, force: true });
});

/** For the tests of a group: with these settings, and with nothing that another group has left. */
const useSettings = (environment: () => NodeJS.ProcessEnv): void => {
  beforeAll(async () => {
    data = await makeDataDir();
    service = await startService(data.path, environment());
  });
  afterAll(async () => {
    await service.terminate();
    await data.remove();
  });
};

const as = async (user: string, held: Parameters<Awaited<ReturnType<typeof openTokenIssuer>>['issue']>[1] = []) =>
  createApi(service.url, await (await openTokenIssuer(data.path)).issue(user, held));

const register = (api: Api, url: string, repository_id = 'new') =>
  api.call('POST', '/api/repositories', { repository_id, source: { url } });

/** A token as the operator prints it. */
const printed = async (...args: string[]): Promise<Api> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=local', 'local/token.ts', ...args], {
    env: { ...process.env, NODE_V8_COVERAGE: '', DATA_DIR: data.path },
  });
  return createApi(service.url, stdout.trim());
};

describe('who may register, where it must be granted', () => {
  useSettings(() => ({ REGISTRATION: 'granted' }));

  it('is who has the right by a scope of the token', async () => {
    const refused = await register(await as('bob'), https);
    expect(refused).toMatchObject({ status: 403, body: { title: 'Registration not allowed' } });
    expect(refused.body.detail).toContain(rights.register);
    expect((await register(await as('bob', [rights.register]), https)).status).toBe(201);
    expect((await register(await printed('--user', 'eve'), https, 'eves')).status).toBe(403);
    expect((await register(await printed('--user', 'eve', '--may-register'), https, 'eves')).status).toBe(201);
    // The token of the data directory, and what the operator prints for themselves.
    expect((await register(service.api, https, 'own')).status).toBe(201);
    expect((await register(await printed(), https, 'own-too')).status).toBe(201);
  });
});

const shop = () => join(top, 'open', 'shop');
const named = (body: unknown) => (body as { errors: { field: string; message: string }[] }).errors;

describe('unless the operator says otherwise', () => {
  useSettings(() => ({ SOURCE_ROOTS: undefined, HOME: join(top, 'open') }));

  it('everyone with a token may register', async () => {
    expect((await register(await as('bob'), https)).status).toBe(201);
  });

  it('a path of this machine is the operator’s to register, in the folders that are theirs', async () => {
    for (const url of [shop(), `file://${shop()}`]) {
      const [error, ...more] = named((await register(await as('bob'), url)).body);
      expect(more).toEqual([]);
      expect(error).toMatchObject({ field: 'source.url', message: expect.stringContaining(rights.localSources) });
    }
    const denied = await register(service.api, outside.path);
    expect(denied.status).toBe(400);
    expect(named(denied.body)).toMatchObject([
      { field: 'source.url', message: expect.stringContaining('SOURCE_ROOTS') },
    ]);
    expect(named(denied.body)[0]?.message).toContain(join(top, 'open'));
    await service.api.register('shop', shop());
    expect((await service.api.synced('shop')).status).toBe('completed');
    const trusted = await printed('--user', 'bob', '--may-register-paths');
    expect((await register(trusted, shop(), 'of-bob')).status).toBe(201);
    expect((await register(trusted, outside.path, 'of-bob-too')).status).toBe(400);
    expect((await trusted.synced('of-bob')).status).toBe('completed');
    // Started elsewhere: what the operator registered is theirs to read, what another did is not.
    await service.terminate();
    service = await startService(data.path, { SOURCE_ROOTS: undefined, HOME: join(top, 'nowhere') });
    expect((await service.api.synced('shop')).status).toBe('completed');
    expect(await (await as('bob')).synced('of-bob')).toMatchObject({
      status: 'failed',
      error: { code: 'SourceRefusedError', message: expect.stringContaining('SOURCE_ROOTS') },
    });
  });
});

describe('a path of this machine, where the operator opens folders', () => {
  useSettings(() => ({ SOURCE_ROOTS: join(top, 'open') }));

  it('is everyone’s to register in them', async () => {
    const bob = await as('bob');
    await bob.register('shop', shop());
    expect((await bob.synced('shop')).status).toBe('completed');
    for (const url of [
      outside.path,
      `${outside.path}/not/there`,
      `${shop()}/../../../etc`,
      '/',
      `file://${outside.path}`,
    ]) {
      const reply = await register(bob, url);
      expect(reply.status, url).toBe(400);
      // Nothing tells what there is outside.
      expect(named(reply.body)).toEqual([
        {
          field: 'source.url',
          message: `must be in ${join(top, 'open')}: the operator sets these folders with SOURCE_ROOTS`,
        },
      ]);
    }
  });

  it.each<[string, (path: string) => Promise<unknown>]>([
    ['a link', (path) => symlink(outside.path, path)],
    [
      'a .git file',
      async (path) => {
        await mkdir(path);
        await writeFile(join(path, '.git'), `gitdir: ${join(outside.path, '.git')}\n`);
      },
    ],
    [
      'borrowed objects',
      async (path) => {
        execFileSync('git', ['clone', '-q', '--shared', outside.path, path]);
      },
    ],
  ])('does not lead out of them, put there after the registration: %s', async (how, put) => {
    const bob = await as('bob');
    const id = `trap-${how.replace(/\W/g, '')}`;
    const path = join(top, 'open', id);
    await bob.register(id, path);
    await put(path);
    expect(await bob.synced(id)).toMatchObject({ status: 'failed', error: { code: 'SourceRefusedError' } });
    expect((await bob.search(id, { q: 'viper' })).status).toBe(404);
  });

  it('that is a linked worktree is read with its main repository where both are open', async () => {
    const path = join(top, 'open', 'linked');
    execFileSync('git', ['-C', shop(), 'worktree', 'add', '-q', '--detach', path]);
    execFileSync('git', ['-C', path, 'checkout', '-q', '-b', 'other']);
    const bob = await as('bob');
    await bob.register('linked', path);
    expect((await bob.synced('linked', { branch: 'other' })).status).toBe('completed');
    expect(localUser()).not.toBe('bob');
  });
});
