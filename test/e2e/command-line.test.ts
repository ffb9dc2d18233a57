import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { makeDataDir, runCommand } from '../support/service-process.ts';

let git: GitRepository;
let data: Awaited<ReturnType<typeof makeDataDir>>;
beforeAll(async () => {
  git = await createGitRepository({
    'src/a.ts': 'export const greeting = "hello capybara";\n',
    'yarn.lock': '# yarn lockfile v1\n',
  });
  data = await makeDataDir();
});
afterAll(async () => {
  await data.remove();
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

  it('exits with 1 and the cause when the sync fails', async () => {
    const { code, stdout } = await runCommand([`${git.path}/no/such/place`, '--once'], data.path);
    expect(stdout).toMatch(/Sync failed after .*: .*no\/such\/place/);
    expect(code).toBe(1);
  });

  it.each([
    [['--nope'], {}, 'nope'],
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

describe('before anything is started', () => {
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

it('leaves nothing in its data directory that others may read', async () => {
  for (const entry of await readdir(data.path, { recursive: true }))
    expect((await stat(join(data.path, entry))).mode & 0o077, entry).toBe(0);
});
