import { describe, expect, it } from 'vitest';
import { createBranchFilesCache } from '../../../core/search/branch-files.ts';
import { oidOf } from '../../support/manifest-entries.ts';
import { id, line } from '../../support/search-setup.ts';

describe('manifests of the earlier form in memory', () => {
  const noPages = { getText: async () => null };
  const objects = (reads: string[]) => ({
    ...noPages,
    getLines: async function* (key: string) {
      reads.push(key);
      yield [line(`${key}-1.ts`, 1)];
      yield [line(`${key}-2.ts`, 2)];
    },
  });

  it('are read once', async () => {
    const reads: string[] = [];
    const filesOf = createBranchFilesCache(objects(reads));
    const [first] = await Promise.all([filesOf(id, 'a'), filesOf(id, 'a')]);
    await first?.read([oidOf(2), oidOf(9)]);
    expect(first?.pathsOf(oidOf(2))).toEqual(['a-2.ts']);
    expect(first?.pathsOf(oidOf(9))).toEqual([]);
    // To learn its form, and then all of it.
    expect(reads).toEqual(['a', 'a']);
  });

  it('keep a blob’s paths together, and leave out what is not indexed', async () => {
    const filesOf = createBranchFilesCache({
      ...noPages,
      getLines: async function* () {
        yield [line('a.ts', 1), line('b.ts', 1), line('c.ts', 2, 'skipped'), line('d.ts', 3)];
        yield [line('e.ts', 1), line('indexed.ts', 4, 'skipped')];
      },
    });
    const files = await filesOf(id, 'm');
    await files.read([1, 2, 3, 4].map(oidOf));
    expect([1, 2, 3, 4].map((n) => files.pathsOf(oidOf(n)))).toEqual([['a.ts', 'b.ts', 'e.ts'], [], ['d.ts'], []]);
    const filter = { key: 'not d', prefix: '', passes: (path: string) => path !== 'd.ts' };
    expect(await files.blobsWhere(filter, 9)).toEqual([oidOf(1)]);
  });

  describe('under a filter', () => {
    const manifest = async (count: number) => {
      const lines = Array.from({ length: count }, (_, n) => line(`${n}.ts`, n));
      return createBranchFilesCache({
        ...noPages,
        getLines: async function* () {
          yield lines;
        },
      })(id, 'm');
    };
    const counting = (key: string, wanted: string) => {
      const asked = { times: 0 };
      const passes = (path: string): boolean => {
        asked.times += 1;
        return path === wanted;
      };
      return { filter: { key, prefix: '', passes }, asked };
    };

    it('are gone through once, whoever asks', async () => {
      const files = await manifest(10);
      const [first, second] = [counting('k', '3.ts'), counting('k', '3.ts')];
      const both = await Promise.all([files.blobsWhere(first.filter, 5), files.blobsWhere(second.filter, 5)]);
      expect(both).toEqual([[oidOf(3)], [oidOf(3)]]);
      expect(await files.blobsWhere(second.filter, 5)).toEqual([oidOf(3)]);
      expect([first.asked.times, second.asked.times]).toEqual([10, 0]);
    });

    it('answer nothing for too many, each limit on its own', async () => {
      const files = await manifest(10);
      const every = { key: 'all', prefix: '', passes: () => true };
      expect(await files.blobsWhere(every, 9)).toBeUndefined();
      expect(await files.blobsWhere(every, 10)).toHaveLength(10);
    });

    it('let others have the thread meanwhile', async () => {
      const files = await manifest(9_000);
      const turns = { taken: 0 };
      const other = setInterval(() => {
        turns.taken += 1;
      }, 0);
      await files.blobsWhere(counting('k', '3.ts').filter, 5);
      clearInterval(other);
      expect(turns.taken).toBeGreaterThanOrEqual(3);
    });
  });

  it('go when there are too many, those that were used longest ago first', async () => {
    const reads: string[] = [];
    // A manifest's two pages have a line or two each.
    const filesOf = createBranchFilesCache(objects(reads), 4_000);
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await filesOf(id, key);
    expect(reads.filter((_, n) => n % 2 === 0)).toEqual(['a', 'b', 'c', 'b']);
  });

  it('stay when one alone is too large', async () => {
    const reads: string[] = [];
    const filesOf = createBranchFilesCache(objects(reads), 1);
    for (const key of ['a', 'a']) await filesOf(id, key);
    expect(reads).toEqual(['a', 'a']);
  });
});
