import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { filesToTryAgain, uncoveredOf } from '../support/second-try.ts';

describe('the files that run once more', () => {
  const run = { failed: ['test/e2e/api.test.ts'], strayErrors: 0, uncovered: [] };
  it('are the few that failed', () => expect(filesToTryAgain(run)).toEqual(run.failed));
  it.each([
    ['an error has no test', { ...run, strayErrors: 1 }],
    ['too little is covered', { ...run, uncovered: ['lines 89 % of 90 %'] }],
    ['many failed', { ...run, failed: ['a', 'b', 'c', 'd', 'e', 'f'] }],
    ['a random history failed', { ...run, failed: [...run.failed, 'test/faults/faults.test.ts'] }],
  ])('are none where %s', (_, failed) => expect(filesToTryAgain(failed)).toEqual([]));
});

describe('what covers too little', () => {
  const total = { lines: { pct: 95.1 }, branches: { pct: 89.99 } };
  it('is what is below its threshold', () =>
    expect(uncoveredOf(total, { lines: 90, branches: 90 })).toEqual(['branches 89.99 % of 90 %']));
  it('is nothing where none is asked', () => expect(uncoveredOf(total, { perFile: true })).toEqual([]));
});

describe('npm test', () => {
  let root = '';
  afterEach(() => rm(root, { recursive: true, force: true }));

  /** A test that keeps count of its tries, run as `npm test` runs this project’s. */
  const runs = async (testBody: string, environment: NodeJS.ProcessEnv) => {
    root = await mkdtemp(join(tmpdir(), 'test-tries-'));
    await writeFile(
      join(root, 'a.test.js'),
      `import { appendFileSync, readFileSync } from 'node:fs';
       it('counts', () => {
         appendFileSync('tries', '.');
         const tries = readFileSync('tries', 'utf8').length;
         ${testBody}
       });`,
    );
    const script = resolve(import.meta.dirname, '../support/run-tests.ts');
    const args = [
      '--root',
      root,
      '--globals',
      '--coverage.provider=istanbul',
      '--coverage.reporter=json-summary',
      '--coverage.thresholds.lines=0',
    ];
    return new Promise<{ code: unknown; stdout: string }>((done) =>
      execFile(
        process.execPath,
        [script, ...args, '--coverage.include=*.js'],
        { cwd: root, env: { ...process.env, ...environment } },
        (error, stdout) => done({ code: error?.code ?? 0, stdout }),
      ),
    );
  };
  const ci = { CI: 'true' };

  it('runs a file that failed once more on a CI machine, and says so', async () => {
    const { code, stdout } = await runs('expect(tries).toBe(2);', ci);
    expect(stdout).toContain('What had failed passed when it ran once more: a.test.js');
    expect(code).toBe(0);
  });
  it('fails where it fails again', async () => {
    const { code, stdout } = await runs('expect(tries).toBe(3);', ci);
    expect(stdout).toContain('What had failed failed when it ran once more: a.test.js');
    expect(code).toBe(1);
  });
  it('gives no second try elsewhere, nor where an error has no test', async () => {
    expect((await runs('expect(tries).toBe(2);', { CI: '' })).code).toBe(1);
    const stray = await runs('setTimeout(() => { throw new Error("stray"); }); expect(tries).toBe(2);', ci);
    expect(stray.code).toBe(1);
    expect(stray.stdout).not.toContain('once more');
  });
});
