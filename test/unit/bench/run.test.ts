import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Results } from '../../../bench/figures.ts';
import { lookAtTree } from '../../../bench/process-tree.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'test-bench-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const start = (...args: string[]) => {
  const child = spawn(process.execPath, ['bench/run.ts', ...args], {
    env: { ...process.env, NODE_V8_COVERAGE: '', TMPDIR: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { out: '', err: '' };
  child.stdout.on('data', (data) => {
    printed.out += data;
  });
  child.stderr.on('data', (data) => {
    printed.err += data;
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  return { child, printed, ended };
};

describe('the benchmark', () => {
  it('measures the real service, writes figures that it can read again, and leaves nothing behind', async () => {
    const out = join(directory, 'figures.json');
    const { printed, ended } = start(
      '--quick',
      '--files',
      '60',
      '--only',
      'full,nothing,incremental,api,floor',
      '--out',
      out,
    );
    expect(await ended, printed.err).toBe(0);
    const results = Results.parse(JSON.parse(await readFile(out, 'utf8')));
    expect(results.repositories).toMatchObject([{ repository: 'generated-60', files: 60 }]);
    const figures = new Map(results.repositories[0]?.figures.map(({ name, value }) => [name, value]));
    for (const name of [
      'full index',
      'nothing changed',
      '8 files changed',
      'POST sync, p99',
      'service / floor, processor',
      'disk per MB of indexed source',
    ])
      expect(figures.get(name), name).toBeGreaterThan(0);
    expect(printed.out).toMatch(/full {2,}full index {2,}≤/);
    expect(await readdir(directory)).toEqual(['figures.json']);
  }, 90_000);

  it('ends with 1 and a line that says why when something could not be measured', async () => {
    const { printed, ended } = start('--quick', '--repository', join(directory, 'nowhere'));
    expect(await ended).toBe(1);
    expect(printed.out).toMatch(/FAILED +git clone ended with 128/);
  });

  it('ends with 2 and its usage when it was not understood', async () => {
    const { printed, ended } = start('--only', 'nothing-known');
    expect(await ended).toBe(2);
    expect(printed.err).toContain('npm run bench -- [options]');
  });

  it('prints what it has, stops the service and removes what it made when it is told to stop', async () => {
    const { child, printed, ended } = start('--quick', '--files', '60', '--only', 'full,many', '--out', 'never.json');
    const tree = () => lookAtTree(child.pid ?? 0);
    await expect.poll(() => printed.err, { timeout: 50_000 }).toMatch(/^full: \d+ s$/m);
    const pids = tree().map(({ pid }) => pid);
    expect(pids.length).toBeGreaterThan(2);
    child.kill('SIGTERM');
    expect(await ended).toBe(130);
    expect(printed.out).toMatch(/full {2,}full index {2,}≤/);
    expect(printed.out).toMatch(/many {2,}the rest of it .*not measured/);
    expect(existsSync('never.json')).toBe(false);
    await expect.poll(() => pids.filter((pid) => lookAtTree(pid).length > 0), { timeout: 10_000 }).toEqual([]);
    expect((await readdir(directory)).filter((name) => name.startsWith('bench-'))).toEqual([]);
  }, 90_000);
});
