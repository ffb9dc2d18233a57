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
