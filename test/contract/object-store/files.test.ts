import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileObjectStore, halfWritten } from '../../../adapters/files/object-store.ts';
import { ObjectDamagedError } from '../../../core/domain/errors.ts';
import type { ObjectStore } from '../../../core/ports/object-store.ts';
import { collect, objectStoreContract } from './object-store.suite.ts';

const temporaryRoot = () => mkdtemp(join(tmpdir(), 'object-store-'));

objectStoreContract('file store', async () => {
  const root = await temporaryRoot();
  return { store: createFileObjectStore(root), close: () => rm(root, { recursive: true }) };
});

describe('file store', () => {
  let root: string;
  let store: ObjectStore;
  beforeEach(async () => {
    root = await temporaryRoot();
    store = createFileObjectStore(root);
  });
  afterEach(() => rm(root, { recursive: true }));

  it.each(['', '/a', '../a', 'a/../b', 'a/./b', 'a//b', 'a/', 'a\\b', 'a\0b', '.tmp/a', '.tmp'])(
    'refuses the key %j',
    async (key) => {
      await expect(store.putText(key, 'x')).rejects.toThrow(RangeError);
      await expect(store.getText(key)).rejects.toThrow(RangeError);
    },
  );

  it.each(['../../', '../a', '/', 'a//', 'a/..', '.tmp/', 'a\\'])('refuses the prefix %j', async (prefix) => {
    await expect(store.deleteAll(prefix)).rejects.toThrow(RangeError);
    await expect(collect(store.list(prefix))).rejects.toThrow(RangeError);
  });

  it('stores a key that ends in .zst compressed', async () => {
    const lines = Array.from({ length: 10_000 }, () => 'the same line');
    await store.putLines('big.zst', lines);
    await store.putLines('big', lines);
    const compressed = await createFileObjectStore(root).getText('big.zst');
    expect(compressed).toBe(await store.getText('big'));
    const { size } = await import('node:fs').then(({ statSync }) => statSync(join(root, 'big.zst')));
    expect(size).toBeLessThan(10_000);
  });

  it('holds a bounded buffer while lines come', async () => {
    let taken = 0;
    function* endless() {
      for (; taken < 1_000_000; taken++) yield 'x'.repeat(100);
    }
    const before = process.memoryUsage().rss;
    await store.putLines('wide', endless());
    expect(taken).toBe(1_000_000);
    // 100 MB went through; three quarters of that are far above what the buffers need.
    expect(process.memoryUsage().rss - before).toBeLessThan(75_000_000);
  });

  it('reports a damaged object instead of giving a part of it', async () => {
    await store.putText('broken.zst', 'x'.repeat(1000));
    await writeFile(join(root, 'broken.zst'), 'not zstd');
    await expect(store.getText('broken.zst')).rejects.toThrow(ObjectDamagedError);
    await expect(collect(store.getLines('broken.zst'))).rejects.toThrow(ObjectDamagedError);
    await store.putLines(
      'lines.zst',
      Array.from({ length: 3000 }, (_, n) => `line ${n} ${Math.sin(n)}`),
    );
    const whole = await readFile(join(root, 'lines.zst'));
    expect(await store.size('lines.zst')).toBe(whole.length);
    const turned = Buffer.from(whole);
    turned.writeUInt8((turned[5000] ?? 0) ^ 1, 5000);
    for (const broken of [turned, whole.subarray(0, whole.length - 1), whole.subarray(0, 4000), Buffer.alloc(0)]) {
      await writeFile(join(root, 'lines.zst'), broken);
      await expect(collect(store.getLines('lines.zst'))).rejects.toThrow(ObjectDamagedError);
    }
  });

  it('reports that a key lies below another object', async () => {
    await store.putText('a', 'x');
    await expect(store.putText('a/b', 'y')).rejects.toThrow();
    expect(await readdir(join(root, '.tmp'))).toEqual([]);
  });

  it('reports what it may not read, and does not call it absent', async () => {
    const name = 'x'.repeat(300);
    await expect(store.getText(name)).rejects.toThrow('ENAMETOOLONG');
  });

  it('puts into a directory that is being deleted', async () => {
    for (let round = 0; round < 20; round++) {
      await Promise.all([store.putText(`dir/${round}`, 'x'), store.deleteAll('dir')]);
    }
    await store.putText('dir/last', 'x');
    expect(await store.getText('dir/last')).toBe('x');
  });

  it('leaves no directory behind, and takes away what an earlier version has left', async () => {
    const jobs = join(root, 'repositories/web/jobs');
    for (const job of ['1', '2', '3']) {
      await store.putText(`repositories/web/jobs/${job}/pull.json`, '{}');
      await store.putText(`repositories/web/jobs/${job}/results/0.jsonl`, '');
    }
    await store.deleteAll('repositories/web/jobs/1/');
    await store.deleteAll('repositories/web/jobs/2/results/');
    await store.delete(['repositories/web/jobs/2/pull.json']);
    expect(await readdir(jobs)).toEqual(['3']);

    await mkdir(join(jobs, '4/results'), { recursive: true });
    await mkdir(join(jobs, '5'));
    const there = ['repositories/web/jobs/3/pull.json', 'repositories/web/jobs/3/results/0.jsonl'];
    expect(await collect(store.list('repositories/web/jobs/'))).toEqual(there);
    expect(await collect(store.list('repositories/web/jobs/'))).toEqual(there);
    expect(await readdir(jobs)).toEqual(['3']);

    await store.deleteAll('repositories/web/');
    expect(await readdir(join(root, 'repositories'))).toEqual([]);
  });

  it('puts into directories that are taken away as soon as they are empty', async () => {
    const put = async (job: number): Promise<void> => {
      const key = `repositories/web/jobs/${job}/results/0.jsonl`;
      for (let round = 0; round < 50; round++) {
        await store.putText(key, 'x');
        await store.delete([key]);
      }
      await store.putText(key, 'last');
    };
    const putting = Promise.all([put(1), put(2), put(3)]);
    for (let n = 0; n < 100; n++) await collect(store.listSizes('repositories/web/'));
    await putting;
    expect(await collect(store.list('repositories/'))).toHaveLength(3);
  });

  it('shows whole objects after the writer was killed in the middle', async () => {
    let written = 0;
    // A kill may come between two writes: then it comes again.
    for (let puts = 8; puts < 60 && (await readdir(halfWritten(root))).length === 0; puts++) {
      const child = spawn(process.execPath, [join(import.meta.dirname, 'files.writer.ts'), root], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      written = Math.max(written, await killAfter(child, puts));
    }
    expect(await readdir(halfWritten(root))).not.toEqual([]);
    const reopened = createFileObjectStore(root);
    const keys = await collect(reopened.list(''));
    expect(keys.length).toBeGreaterThanOrEqual(written);
    for (const key of keys)
      expect((await collect(reopened.getLines(key))).flat().length).toBe(Number(key.split('/')[1]));
  });
});

/** Waits for so many lines of the child, and as long as a put takes or less: right behind a line nothing is written yet. Kills it, and says how many lines came in all. */
const killAfter = async (child: ChildProcess, lines: number): Promise<number> => {
  let seen = 0;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  for await (const piece of child.stdout as AsyncIterable<Buffer>) {
    seen += piece.toString().split('\n').length - 1;
    if (seen >= lines) setTimeout(() => child.kill('SIGKILL'), Math.random() * 10);
  }
  await gone;
  return seen;
};
