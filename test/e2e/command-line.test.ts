import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { makeDataDir, runCommand, spawnCommand } from '../support/service-process.ts';
import { startSmartHttpServer } from '../support/smart-http-server.ts';

let git: GitRepository;
let data: Awaited<ReturnType<typeof makeDataDir>>;
/** Nothing listens there, and for most of a minute it is tried again: begun first and looked at last. */
let unreachable: { readonly data: typeof data; readonly run: ReturnType<typeof runCommand> };
beforeAll(async () => {
  git = await createGitRepository({
    'src/a.ts': 'export const greeting = "hello capybara";\n',
    'yarn.lock': '# yarn lockfile v1\n',
  });
  data = await makeDataDir();
  const own = await makeDataDir();
  const logged = { LOG_FILE: join(own.path, 'test.log') };
  unreachable = { data: own, run: runCommand(['http://127.0.0.1:2/x.git', '--once'], own.path, logged) };
});
afterAll(async () => {
  await data.remove();
  await unreachable.run;
  await unreachable.data.remove();
  await git.cleanup();
});

describe('npm start -- <path> --once', () => {
  it('indexes, says what it did, searches and exits with 0', async () => {
    const { code, stdout, stderr } = await runCommand([git.path, '--once', '--search', 'capybara'], data.path);
    expect(stdout).toContain('Sync completed');
    expect(stdout).toMatch(/indexed {2}1 file, 1 chunk embedded/);
    expect(stdout).toMatch(/skipped {2}1 file \(lockfile 1\)/);
    expect(stdout).toMatch(/src\/a\.ts:1-\d+ {2}export const greeting/);
    expect(stderr).toContain('100%');
    expect(code).toBe(0);
  });

  it('has nothing to do the second time', async () => {
    const { code, stdout } = await runCommand([git.path, '--once'], data.path);
    expect(stdout).toContain('nothing to do');
    expect(code).toBe(0);
  });

  it('is stopped by Ctrl-C, says what stays, and continues at the next start', async () => {
    const remote = { root: git.path, delayMs: 9_000 };
    const slow = await startSmartHttpServer(remote);
    const child = spawnCommand([`${slow.url}/.git`, '--once'], data.path, {});
    const output = { stdout: '', stderr: '' };
    child.stdout?.on('data', (part) => {
      output.stdout += part;
    });
    child.stderr?.on('data', (part) => {
      output.stderr += part;
    });
    const ended = new Promise<number | null>((done) => child.once('close', done));
    while (!/sync-[0-9a-f-]{36}/.test(output.stdout)) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(output.stderr).toContain(
      `the sync continues where it was at the next start: npm start -- ${slow.url}/.git --once`,
    );
    remote.delayMs = 0;
    const again = await runCommand([`${slow.url}/.git`, '--once'], data.path);
    expect(again.stdout).toMatch(/sync-\S+ \(was running already\)[\s\S]*Sync completed/);
    expect(again.code).toBe(0);
    await slow.close();
  }, 120_000);

  it.each([
    [['--nope'], {}, 'nope'],
    [['--search'], {}, 'argument missing'],
    [['--once'], {}, 'need a repository'],
    [['a', 'b'], {}, 'only one repository'],
    [[], { PORT: 'high' }, 'PORT'],
    [[], { LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
  ])('exits with 2 and the usage for %j %j', async (args, environment, message) => {
    const { code, stderr } = await runCommand(args, data.path, environment);
    expect(stderr).toContain(message);
    expect(stderr).toContain('Usage:');
    expect(code).toBe(2);
  });

  it('refuses a source that it may not read', async () => {
    const { code, stderr } = await runCommand(['ssh://git@example.com/a', '--once'], data.path);
    expect(stderr).toContain('source.url');
    expect(code).toBe(1);
  });
});

describe('npm start -- --help', () => {
  it('helps, and ends with 0', async () => {
    const { code, stdout, stderr } = await runCommand(['--help'], data.path);
    expect([code, stderr]).toEqual([0, '']);
    for (const word of ['Usage: npm start --', '--once', 'DATA_DIR', 'LOG_FILE', '$ npm start -- . --once'])
      expect(stdout).toContain(word);
  });
});

describe('npm start', () => {
  it('ends with npm: no service stays that holds the port and the data', async () => {
    const own = await makeDataDir();
    const npm = spawn('npm', ['start', '--silent'], {
      cwd: resolve(import.meta.dirname, '../..'),
      env: { ...process.env, NODE_V8_COVERAGE: '', PORT: '0', DATA_DIR: own.path },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(npm, 'close');
    let printed = '';
    npm.stdout.on('data', (part) => {
      printed += part;
    });
    await expect.poll(() => printed, { timeout: 60_000 }).toMatch(/on http:\S+/);
    const url = /on (http:\S+)/.exec(printed)?.[1] ?? '';
    // On a machine that is busy a part of it may answer later than it looks.
    await expect.poll(async () => (await fetch(`${url}/api/health`)).status).toBe(200);
    npm.kill('SIGTERM');
    await ended;
    await expect(fetch(`${url}/api/health`)).rejects.toThrow('fetch failed');
    await own.remove();
  }, 120_000);
});

describe('before anything is started', () => {
  it.each([
    ['no/such/place', 'there is no such folder'],
    ['src', 'is a folder of the git repository'],
    ['src/a.ts', 'is a file'],
  ])('says in one line that %s cannot be indexed', async (path, message) => {
    const nothing = await makeDataDir();
    await nothing.remove();
    const { code, stdout, stderr } = await runCommand([join(git.path, path), '--once'], nothing.path);
    expect([code, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1]);
    expect(stderr).toContain(join(git.path, path));
    expect(stderr).toContain(message);
    await expect(stat(nothing.path)).rejects.toThrow('ENOENT');
  });

  it('refuses a data directory that other users can enter', async () => {
    const open = await makeDataDir();
    await chmod(open.path, 0o755);
    const { code, stderr } = await runCommand([git.path, '--once'], open.path);
    expect(stderr).toContain(`chmod 700 '${open.path}'`);
    expect(code).toBe(1);
    await open.remove();
  });

  it('refuses a damaged database, in one line that says what to do, and leaves it as it is', async () => {
    const damaged = await makeDataDir();
    const file = join(damaged.path, 'dynamodb', 'items.sqlite');
    await mkdir(join(damaged.path, 'dynamodb'), { mode: 0o700 });
    await writeFile(file, 'x'.repeat(8192));
    const { code, stderr } = await runCommand([git.path, '--once'], damaged.path);
    expect(stderr.trim()).toBe(
      `${file} is damaged (file is not a database): put a copy of it in its place, or move it away; then repositories must be registered again`,
    );
    expect(code).toBe(1);
    expect(await readFile(file, 'utf8')).toBe('x'.repeat(8192));
    await damaged.remove();
  });

  it('says that there is no git', async () => {
    const { code, stderr } = await runCommand([git.path, '--once'], data.path, { PATH: '/nowhere' });
    expect(stderr).toMatch(/no program git on the PATH: git 2\.37 or later is needed/);
    expect(code).toBe(1);
  });

  it('says that the port is in use, and how to choose another', async () => {
    const other = createServer();
    const port = await new Promise<number>((done) =>
      other.listen(0, '127.0.0.1', () => done((other.address() as { port: number }).port)),
    );
    const { code, stderr } = await runCommand([], data.path, { PORT: String(port) });
    other.close();
    expect(stderr).toMatch(new RegExp(`port ${port} of 127\\.0\\.0\\.1 is in use.*PORT`));
    expect(code).toBe(1);
  });
});

describe('npm start -- <url> --once', () => {
  it('exits with 1 and the cause when the sync fails', async () => {
    const { code, stdout, stderr } = await unreachable.run;
    const log = join(unreachable.data.path, 'test.log');
    expect(stdout).toMatch(/Sync failed after .*: http:\/\/127\.0\.0\.1:2\/x\.git: nothing accepts connections/);
    expect(stderr).toMatch(/^failed .*nothing accepts connections/m);
    expect(stderr).not.toContain('done');
    // Log lines are in their file, which is named, and not between those of the progress.
    expect(stderr).toContain(`The log says more: ${log}`);
    expect(stderr).not.toContain('{"level"');
    expect(await readFile(log, 'utf8')).toContain('{"level"');
    expect(code).toBe(1);
  }, 120_000);
});

it('leaves nothing in its data directory that others may read', async () => {
  for (const { path } of [data, unreachable.data])
    for (const entry of await readdir(path, { recursive: true }))
      expect((await stat(join(path, entry))).mode & 0o077, entry).toBe(0);
});
