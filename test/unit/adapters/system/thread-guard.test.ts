import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardDirectory, spawnGuarded } from '../../../../adapters/system/thread-guard.ts';
import { processesOf } from '../../../support/processes-of.ts';

let root: string;
const workers: Worker[] = [];
const processes: ChildProcess[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "test-guard of it's-"));
});
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.terminate();
  for (const child of processes.splice(0)) child.kill('SIGKILL');
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

const script = new URL('./guarded-thread.ts', import.meta.url);

/** A worker whose git and git's child sleep for so many seconds, which tells them apart. */
const startThread = async (seconds: number): Promise<Worker> => {
  const worker = new Worker(script, { workerData: { root, seconds } });
  worker.on('error', () => undefined);
  workers.push(worker);
  await expect.poll(() => sleepers(seconds), { timeout: 20_000 }).toBe(2);
  return worker;
};
const sleepers = async (seconds: number): Promise<number> =>
  (await processesOf(root)).filter(({ command }) => command === `sleep ${seconds}`).length;

const soon = { timeout: 15_000 };

describe('what a thread has started', () => {
  it.each([
    ['process.exit', (worker: Worker) => worker.postMessage('exit')],
    ['an exception that nobody catches', (worker: Worker) => worker.postMessage('throw')],
    ['worker.terminate', (worker: Worker) => void worker.terminate()],
  ])('ends with it, after %s, and another thread’s goes on', async (_, end) => {
    const dying = await startThread(211);
    await startThread(212);
    expect(await readdir(root)).toHaveLength(2);

    end(dying);

    await expect.poll(() => sleepers(211), soon).toBe(0);
    await expect.poll(() => readdir(root), soon).toHaveLength(1);
    expect(await sleepers(212)).toBe(2);
  });

  it.each(['SIGKILL', 'SIGABRT', 'SIGSEGV'] as const)('ends with the whole process, after %s', async (signal) => {
    const main = `import { Worker } from 'node:worker_threads';
      for (const seconds of [213, 214]) new Worker(new URL(${JSON.stringify(script.href)}), { execArgv: [], workerData: { root: ${JSON.stringify(root)}, seconds } });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', main], { stdio: 'ignore' });
    processes.push(child);
    await expect.poll(async () => (await sleepers(213)) + (await sleepers(214)), { timeout: 20_000 }).toBe(4);

    child.kill(signal);

    await expect.poll(async () => (await sleepers(213)) + (await sleepers(214)), soon).toBe(0);
    await expect.poll(() => readdir(root), soon).toEqual([]);
  });

  it('is known again to the guard that follows one that was killed', async () => {
    const main = `
      import { guardDirectory, spawnGuarded } from ${JSON.stringify(new URL('../../../../adapters/system/thread-guard.ts', import.meta.url).href)};
      import { mkdirSync } from 'node:fs';
      import { execFileSync } from 'node:child_process';
      const root = ${JSON.stringify(root)};
      const start = async (seconds) => {
        const { child } = spawnGuarded('sh', ['-c', 'echo up; exec sleep ' + seconds], { cwd: root, env: { PATH: process.env.PATH, HOME: root } });
        await new Promise((resolve) => child.stdout.once('data', resolve));
      };
      const isThere = (pid) => {
        try { return process.kill(pid, 0); } catch { return false; }
      };
      await start('215');
      guardDirectory(root + '/kept');
      mkdirSync(root + '/kept');
      const guard = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'thread-guard']).toString().trim();
      process.kill(Number(guard), 'SIGKILL');
      while (isThere(Number(guard))) await new Promise((resolve) => setTimeout(resolve, 10));
      await start('216');
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', main], { stdio: 'ignore' });
    processes.push(child);
    await expect.poll(async () => (await sleepers(215)) + (await sleepers(216)), { timeout: 20_000 }).toBe(2);

    child.kill('SIGKILL');

    await expect.poll(async () => (await sleepers(215)) + (await sleepers(216)), soon).toBe(0);
    await expect.poll(() => readdir(root), soon).toEqual([]);
  });

  it('is forgotten when it is over, and a directory that is given back stays', async () => {
    const release = guardDirectory(join(root, 'given back'));
    release();
    guardDirectory(join(root, 'a\nb'))();
    const { child, kill } = spawnGuarded('sh', ['-c', 'echo done'], {
      cwd: root,
      env: { PATH: process.env.PATH ?? '' },
    });
    const said: Buffer[] = [];
    child.stdout.on('data', (data) => said.push(data));
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    expect(Buffer.concat(said).toString()).toBe('done\n');
    // The group is gone: nothing to kill, and no complaint.
    kill();
  });

  it('that cannot be started says why', async () => {
    const { child } = spawnGuarded('no-such-program', [], { cwd: root, env: { PATH: root } });
    let said = '';
    child.stderr.on('data', (data) => {
      said += data;
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(127);
    expect(said).toMatch(/^announced: .*no-such-program/);
  });
});
