import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBareRepository, objectFormatOf } from '../../../../adapters/git/bare-repository.ts';
import { gitEnvironment } from '../../../../adapters/git/git-environment.ts';
import {
  type GitCommand,
  GitExitError,
  GitTimeoutError,
  runGit,
  streamGit,
} from '../../../../adapters/git/git-process.ts';
import { createTemporaryDirectory } from '../../../../adapters/git/temporary-directory.ts';
import { SourceUnusableError } from '../../../../core/domain/errors.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'test-process-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

/** Runs a shell command as git would run a helper: a child of git. */
const shell = (script: string, more: Partial<GitCommand> = {}): GitCommand => ({
  args: ['-c', `alias.x=!${script}`, 'x'],
  env: { PATH: process.env.PATH ?? '', HOME: root },
  cwd: root,
  timeoutMs: 10_000,
  ...more,
});

describe('a git process', () => {
  it('gets its input and gives its output', async () => {
    expect((await runGit(shell('cat', { input: ['a', 'b'] }))).stdout.toString()).toBe('ab');
  });

  it('may leave its input unread', async () => {
    const input = Array.from({ length: 100 }, () => 'x'.repeat(100_000));

    expect((await runGit(shell('true', { input }))).stdout).toHaveLength(0);
  });

  it('keeps the two ends of a long stderr', async () => {
    const { stderr } = await runGit(shell('{ echo first; head -c 1000000 /dev/zero | tr "\\\\0" x; echo last; } >&2'));

    expect(stderr.length).toBeLessThanOrEqual(16_384);
    expect(stderr).toMatch(/^first\nx+last\n$/);
  });

  it('fails with its code and what it said', async () => {
    const failure: GitExitError = await runGit(shell('{ echo why >&2; exit 3; }')).catch((error) => error);

    expect(failure).toBeInstanceOf(GitExitError);
    expect(failure).toMatchObject({ code: 3, stderr: expect.stringContaining('why') });
  });

  it('fails when there is no git', async () => {
    await expect(runGit(shell('true', { env: { PATH: root } }))).rejects.toThrow('ENOENT');
  });

  it('is given up after its time, with its children', async () => {
    const at = performance.now();

    await expect(runGit(shell('sleep 20', { timeoutMs: 100 }))).rejects.toThrow(GitTimeoutError);
    expect(performance.now() - at).toBeLessThan(5_000);
  });

  it('is given up when it neither moves a byte nor computes for so long, and not while it does either', async () => {
    const silenceMs = 800;

    await expect(runGit(shell('sleep 60', { silenceMs, timeoutMs: 50_000 }))).rejects.toMatchObject({
      silent: true,
      seconds: 1,
    });
    const slow = 'for n in 1 2 3 4 5 6 7 8; do sleep 0.5; echo; done';
    await runGit(shell(slow, { silenceMs: 3_000, timeoutMs: 120_000 }));
    await runGit(shell('n=0; while [ $n -lt 1000000 ]; do n=$((n + 1)); done', { silenceMs, timeoutMs: 120_000 }));
  });

  it('is ended by what watches it', async () => {
    const watch = vi.fn().mockResolvedValueOnce(null).mockResolvedValue(new Error('too much'));

    await expect(runGit(shell('sleep 20', { watch }))).rejects.toThrow('too much');
    expect(watch).toHaveBeenCalledTimes(2);
    await expect(runGit(shell('sleep 20', { watch: async () => Promise.reject(new Error('blind')) }))).rejects.toThrow(
      'blind',
    );
  });

  it('is ended when nobody reads on', async () => {
    const at = performance.now();
    for await (const chunk of streamGit(shell('{ echo one; sleep 20; }'))) {
      expect(chunk.toString()).toBe('one\n');
      break;
    }

    expect(performance.now() - at).toBeLessThan(5_000);
  });
});

describe('a git process’s environment', () => {
  it('holds nothing of the user’s but PATH and the CA file', () => {
    vi.stubEnv('https_proxy', 'http://proxy');
    vi.stubEnv('GIT_SSL_CAINFO', '/ca.pem');
    vi.stubEnv('SSH_AUTH_SOCK', '/agent');

    const environment = gitEnvironment({ home: '/h', gitDir: '/g' }, 'https', [['a.b', 'c']]);

    expect(environment).toMatchObject({
      HOME: '/h',
      GIT_DIR: '/g',
      GIT_SSL_CAINFO: '/ca.pem',
      GIT_ALLOW_PROTOCOL: 'https',
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
    });
    expect(Object.keys(environment).filter((name) => /proxy|SSH_AUTH/i.test(name))).toEqual([]);
    const count = Number(environment.GIT_CONFIG_COUNT);
    const settings = Array.from({ length: count }, (_, at) => [
      environment[`GIT_CONFIG_KEY_${at}`],
      environment[`GIT_CONFIG_VALUE_${at}`],
    ]);
    for (const setting of [
      ['a.b', 'c'],
      ['core.hooksPath', '/dev/null'],
      ['http.followRedirects', 'false'],
      ['transfer.fsckObjects', 'true'],
      ['transfer.credentialsInUrl', 'die'],
    ])
      expect(settings).toContainEqual(setting);
  });

  it('allows no transport at all where nothing is to be fetched, and does without PATH', () => {
    vi.stubEnv('PATH', undefined);
    vi.stubEnv('GIT_SSL_CAINFO', undefined);

    const environment = gitEnvironment({ home: '/h', gitDir: '/g' }, null);

    expect(environment.GIT_ALLOW_PROTOCOL).toBe('');
    expect(environment.PATH).toBe('/usr/bin:/bin');
    expect(environment).not.toHaveProperty('GIT_SSL_CAINFO');
  });
});

describe('temporary repositories', () => {
  it('are gone when they are removed, twice too', async () => {
    const one = await createTemporaryDirectory(root);
    const two = await createBareRepository(root, 'sha256');
    expect(await readdir(root)).toHaveLength(2);
    expect(await two.packBytes()).toBe(0);

    await one.remove();
    await two.remove();
    await two.remove();

    expect(await readdir(root)).toEqual([]);
  });

  it('are for object ids only', () => {
    expect(objectFormatOf('a'.repeat(40))).toBe('sha1');
    expect(objectFormatOf('a'.repeat(64))).toBe('sha256');
    expect(() => objectFormatOf('--help')).toThrow(SourceUnusableError);
  });

  it('are not there when they cannot be made', async () => {
    const occupied = join(root, 'file');
    await writeFile(occupied, 'x');

    await expect(createTemporaryDirectory(occupied)).rejects.toThrow();
  });
});
