import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { inTerminal, screenOf } from '../support/in-terminal.ts';
import { makeDataDir } from '../support/service-process.ts';
import { startSmartHttpServer } from '../support/smart-http-server.ts';

const root = resolve(import.meta.dirname, '../..');
let git: GitRepository;
let home: string;
let data: Awaited<ReturnType<typeof makeDataDir>>;
beforeAll(async () => {
  git = await createGitRepository({ 'a.ts': 'export const a = "ocelot";\n' });
  home = await mkdtemp(join(tmpdir(), 'test-terminal-'));
  data = await makeDataDir();
});
afterAll(async () => {
  await data.remove();
  await rm(home, { recursive: true, force: true });
  await git.cleanup();
});

const service = (args: string, env: NodeJS.ProcessEnv = {}) =>
  inTerminal(`node --conditions=local local/main.ts ${args}`, {
    cwd: root,
    env: { PORT: '0', DATA_DIR: data.path, ...env },
  });

describe('in a terminal', () => {
  it('npm start draws one line of progress in place, and no log line between', async () => {
    const run = service(`${git.path} --once`, { LOG_LEVEL: 'debug' });
    expect(await run.ended).toBe(0);
    const bars = run.raw.split('\u001b[1G').length - 1;
    expect(bars).toBeGreaterThan(1);
    expect(run.raw).not.toContain('{"level"');
    const screen = screenOf(run.raw);
    expect(screen.match(/\[=*-*\]/g)).toHaveLength(1);
    expect(screen).toMatch(/^done +\[={24}\] 100% 1\/1 files/m);
    expect(screen).toContain(`log      ${join(data.path, 'service.log')}`);
    // The cursor that was hidden is shown again.
    expect(run.raw.lastIndexOf('\u001b[?25h')).toBeGreaterThan(run.raw.lastIndexOf('\u001b[?25l'));
  }, 120_000);

  // Beside each other: they wait for what does not answer.
  it.concurrent('Ctrl-C says what stays and how to continue, and gives the cursor back', async () => {
    const slow = await startSmartHttpServer({ root: git.path, delayMs: 9_000 });
    const run = service(`${slow.url}/.git --once`);
    while (!run.raw.includes('pull ')) await new Promise((done) => setTimeout(done, 50));
    run.type('\u0003');
    expect(await run.ended).toBe(130);
    await slow.close();
    expect(screenOf(run.raw)).toContain(`npm start -- ${slow.url}/.git --once`);
    expect(run.raw).not.toMatch(/Error|\{"level"/);
    expect(run.raw.lastIndexOf('\u001b[?25h')).toBeGreaterThan(run.raw.lastIndexOf('\u001b[?25l'));
  }, 120_000);

  const doctor = (env: NodeJS.ProcessEnv) =>
    inTerminal(`node ${join(root, 'cli/repo-sync.js')} doctor`, { cwd: home, env: { HOME: home, ...env } });

  it.concurrent('repo-sync has colours, and none with NO_COLOR', async () => {
    const [coloured, plain] = [doctor({}), doctor({ NO_COLOR: '1' })];
    await Promise.all([coloured.ended, plain.ended]);
    expect(coloured.raw).toContain('\u001b[32mok');
    expect(plain.raw).not.toContain('\u001b[3');
    expect(screenOf(coloured.raw)).toBe(screenOf(plain.raw));
  }, 60_000);

  it.concurrent('repo-sync login asks for the token without showing it', async () => {
    const run = inTerminal(`node ${join(root, 'cli/repo-sync.js')} login http://127.0.0.1:2`, {
      cwd: home,
      env: { HOME: home },
    });
    while (!run.raw.includes('Your token')) await new Promise((done) => setTimeout(done, 50));
    run.type('secret-word');
    while (!run.raw.includes('***')) await new Promise((done) => setTimeout(done, 50));
    run.type('\r');
    expect(await run.ended).toBe(5);
    expect(run.raw).not.toContain('secret-word');
  }, 60_000);
});
