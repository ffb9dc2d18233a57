import { describe, expect, it } from 'vitest';
import { type PackedRows, packRows } from '../../../../adapters/lancedb/packed-rows.ts';
import { createWriteQueue } from '../../../../adapters/lancedb/write-queue.ts';

const rows = (...numbers: number[]): PackedRows =>
  packRows(
    numbers.map((n) => ({
      blob: `b${n}`,
      ordinal: 0,
      startLine: 1,
      endLine: 1,
      text: '',
      languages: [],
      vector: new Float32Array(1),
    })),
    1,
  );

/** A queue whose commits are listed by their keys, each taking a turn of the event loop. */
const listed = (maxRows = 100, fail: (keys: string[]) => boolean = () => false) => {
  const commits: string[][] = [];
  let running = 0;
  const queue = createWriteQueue(async (packs) => {
    expect(++running).toBe(1);
    const keys = packs.flatMap((pack) => [...pack.keys]);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    if (fail(keys)) throw new Error('disk full');
    commits.push(keys);
  }, maxRows);
  return { queue, commits };
};

describe('the write queue', () => {
  it('writes puts that wait together in one commit', async () => {
    const { queue, commits } = listed();
    await Promise.all([queue.put(rows(1)), queue.put(rows(2, 3)), queue.put(rows(4))]);
    expect(commits).toEqual([['b1:0', 'b2:0', 'b3:0', 'b4:0']]);
  });

  it('bounds a commit, and leaves a larger put whole', async () => {
    const { queue, commits } = listed(3);
    await Promise.all([queue.put(rows(1, 2)), queue.put(rows(3, 4)), queue.put(rows(5)), queue.put(rows(6, 7, 8, 9))]);
    expect(commits.map((keys) => keys.length)).toEqual([2, 3, 4]);
  });

  it('never writes a key twice in one commit', async () => {
    const { queue, commits } = listed();
    await Promise.all([queue.put(rows(1, 2)), queue.put(rows(2)), queue.put(rows(3))]);
    expect(commits).toEqual([
      ['b1:0', 'b2:0'],
      ['b2:0', 'b3:0'],
    ]);
  });

  it('keeps the order of puts and other writes', async () => {
    const { queue, commits } = listed();
    const run = queue.run(async () => commits.push(['run']));
    await Promise.all([queue.put(rows(1)), run, queue.put(rows(2))]);
    await Promise.all([queue.put(rows(3)), queue.run(async () => commits.push(['run'])), queue.put(rows(4))]);
    expect(commits).toEqual([['run'], ['b1:0', 'b2:0'], ['b3:0'], ['run'], ['b4:0']]);
  });

  it('fails the puts of a commit that failed, and goes on', async () => {
    const { queue, commits } = listed(100, (keys) => keys.includes('b2:0'));
    const results = await Promise.allSettled([queue.put(rows(1)), queue.put(rows(2))]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(
      queue.run(async () => {
        throw new Error('task broke');
      }),
    ).rejects.toThrow('task broke');
    await queue.put(rows(3));
    expect(commits).toEqual([['b3:0']]);
  });

  it('gives back what a task gives', async () => {
    expect(await listed().queue.run(async () => 42)).toBe(42);
  });

  it('is idle when everything has been done', async () => {
    const { queue, commits } = listed();
    await queue.idle();
    const failing = expect(queue.run(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
    const put = queue.put(rows(1));
    await queue.idle();
    expect(commits).toEqual([['b1:0']]);
    await Promise.all([failing, put]);
  });
});

describe('the puts of a large job', () => {
  const many = (from: number, count: number): PackedRows => rows(...Array.from({ length: count }, (_, i) => from + i));
  const sizesOf = (commits: readonly string[][]): number[] => commits.map(({ length }) => length);
  /** A queue that knows from a first commit that a large job is at work. */
  const busy = async (quietMs: number) => {
    const commits: string[][] = [];
    const queue = createWriteQueue(
      async (packs) => {
        commits.push(packs.flatMap((pack) => [...pack.keys]));
      },
      1000,
      { rows: 32, quietMs },
    );
    await queue.put(many(0, 8));
    commits.length = 0;
    return { queue, commits };
  };
  const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

  it('wait for each other until they are enough for a commit', async () => {
    const { queue, commits } = await busy(60_000);
    const puts = [queue.put(many(100, 8))];
    for (const from of [200, 300, 400]) {
      await soon();
      expect(commits).toEqual([]);
      puts.push(queue.put(many(from, 8)));
    }
    await Promise.all(puts);
    expect(sizesOf(commits)).toEqual([32]);
  });

  it('do not wait when no more come', async () => {
    const { queue, commits } = await busy(20);
    await queue.put(many(100, 8));
    expect(sizesOf(commits)).toEqual([8]);
  });

  it('do not hold up what comes behind them', async () => {
    const { queue, commits } = await busy(60_000);
    const put = queue.put(many(100, 8));
    await soon();
    expect(await queue.run(async () => commits.length)).toBe(1);
    await put;
  });

  it('wait for nobody while a commit costs next to nothing', async () => {
    const commits: number[] = [];
    const commit = async (packs: readonly { count: number }[]): Promise<void> => {
      commits.push(...packs.map(({ count }) => count));
    };
    let isCheap = true;
    const queue = createWriteQueue(commit, 1000, { rows: 32, quietMs: 60_000, isCheap: () => isCheap });
    for (const from of [0, 100, 200]) await queue.put(many(from, 8));
    expect(commits).toEqual([8, 8, 8]);
    isCheap = false;
    const put = queue.put(many(300, 8));
    await soon();
    expect(commits).toHaveLength(3);
    await queue.run(async () => undefined);
    await put;
  });

  it('wait for nobody after a small put, nor when a second has passed', async () => {
    const { queue, commits } = await busy(60_000);
    await queue.run(async () => undefined);
    await queue.put(many(100, 1));
    await queue.put(many(200, 8));
    await new Promise((resolve) => setTimeout(resolve, 1050));
    await queue.put(many(300, 8));
    expect(sizesOf(commits)).toEqual([1, 8, 8]);
  });
});
