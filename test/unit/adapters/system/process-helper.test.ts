import { type ChildProcess, spawn } from 'node:child_process';
import { access, mkdtemp, readdir, rm } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startProgram, useProcessHelper } from '../../../../adapters/system/process-helper/client.ts';
import { type ProcessHelper, startProcessHelper } from '../../../../adapters/system/process-helper/start.ts';
import { processesOf } from '../../../support/processes-of.ts';
import { outcomeOf, starterNow, useHelperFromHereOn } from './use-helper.ts';

let root: string;
let helper: ProcessHelper;
const workers: Worker[] = [];
const processes: ChildProcess[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "test-helper of it's-"));
  helper = await startProcessHelper();
});
afterEach(async () => {
  useProcessHelper(null);
  for (const worker of workers.splice(0)) await worker.terminate();
  for (const child of processes.splice(0)) child.kill('SIGKILL');
  await helper.close();
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const sleepers = async (seconds: number): Promise<number> =>
  (await processesOf(root)).filter(({ command }) => command === `sleep ${seconds}`).length;
const started = { timeout: 20_000 };
const soon = { timeout: 15_000 };
const run = (script: string, ...args: string[]) =>
  startProgram('sh', ['-c', script, 'sh', ...args], { cwd: root, env: { PATH: process.env.PATH ?? '', NAME: 'a\nb' } });

/** A worker whose git and git's child sleep for so many seconds; both are the helper's. */
const startThread = async (seconds: number): Promise<Worker> => {
  const script = new URL('./guarded-thread.ts', import.meta.url);
  const worker = new Worker(script, { workerData: { root, seconds, helper: helper.path } });
  worker.on('error', () => undefined);
  workers.push(worker);
  await expect.poll(() => sleepers(seconds), started).toBe(2);
  return worker;
};

describe('a program that the helper starts', () => {
  it('gets its arguments, environment, directory and input, and its output and end come back', async () => {
    const pid = await useHelperFromHereOn(helper.path);
    expect(pid).not.toBe(process.pid);
    const script = 'printf %s "$1 $NAME "; pwd; cat; echo no >&2; exit 3';
    expect(await outcomeOf(run(script, "it's\n$x"), 'given')).toEqual({
      code: 3,
      killedBy: null,
      said: `it's\n$x a\nb ${root}\ngiven`,
      complained: 'no\n',
    });
    const large = 'x'.repeat(5_000_000);
    expect((await outcomeOf(run('cat'), large)).said).toBe(large);
    const all = await Promise.all(Array.from({ length: 20 }, (_, n) => outcomeOf(run('echo $1', String(n)))));
    expect(all.map(({ said }) => Number(said))).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it('that is not there, or not let into its directory, says so', async () => {
    await useHelperFromHereOn(helper.path);
    const where = { cwd: root, env: { PATH: root } };
    const { code, complained } = await outcomeOf(startProgram('no-such-program', [], where));
    expect([code, complained]).toEqual([127, expect.stringMatching(/^announced: .*no-such-program/)]);
    const lost = startProgram('sh', ['-c', 'exit'], { ...where, cwd: join(root, 'nowhere') });
    await expect(lost.closed).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await outcomeOf(run('echo on'))).said).toBe('on\n');
  });

  it('takes no notice of input that it does not want', async () => {
    await useHelperFromHereOn(helper.path);
    expect(await outcomeOf(run('exit 4'), 'x'.repeat(5_000_000))).toMatchObject({ code: 4 });
  });

  it('can be killed, with all that it has started, before and after it is there', async () => {
    await useHelperFromHereOn(helper.path);
    const early = run('exec sleep 221');
    early.kill();
    expect(await outcomeOf(early)).toMatchObject({ code: null, killedBy: 'SIGKILL' });
    const late = run('sleep 222 & sleep 222');
    await expect.poll(() => sleepers(222), started).toBe(2);
    expect(late.pid()).toBeGreaterThan(0);
    late.kill();
    expect(await outcomeOf(late)).toMatchObject({ killedBy: 'SIGKILL' });
    expect(await sleepers(222)).toBe(0);
  });

  it('has the priority of the thread that wants it', async () => {
    await useHelperFromHereOn(helper.path);
    expect(Number((await outcomeOf(run('nice'))).said)).toBe(getPriority());
  });

  it.each([
    ['process.exit', (worker: Worker) => worker.postMessage('exit')],
    ['an exception that nobody catches', (worker: Worker) => worker.postMessage('throw')],
    ['worker.terminate', (worker: Worker) => void worker.terminate()],
  ])('ends with its thread, after %s, and another thread’s goes on', async (_, end) => {
    const dying = await startThread(223);
    await startThread(224);
    end(dying);
    await expect.poll(() => sleepers(223), soon).toBe(0);
    expect(await sleepers(224)).toBe(2);
  });
});

describe('the helper', () => {
  it('that is killed takes its programs along, and threads start their own from then on', async () => {
    const pid = await useHelperFromHereOn(helper.path);
    const running = outcomeOf(run('sleep 225 & sleep 225')).catch((error: unknown) => error);
    await expect.poll(() => sleepers(225), started).toBe(2);
    process.kill(pid, 'SIGKILL');
    // Such a step is tried again.
    expect(await running).toMatchObject({ name: 'Runtime.ExitError' });
    await expect.poll(() => sleepers(225), soon).toBe(0);
    await helper.exited;
    expect(await starterNow()).toBe(process.pid);
  });

  it('that says nothing is left alone: what it was asked for ends, and threads start their own from then on', async () => {
    const pid = await useHelperFromHereOn(helper.path, { start: 500, kill: 500 });
    const running = run('sleep 227 & sleep 227');
    await expect.poll(() => sleepers(227), started).toBe(2);
    process.kill(pid, 'SIGSTOP');
    running.kill();
    await expect(running.closed).rejects.toMatchObject({ name: 'Runtime.ExitError' });
    await expect.poll(() => sleepers(227), soon).toBe(0);
    const asked = run('exec sleep 228');
    await expect(asked.closed).rejects.toMatchObject({ name: 'Runtime.ExitError' });
    expect(await starterNow()).toBe(process.pid);
    process.kill(pid, 'SIGCONT');
    // Once it goes on it reads what it was asked for, and that nobody wants it any more.
    await useHelperFromHereOn(helper.path);
    await expect.poll(() => sleepers(228), soon).toBe(0);
  });

  it('that does not end by itself is ended', async () => {
    const pid = await useHelperFromHereOn(helper.path);
    process.kill(pid, 'SIGSTOP');
    await helper.close();
    expect(isThere(pid)).toBe(false);
  });

  it.each(['SIGKILL', 'SIGABRT'] as const)(
    'ends with the process that started it, with all of its programs, after %s',
    async (signal) => {
      const from = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
      const main = `
      import { useHelperFromHereOn } from ${from('./use-helper.ts')};
      import { startProgram } from ${from('../../../../adapters/system/process-helper/client.ts')};
      import { startProcessHelper } from ${from('../../../../adapters/system/process-helper/start.ts')};
      const helper = await startProcessHelper();
      const pid = await useHelperFromHereOn(helper.path);
      startProgram('sh', ['-c', 'sleep 226 & sleep 226'], { cwd: ${JSON.stringify(root)}, env: { PATH: process.env.PATH, HOME: ${JSON.stringify(root)} } });
      console.log(JSON.stringify([pid, helper.path]));
      setInterval(() => undefined, 1000);`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', main], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      processes.push(child);
      const [pid, path] = JSON.parse(String(await new Promise((resolve) => child.stdout?.once('data', resolve))));
      await expect.poll(() => sleepers(226), started).toBe(2);

      child.kill(signal);

      await expect.poll(() => sleepers(226), soon).toBe(0);
      await expect.poll(() => isThere(pid), soon).toBe(false);
      await expect
        .poll(
          () =>
            access(path).then(
              () => true,
              () => false,
            ),
          soon,
        )
        .toBe(false);
    },
  );

  it('can be reached where the temporary directory’s path is too long for a socket', async () => {
    const before = process.env.TMPDIR;
    process.env.TMPDIR = join(root, 'x'.repeat(100));
    const other = await startProcessHelper().finally(() => {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    });
    try {
      await useHelperFromHereOn(other.path);
      expect((await outcomeOf(run('echo on'))).said).toBe('on\n');
    } finally {
      await other.close();
    }
  });

  it('leaves nothing when it is closed', async () => {
    const pid = await useHelperFromHereOn(helper.path);
    await helper.close();
    expect(isThere(pid)).toBe(false);
    await expect(readdir(dirname(helper.path))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
