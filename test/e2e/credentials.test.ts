import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JobAnswer } from '../../core/contract/api.ts';
import type { Api } from '../support/api.ts';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { makeDataDir, type ServiceProcess, startService } from '../support/service-process.ts';
import { type SmartHttpServer, startSmartHttpServer } from '../support/smart-http-server.ts';

/** The real service as a process of its own, logging all there is, with its temporary files where they can be looked through. */
const secret = 'Xyzzy-the-secret-41f7';
const encoded = Buffer.from(`robot:${secret}`).toString('base64');
let git: GitRepository;
let server: SmartHttpServer;
let service: ServiceProcess;
let api: Api;
let data: Awaited<ReturnType<typeof makeDataDir>>;
let temp: string;
/** Where the git that the service finds is. */
let bin: string;
let logs = '';
const answers: string[] = [];

beforeAll(async () => {
  git = await createGitRepository({ 'a.ts': 'export const a = "anemone";\n' });
  server = await startSmartHttpServer({ root: git.path, auth: { username: 'robot', password: secret }, delayMs: 40 });
  data = await makeDataDir();
  temp = await mkdtemp(join(tmpdir(), 'test-credentials-'));
  const hosts = [new URL(server.url).host];
  await writeCredentials({
    right: { username: 'robot', password: secret, hosts },
    wrong: { username: 'robot', password: 'Plugh-the-wrong-secret', hosts },
    elsewhere: { username: 'robot', password: secret, hosts: ['git.example.com'] },
    token: { token: secret, hosts },
    empty: {},
  });
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

const syncWith = async (id: string, credential?: string): Promise<JobAnswer> => {
  const source = { url: `${server.url}/.git`, ...(credential === undefined ? {} : { credential }) };
  const created = await api.call('POST', '/api/repositories', { repository_id: id, source });
  expect(created.status).toBe(201);
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

it('without a credential it may not be read', async () => {
  expect(await syncWith('bare')).toMatchObject({ status: 'failed', error: { code: 'SourceNotFoundError' } });
});

it.each([
  ['wrong', 'SourceNotFoundError'],
  ['token', 'SourceNotFoundError'],
  ['nobody-knows', 'SourceNotFoundError'],
  ['empty', 'SourceRefusedError'],
  ['elsewhere', 'SourceRefusedError'],
])('a credential that does not do is named by the failure: %s', async (credential, code) => {
  const job = await syncWith(`with-${credential}`, credential);
  expect(job).toMatchObject({ status: 'failed', error: { code } });
  expect(job.error?.message).toContain(credential);
});

it('a file of credentials that others may read is refused', async () => {
  await chmod(join(data.path, 'credentials.json'), 0o640);
  try {
    const job = await syncWith('open-file', 'right');
    expect(job).toMatchObject({ status: 'failed', error: { code: 'SourceRefusedError' } });
    expect(job.error?.message).toContain('chmod 600');
  } finally {
    await chmod(join(data.path, 'credentials.json'), 0o600);
  }
});

it('a file of credentials that is no JSON is refused, and not quoted', async () => {
  const kept = await readFile(join(data.path, 'credentials.json'), 'utf8');
  await writeCredentials(`{"right": {"username": "robot", "password": "${secret}" "}`);
  const job = await syncWith('broken-file', 'right');
  await writeCredentials(kept);
  expect(job).toMatchObject({ status: 'failed', error: { code: 'SourceRefusedError' } });
});

it('no secret stands in a job, a log, an answer, a file or git’s arguments', async () => {
  const words = [secret, encoded, 'Plugh-the-wrong-secret', 'Authorization: Basic'];
  expect(answers.length).toBeGreaterThan(10);
  expect(logs).toContain('sync completed');
  const calls = await readFile(join(bin, 'arguments'), 'utf8');
  expect(calls).toContain('ls-remote');
  expect(calls).toContain('fetch');
  for (const word of words) {
    expect(answers.filter((answer) => answer.includes(word))).toEqual([]);
    expect(logs.includes(word)).toBe(false);
    expect(calls.includes(word)).toBe(false);
  }
  expect(await filesWith(data.path, words)).toEqual([]);
  expect(await filesWith(temp, words)).toEqual([]);
});
