import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createTreeLook,
  endedChildrenSeconds,
  lookAtTree,
  type ProcessLook,
  parseProcess,
  untilQuiet,
  watchTree,
} from '../../../bench/process-tree.ts';

/** proc(5): user, system, children's user and children's system time in ticks. */
const stat = (name: string, [user, system, childUser, childSystem]: readonly number[], state = 'S'): string =>
  `7 (${name}) ${state} 1 1 1 0 -1 0 0 0 0 0 ${user} ${system} ${childUser} ${childSystem} 20 0 1 0 99`;

let proc: string;
beforeAll(async () => {
  proc = await mkdtemp(join(tmpdir(), 'test-proc-'));
});
afterAll(() => rm(proc, { recursive: true, force: true }));

const put = async (pid: number, name: string, command: string, kilobytes: number, children: string): Promise<void> => {
  const files: Record<string, string> = {
    stat: stat(name, [100, 50, 0, 0]),
    status: `Name:\t${name}\nVmRSS:\t   ${kilobytes} kB\n`,
    cmdline: command,
    [`task/${pid}/children`]: children,
    [`task/${pid}/stat`]: stat(name, [90, 10, 0, 0]),
  };
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(proc, String(pid), 'task', String(pid)), { recursive: true });
    await writeFile(join(proc, String(pid), file), text);
  }
};

describe('a process', () => {
  it('has the processor time of the children it has waited for', () => {
    const look = parseProcess(7, stat('a) b (c', [100, 50, 25, 5]), 'Name:\ta) b (c\nVmRSS:\t 2 kB\n');
    expect(look).toEqual({ pid: 7, name: 'a) b (c', resident: 2048, cpuSeconds: 1.8 });
    expect(endedChildrenSeconds(stat('node', [100, 50, 25, 5]))).toBeCloseTo(0.3);
  });

  it('is none when it is gone or a zombie, and has no memory as a thread of the kernel', () => {
    expect(parseProcess(7, '', '')).toBeNull();
    expect(parseProcess(7, stat('x', [0, 0, 0, 0], 'Z'), 'Name:\tx\n')).toBeNull();
    expect(parseProcess(7, stat('x', [0, 0, 0, 0]), 'Name:\tx\n')?.resident).toBe(0);
  });
});

