import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JobAnswer } from '../../core/contract/api.ts';
import { localUser } from '../../local/cli/read-settings.ts';
import { openTokenIssuer } from '../../local/token-issuer.ts';
import { type Api, createApi } from '../support/api.ts';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { makeDataDir, type ServiceProcess, startService } from '../support/service-process.ts';
import { type SmartHttpServer, startSmartHttpServer } from '../support/smart-http-server.ts';

/** The real service as a process of its own, logging all there is, with its temporary files where they can be looked through. */
const secret = 'Xyzzy-the-secret-41f7';
const encoded = Buffer.from(`robot:${secret}`).toString('base64');
let git: GitRepository;
/** A folder of this machine whose remote `origin` is the private one. */
let clone: GitRepository;
let server: SmartHttpServer;
let service: ServiceProcess;
let api: Api;
let data: Awaited<ReturnType<typeof makeDataDir>>;
let temp: string;
/** Where the git that the service finds is. */
let bin: string;
let bounds: {
  readonly users: readonly string[];
  readonly hosts: readonly string[];
  readonly prefixes: readonly string[];
};
let kept: Readonly<Record<string, object>>;
let logs = '';
const answers: string[] = [];

beforeAll(async () => {
  git = await createGitRepository({ 'a.ts': 'export const a = "anemone";\n' });
  server = await startSmartHttpServer({ root: git.path, auth: { username: 'robot', password: secret }, delayMs: 40 });
  clone = await createGitRepository({ 'b.ts': 'export const b = "bluebell";\n' });
  await clone.git('remote', 'add', 'origin', `${server.url}/.git`);
  data = await makeDataDir();
  temp = await mkdtemp(join(tmpdir(), 'test-credentials-'));
  const hosts = [new URL(server.url).host];
  const robot = { username: 'robot', password: secret };
  bounds = { users: [localUser()], hosts, prefixes: [`${server.url}/`] };
  kept = {
    right: { ...robot, ...bounds },
    wrong: { ...robot, password: 'Plugh-the-wrong-secret', ...bounds },
    token: { token: secret, ...bounds },
    shared: { ...robot, ...bounds, users: '*' },
    bobs: { ...robot, ...bounds, users: ['bob'] },
    both: { ...robot, ...bounds, users: ['bob', localUser()] },
    elsewhere: { ...robot, ...bounds, hosts: ['git.example.com'], prefixes: ['https://git.example.com/'] },
    'other-path': { ...robot, ...bounds, prefixes: [`${server.url}/other/`] },
    'of-old': { ...robot, hosts },
    empty: {},
  };
  await writeCredentials(kept);
  bin = await mkdtemp(join(tmpdir(), 'test-bin-'));
  await installNotingGit();
  const PATH = `${bin}:${process.env.PATH}`;
  service = await startService(data.path, { LOG_LEVEL: 'debug', TMPDIR: temp, PATH });
  service.child.stderr?.on('data', (text) => {
    logs += text;
  });
  api = recording(service.api);
});
afterAll(async () => {
  await service.terminate();
  await server.close();
  await git.cleanup();
  await data.remove();
  await clone.cleanup();
  for (const directory of [temp, bin]) await rm(directory, { recursive: true, force: true });
});

const writeCredentials = async (content: unknown): Promise<void> => {
  const path = join(data.path, 'credentials.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
  await chmod(path, 0o600);
};

/** Keeps every answer, to look through it. */
const recording = (real: Api): Api => ({
  ...real,
  call: async <T>(...request: Parameters<Api['call']>) => {
    const reply = await real.call<T>(...request);
    answers.push(JSON.stringify([reply.body, [...reply.headers]]));
    return reply;
  },
});

/** The API for another user of the same service, whose answers are kept too. */
const as = async (user: string): Promise<Api> => {
  const issuer = await openTokenIssuer(data.path);
  return recording(createApi(service.url, await issuer.issue(user)));
};

/** A `git` that notes the arguments of each call, and then is the real one. */
const installNotingGit = async (): Promise<void> => {
  const real = execFileSync('sh', ['-c', 'command -v git']).toString().trim();
  const script = `#!/bin/sh\nprintf '%s\\n' "$*" >> '${join(bin, 'arguments')}'\nexec '${real}' "$@"\n`;
  await writeFile(join(bin, 'git'), script, { mode: 0o755 });
};

/** Everything that is kept in files, but the file of credentials itself. */
const filesWith = async (directory: string, words: readonly string[]): Promise<string[]> => {
  const found: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || path === join(data.path, 'credentials.json')) continue;
    const content = await readFile(path).catch(() => Buffer.alloc(0));
    if (words.some((word) => content.includes(word))) found.push(path);
  }
  return found;
};

