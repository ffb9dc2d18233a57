import { spawnSync } from 'node:child_process';
import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { useRepoSync } from '../support/use-repo-sync.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const cli = useRepoSync(world);
const { run } = cli;

describe('profiles', () => {
  const env = () => ({ HOME: cli.home });

  it('are made by login, with the token from standard input, for their own user alone', async () => {
    const made = await run(['login', `${world.server.url}/api`], { env: env(), input: `${world.server.token}\n` });
    expect(made).toMatchObject({ code: 0, out: `Logged in to ${world.server.url}, as profile default\n` });
    const path = join(cli.home, '.config/repo-sync/profiles.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await run(['status'], { env: env() })).code).toBe(0);
    await run(['login', world.server.url, '--profile', 'work'], { env: env(), input: world.server.token });
    expect((await run(['profiles', '--use', 'default'], { env: env() })).out).toMatch(/\* {2}default[\s\S]* work/);
    expect((await run(['profiles', '--forget', 'work'], { env: env() })).out).not.toContain('work');
    expect((await run(['profiles', '--use', 'work'], { env: env() })).code).toBe(4);
    await chmod(path, 0o644);
    expect(await run(['status'], { env: env() })).toMatchObject({
      code: 2,
      err: expect.stringContaining(`chmod 600 '${path}'`),
    });
    await writeFile(path, '{', { mode: 0o600 });
    await chmod(path, 0o600);
    expect((await run(['status'], { env: env() })).err).toContain('is damaged');
    await rm(path);
  });

  it('are not made for a token that is not good, and never take one as an argument', async () => {
    expect(await run(['login', world.server.url], { env: env(), input: 'nonsense' })).toMatchObject({ code: 6 });
    expect(await run(['login', world.server.url], { env: env(), input: '' })).toMatchObject({ code: 2 });
    expect(await run(['login'], { env: env(), input: 'x' })).toMatchObject({ code: 2 });
    expect((await run(['login', 'here'], { env: env(), input: 'x' })).err).toContain('no address of a service');
    expect((await run(['login', '--help'])).out).not.toMatch(/--token/);
  });

  it('are not needed where the service of this folder runs', async () => {
    const cwd = join(cli.home, 'here');
    await mkdir(join(cwd, '.repo-sync'), { recursive: true });
    await writeFile(join(cwd, '.repo-sync/token'), `${world.server.token}\n`);
    const port = new URL(world.server.url).port;
    expect((await run(['status'], { env: { HOME: cli.home, PORT: port }, cwd })).code).toBe(0);
  });
});

describe('doctor', () => {
  it('finds nothing where all is well', async () => {
    const { code, out } = await run(['doctor']);
    expect([code, out]).toEqual([0, expect.not.stringContaining('WRONG')]);
    for (const name of ['git', 'data directory', 'disk', 'port', 'profiles', 'service', 'token'])
      expect(out).toContain(name);
  });

  it('says what is wrong, and the command that cures it', async () => {
    const open = join(cli.home, 'open');
    await mkdir(open, { mode: 0o755 });
    const env = {
      HOME: cli.home,
      DATA_DIR: open,
      PATH: '/nowhere',
      REPO_SYNC_URL: 'http://127.0.0.1:2',
      REPO_SYNC_TOKEN: 'x',
    };
    const { code, out } = await run(['doctor', '--json'], { env });
    expect(code).toBe(1);
    const wrong = (JSON.parse(out).checks as { name: string; status: string; cure: string | null }[]).filter(
      ({ status }) => status === 'failed',
    );
    expect(wrong.map(({ name, cure }) => [name, cure])).toEqual([
      ['git', 'sudo apt-get install git'],
      ['data directory', `chmod 700 '${open}'`],
      ['service', expect.stringContaining('repo-sync serve')],
    ]);
  });

  it('tells the service’s own port from another program’s, and a bad token from a good one', async () => {
    const port = new URL(world.server.url).port;
    const own = await run(['doctor'], { env: { HOME: cli.home, PORT: port, PATH: process.env.PATH } });
    expect(own.out).toContain(`${port} is the service’s own`);
    expect(own.out).toContain('look');
    const { createServer } = await import('node:net');
    const other = createServer((socket) => socket.on('error', () => undefined).end('hello'));
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const taken = String((other.address() as { port: number }).port);
    const env = {
      HOME: cli.home,
      PORT: taken,
      PATH: process.env.PATH,
      REPO_SYNC_URL: world.server.url,
      REPO_SYNC_TOKEN: 'x',
    };
    const { code, out } = await run(['doctor'], { env });
    other.close();
    expect(code).toBe(1);
    expect(out).toMatch(/WRONG +port +\d+ is used by another program\n +PORT=3001 npm start/);
    expect(out).toMatch(/WRONG +token/);
    const odd = await run(['doctor'], { env: { HOME: cli.home, PORT: '99999', PATH: process.env.PATH } });
    expect(odd.out).toMatch(/WRONG +port +http:\/\/127\.0\.0\.1:99999 is no address: PORT must be 0 to 65535/);
  });
});

describe('completions', () => {
  const printed = async (...args: string[]): Promise<string> => {
    const lines: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((text: string) => {
      lines.push(text);
    });
    const { code, out } = await run(['complete', ...args]);
    log.mockRestore();
    expect(code).toBe(0);
    return out + lines.join('\n');
  };
  it.each(['bash', 'zsh', 'fish'])('are there for %s', async (shell) => {
    expect(await printed(shell)).toContain('repo-sync');
  });

  it('work in a bash that has nothing else, also when they are read again', async () => {
    const script = await printed('bash');
    const offered = await printed('--', 'cancel', '--q');
    const line = `repo-sync() { cat <<'END'\n${offered}\nEND\n}
      compopt() { :; }
      source /dev/stdin <<< "$SCRIPT"; source /dev/stdin <<< "$SCRIPT"
      COMP_WORDS=(repo-sync cancel --q) COMP_CWORD=2; __repo_sync_complete; echo "\${COMPREPLY[*]}"`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '--noprofile', '-c', line], {
      env: { PATH: process.env.PATH, SCRIPT: script },
      encoding: 'utf8',
    });
    expect([stdout, stderr]).toEqual(['--queued\n', '']);
    // A line that is completed may begin with that word too.
    expect(await printed('--', 'bash')).not.toContain('declare');
  });
});