describe('a process tree', () => {
  it('has the children of every thread; what was only forked has its parent’s pages', async () => {
    await put(1, 'node', 'node\0main.ts', 1000, '2 3 9 ');
    await put(2, 'git', 'git\0ls-tree', 10, '4 ');
    await put(3, 'node', 'node\0main.ts', 1000, '');
    await put(4, 'git', 'git\0pack', 5, '');
    const looks = lookAtTree(1, proc);
    expect(looks.map(({ pid, resident }) => [pid, resident / 1024])).toEqual([
      [1, 1000],
      [2, 10],
      [3, 0],
      [4, 5],
    ]);
    expect(looks[0]?.threads).toEqual(new Map([['node', 1]]));
    expect(lookAtTree(1, join(proc, 'nowhere'))).toEqual([]);
  });

  it('is asked for the children of all threads by a whole look alone', async () => {
    const task = (pid: number, thread: number, children: string) =>
      mkdir(join(proc, String(pid), 'task', String(thread)), { recursive: true })
        .then(() => writeFile(join(proc, String(pid), 'task', String(thread), 'children'), children))
        .then(() => writeFile(join(proc, String(pid), 'task', String(thread), 'stat'), stat('worker', [5, 5, 0, 0])));
    await put(20, 'node', 'node\0main.ts', 1000, '21 ');
    await task(20, 201, '');
    await put(21, 'helper', 'helper', 10, '');
    const look = createTreeLook(20, proc);
    const seen = (whole: boolean) => look(whole).map(({ pid, resident }) => [pid, resident / 1024]);
    expect(look(true)[0]?.threads).toEqual(
      new Map([
        ['node', 1],
        ['worker', 0.1],
      ]),
    );
    // The helper's main thread starts one, which is only forked at first; another thread of the service starts a second one.
    await put(21, 'helper', 'helper', 10, '22 ');
    await put(22, 'helper', 'helper', 10, '');
    await put(23, 'git', 'git', 7, '');
    await task(20, 201, '23 ');
    expect(seen(false)).toEqual([
      [20, 1000],
      [21, 10],
      [22, 0],
    ]);
    expect(look(false)[0]?.threads).toEqual(new Map());
    await put(22, 'git', 'git\0cat-file', 30, '');
    expect(seen(false)).toEqual([
      [20, 1000],
      [21, 10],
      [22, 30],
    ]);
    expect(seen(true)).toEqual([
      [20, 1000],
      [21, 10],
      [23, 7],
      [22, 30],
    ]);
    // From then on that thread is asked at each look.
    await task(20, 201, '');
    expect(seen(false)).toEqual([
      [20, 1000],
      [21, 10],
      [22, 30],
    ]);
    await task(20, 201, '23 ');
    expect(seen(false)).toEqual([
      [20, 1000],
      [21, 10],
      [23, 7],
      [22, 30],
    ]);
  });

  it.runIf(process.platform === 'linux')('of a real process has its child and what both use', async () => {
    const child = spawn('sh', ['-c', 'sleep 30 & wait'], { stdio: 'ignore' });
    try {
      await expect.poll(() => lookAtTree(child.pid ?? 0).map(({ name }) => name)).toEqual(['sh', 'sleep']);
      for (const { resident } of lookAtTree(child.pid ?? 0)) expect(resident).toBeGreaterThan(100_000);
    } finally {
      for (const { pid } of lookAtTree(child.pid ?? 0)) process.kill(pid);
      await once(child, 'exit');
    }
  });
});

const look = (resident: number, cpuSeconds: number, worker = 0): readonly ProcessLook[] => [
  { pid: 1, name: 'node', resident, cpuSeconds, threads: new Map([['WorkerThread', worker]]) },
  { pid: 2, name: 'git', resident: 2 ** 20, cpuSeconds: 0, threads: new Map() },
];

describe('watching a tree', () => {
  it('keeps the largest sum of memory, and the processor time since the start', async () => {
    const looks = [look(2 ** 20, 10, 5), look(9 * 2 ** 20, 11, 6), look(3 * 2 ** 20, 14, 7), []];
    const tree = watchTree(1, 1, () => looks.shift() ?? []);
    await expect.poll(() => looks.length).toBe(0);
    const use = tree.stop();
    expect(use).toMatchObject({ peakResident: 10 * 2 ** 20, peakParts: 'node 9, git 1', cpuSeconds: 4 });
    expect(use.samples).toBeGreaterThan(2);
    expect(use.wallSeconds).toBeGreaterThan(0);
  });

  it('tells which threads the processor time went to', () => {
    const looks = [look(1, 10, 5), look(1, 14, 8)];
    expect(watchTree(1, 60_000, () => looks.shift() ?? []).stop().cpuParts).toBe('WorkerThread 3.0, others 1.0');
  });

  it('looks at the whole of it first, last, and each tenth time', async () => {
    const whole: boolean[] = [];
    const tree = watchTree(1, 1, (isWhole) => {
      whole.push(isWhole);
      return look(1, 1);
    });
    await expect.poll(() => whole.length).toBeGreaterThan(21);
    tree.stop();
    const between = whole.slice(1, -1);
    expect([whole[0], whole.at(-1)]).toEqual([true, true]);
    expect(between).toEqual(between.map((_, i) => i % 10 === 9));
  });

  it('waits until it is quiet', async () => {
    const seconds = [0, 5, 9, 9];
    await untilQuiet(1, () => look(1, seconds.shift() ?? 9), 10);
    expect(seconds).toEqual([]);
  });
});