const register = (id: string, credential?: string, by: Api = api) => {
  const source = { url: `${server.url}/.git`, ...(credential === undefined ? {} : { credential }) };
  return by.call('POST', '/api/repositories', { repository_id: id, source });
};

const syncWith = async (id: string, credential?: string): Promise<JobAnswer> => {
  expect((await register(id, credential)).status).toBe(201);
  return sync(id);
};

const sync = async (id: string): Promise<JobAnswer> => {
  const { body } = await api.call<JobAnswer>('POST', `/api/repositories/${id}/sync`);
  for (;;) {
    const job = await api.call<JobAnswer>('GET', `/api/jobs/${body.job_id}`);
    if (job.body.ended_at !== null) return job.body;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

it('a private source is read with the credential that its repository names', async () => {
  expect(await syncWith('private', 'right')).toMatchObject({ status: 'completed', counts: { indexed: 1 } });
  await git.write({ 'b.ts': 'export const b = "barnacle";\n' });
  await git.commit();
  const { body } = await api.call<JobAnswer>('POST', '/api/repositories/private/sync');
  expect(await service.api.ended(body.job_id)).toMatchObject({ status: 'completed', pulled_commits: 1 });
});

it('a folder’s private remote is pulled with the credential that its repository names, and the folder is read without', async () => {
  const folder = (id: string, credential: string) =>
    api.call('POST', '/api/repositories', { repository_id: id, source: { url: clone.path, credential } });
  for (const credential of ['elsewhere', 'bobs', 'nobody-knows'])
    expect(await folder('folder', credential)).toMatchObject(refusal);
  expect((await folder('folder', 'right')).status).toBe(201);
  expect(await sync('folder')).toMatchObject({ status: 'completed', source: { url: clone.path, remote: null } });
  const { status, body } = await api.call<JobAnswer>('POST', '/api/repositories/folder/sync', { pull_remote: true });
  expect(status).toBe(202);
  expect(await service.api.ended(body.job_id)).toMatchObject({
    status: 'completed',
    source: { url: `${server.url}/.git`, remote: 'origin' },
    pull: [{ to: await git.head() }],
  });
  // The remote leads elsewhere now: the credential does not follow.
  await clone.git('remote', 'set-url', 'origin', `${server.url.replace('127.0.0.1', 'localhost')}/.git`);
  const astray = await api.call<JobAnswer>('POST', '/api/repositories/folder/sync', { pull_remote: true });
  expect(await service.api.ended(astray.body.job_id)).toMatchObject({
    status: 'failed',
    error: { code: 'SourceRefusedError', message: expect.stringContaining('the credential right may not be used') },
  });
  await clone.git('remote', 'set-url', 'origin', `${server.url}/.git`);
  expect((await api.call('PATCH', '/api/repositories/folder', { source: { credential: 'shared' } })).status).toBe(200);
  expect(await api.call('PATCH', '/api/repositories/folder', { source: { credential: 'other-path' } })).toMatchObject(
    refusal,
  );
});

it('without a credential it may not be read', async () => {
  expect(await syncWith('bare')).toMatchObject({ status: 'failed', error: { code: 'SourceNotFoundError' } });
});

it.each([
  ['wrong', 'SourceNotFoundError'],
  ['token', 'SourceNotFoundError'],
])('a credential that does not do is named by the failure: %s', async (credential, code) => {
  const job = await syncWith(`with-${credential}`, credential);
  expect(job).toMatchObject({ status: 'failed', error: { code } });
  expect(job.error?.message).toContain(credential);
});

/** All that a registration may learn of a credential that it cannot have. */
const refusal = {
  status: 400,
  body: {
    errors: [
      {
        field: 'source.credential',
        message: 'must be a credential that you may use for this source: the operator’s log says why it is not',
      },
    ],
  },
};

it.each([
  ['nobody-knows', 'there is no credential of that name'],
  ['bobs', 'the user is not in its users'],
  ['elsewhere', 'the host is not in its hosts'],
  ['other-path', 'the address is none of its prefixes'],
  ['of-old', 'add \\"users\\": [\\"<user id>\\"], or \\"users\\": \\"*\\" for everybody'],
  ['empty', 'it must hold {username, password} or {token}'],
])('a registration learns nothing of a credential that it cannot have, the log all: %s', async (credential, why) => {
  const before = logs.length;
  expect(await register('guessed', credential)).toMatchObject(refusal);
  expect((await api.call('GET', '/api/repositories/guessed')).status).toBe(404);
  await expect.poll(() => logs.slice(before)).toContain(why);
  expect(logs.slice(before)).toContain(`"credential":"${credential}"`);
});

it('a change of settings asks for the right of who asks, and of the owner', async () => {
  const bob = await as('bob');
  expect((await register('settings', 'right')).status).toBe(201);
  await api.call('PUT', '/api/repositories/settings/grants/bob', { role: 'owner' });
  const change = (by: Api, credential: string | null) =>
    by.call('PATCH', '/api/repositories/settings', { source: { credential } });
  for (const credential of ['bobs', 'nobody-knows', 'other-path']) {
    expect(await change(api, credential)).toMatchObject(refusal);
    expect(await change(bob, credential)).toMatchObject(refusal);
  }
  expect(await change(bob, 'right')).toMatchObject(refusal);
  for (const credential of ['both', 'shared', null]) expect((await change(bob, credential)).status).toBe(200);
  expect((await change(api, 'right')).status).toBe(200);
});

it('whoever registers is looked at, not who owns the machine', async () => {
  const bob = await as('bob');
  expect(await register('of-bob', 'right', bob)).toMatchObject(refusal);
  expect((await register('of-bob', 'bobs', bob)).status).toBe(201);
});

it('a right that is taken away ends at the next use, and is looked at by its owner’s name', async () => {
  expect(await syncWith('narrowed', 'shared')).toMatchObject({ status: 'completed' });
  await git.write({ 'c.ts': 'export const c = "cockle";\n' });
  await git.commit();
  await writeCredentials({ ...kept, shared: { ...kept.shared, users: ['bob'] } });
  // Bob may use it, and asks: the repository is not his.
  await api.call('PUT', '/api/repositories/narrowed/grants/bob', { role: 'write' });
  const { body } = await (await as('bob')).call<JobAnswer>('POST', '/api/repositories/narrowed/sync');
  const job = await service.api.ended(body.job_id);
  await writeCredentials(kept);
  expect(job).toMatchObject({ status: 'failed', error: { code: 'SourceRefusedError' } });
  expect(job.error?.message).toContain('the operator’s log says why');
  // The look that the 202 waited for has not been at the source either.
  expect(body.pull[0]).toMatchObject({ to: null });
  expect(await service.api.found('narrowed', 'cockle')).not.toContain('c.ts');
});

it('a file of credentials that others may read is refused', async () => {
  expect((await register('open-file', 'right')).status).toBe(201);
  await chmod(join(data.path, 'credentials.json'), 0o640);
  try {
    const job = await sync('open-file');
    expect(job).toMatchObject({ status: 'failed', error: { code: 'SourceRefusedError' } });
    expect(job.error?.message).toContain('chmod 600');
    expect(await register('open-file-2', 'right')).toMatchObject(refusal);
  } finally {
    await chmod(join(data.path, 'credentials.json'), 0o600);
  }
});

it('a file of credentials that is no JSON is refused, and not quoted', async () => {
  expect((await register('broken-file', 'right')).status).toBe(201);
  await writeCredentials(`{"right": {"username": "robot", "password": "${secret}" "}`);
  const job = await sync('broken-file');
  expect(await register('broken-file-2', 'right')).toMatchObject(refusal);
  await writeCredentials(kept);
  expect(job).toMatchObject({ status: 'failed', error: { code: 'SourceRefusedError' } });
});

it('no secret stands in a job, a log, an answer, a file or git’s arguments', async () => {
  const words = [secret, encoded, 'Plugh-the-wrong-secret', 'Authorization: Basic'];
  expect(answers.length).toBeGreaterThan(10);
  expect(logs).toContain('sync completed');
  const calls = await readFile(join(bin, 'arguments'), 'utf8');
  expect(calls).toContain('remote-http');
  expect(calls).toContain('fetch');
  for (const word of words) {
    expect(answers.filter((answer) => answer.includes(word))).toEqual([]);
    expect(logs.includes(word)).toBe(false);
    expect(calls.includes(word)).toBe(false);
  }
  expect(await filesWith(data.path, words)).toEqual([]);
  expect(await filesWith(temp, words)).toEqual([]);
});
