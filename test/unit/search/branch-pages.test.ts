import { beforeEach, describe, expect, it } from 'vitest';
import { createPathRules } from '../../../adapters/path-rules/path-rules.ts';
import { comparePaths } from '../../../core/manifest/git-path.ts';
import { type ManifestEntry, manifestLine } from '../../../core/manifest/manifest.ts';
import { editPages } from '../../../core/manifest/pages/edit-pages.ts';
import { rootText } from '../../../core/manifest/pages/manifest-root.ts';
import { blobLine, blobSet, pathSet } from '../../../core/manifest/pages/manifest-sets.ts';
import type { SetKind } from '../../../core/manifest/pages/paged-set.ts';
import { oneBlock } from '../../../core/objects/manifests.ts';
import { pageKey } from '../../../core/objects/object-keys.ts';
import { createBranchFilesCache } from '../../../core/search/branch-files.ts';
import { afterPrefix, literalPrefix } from '../../../core/search/rules/literal-prefix.ts';
import { MemoryObjectStore } from '../../faults/memory/memory-objects.ts';
import { indexedEntry } from '../../support/manifest-entries.ts';

let store: MemoryObjectStore;
let reads: string[];
let underWay = { now: 0, most: 0 };
beforeEach(() => {
  store = new MemoryObjectStore();
  reads = [];
  underWay = { now: 0, most: 0 };
});

const counted = () => ({
  getText: async (key: string) => {
    reads.push(key);
    underWay.most = Math.max(underWay.most, ++underWay.now);
    await new Promise((resolve) => setTimeout(resolve));
    underWay.now -= 1;
    return store.getText(key);
  },
  getLines: (key: string) => {
    reads.push(key);
    return store.getLines(key);
  },
});

const publish = async (key: string, entries: readonly ManifestEntry[]): Promise<void> => {
  const make = (kind: SetKind, lines: readonly string[]) =>
    editPages({
      kind,
      base: [],
      changes: oneBlock(
        lines.map((line) => ({ key: kind.keyOf(line), line })).sort((a, b) => kind.compare(a.key, b.key)),
      ),
      read: async () => [],
      write: async (name, text) => ({
        writer: 'sync-1',
        stored: await store.putText(pageKey('shop', { writer: 'sync-1', name }), text),
      }),
    });
  const paths = await make(pathSet, entries.map(manifestLine));
  const blobs = await make(
    blobSet,
    entries.flatMap((entry) => blobLine(entry) ?? []),
  );
  await store.putText(
    key,
    rootText(
      new Map([
        [pathSet.name, paths],
        [blobSet.name, blobs],
      ]),
    ),
  );
};
const entryOf = (n: number): ManifestEntry =>
  indexedEntry(`${n % 2 === 0 ? 'src' : 'lib'}/${n % 31}/f${n}.ts`, ((n * 2_654_435_761) % 2 ** 32) * 2 ** 20);
const entries = Array.from({ length: 20_000 }, (_, n) => entryOf(n));

describe('a search of a manifest in pages', () => {
  it('reads the root and the pages of its hits when it is cold, these at the same time, and nothing when it is warm', async () => {
    await publish('m', entries);
    const filesOf = createBranchFilesCache(counted());
    const hits = entries.slice(100, 150).map(({ oid }) => oid);
    const files = await filesOf('shop', 'm');
    await files.read(hits);
    expect(hits.map((oid) => files.pathsOf(oid))).toEqual(entries.slice(100, 150).map(({ path }) => [path]));
    const pages = reads.filter((key) => key !== 'm');
    expect(reads).toHaveLength(1 + pages.length);
    // 40 pages by blob: those of 50 hits at most.
    expect(pages.length).toBeLessThanOrEqual(50);
    expect(new Set(pages).size).toBe(pages.length);
    expect(underWay.most).toBe(pages.length);
    reads.length = 0;
    const again = await filesOf('shop', 'm');
    await again.read(hits);
    expect(again.pathsOf(hits[0] ?? '')).toHaveLength(1);
    expect(reads).toEqual([]);
  });

  it('reads the new root and the pages that changed after a publish', async () => {
    await publish('m', entries);
    const filesOf = createBranchFilesCache(counted());
    const all = entries.map(({ oid }) => oid);
    await (await filesOf('shop', 'm')).read(all);
    await publish('n', [...entries.slice(3), ...[0, 1, 2].map((n) => indexedEntry(`new/${n}.ts`, n * 2 ** 48))]);
    reads.length = 0;
    await (await filesOf('shop', 'n')).read(all);
    expect(reads[0]).toBe('n');
    expect(reads.length).toBeLessThanOrEqual(1 + 3 * 6);
  });

  it('finds a blob at each of its paths, and none that is not in the index', async () => {
    const skipped: ManifestEntry = { ...indexedEntry('c', 2), outcome: 'skipped', reason: 'binary', chunks: 0 };
    await publish('m', [indexedEntry('a', 1), indexedEntry('b', 1), skipped]);
    const files = await createBranchFilesCache(store)('shop', 'm');
    await files.read([1, 2, 3].map((n) => indexedEntry('', n).oid));
    expect([1, 2, 3].map((n) => files.pathsOf(indexedEntry('', n).oid))).toEqual([['a', 'b'], [], []]);
    expect(await files.blobsWhere({ key: 'all', prefix: '', passes: () => true }, 9)).toEqual([
      indexedEntry('', 1).oid,
    ]);
    expect(await files.blobsWhere({ key: 'c', prefix: 'c', passes: (path) => path === 'c' }, 9)).toEqual([]);
  });

  it('reads only the range of a filter with a literal beginning', async () => {
    await publish('m', entries);
    const files = await createBranchFilesCache(counted())('shop', 'm');
    reads.length = 0;
    const passes = (path: string): boolean => path.startsWith('src/4/');
    const wanted = entries.filter(({ path }) => passes(path)).map(({ oid }) => oid);
    const found = await files.blobsWhere({ key: 'src/4/', prefix: 'src/4/', passes }, 1_000);
    expect(found?.toSorted()).toEqual(wanted.sort());
    expect(reads.length).toBeLessThanOrEqual(5);
    expect(await files.blobsWhere({ key: 'src/4/', prefix: 'src/4/', passes }, wanted.length - 1)).toBeUndefined();
    // The same without it: by all pages.
    const all = await files.blobsWhere({ key: 'unbound', prefix: '', passes }, 1_000);
    expect(all?.toSorted()).toEqual(wanted.sort());
  });
});

describe('what every path that a pattern matches begins with', () => {
  it.each([
    ['/src', 'src'],
    ['/src/', 'src/'],
    ['src/lib', 'src/lib'],
    ['src/*.ts', 'src/'],
    ['src/**/x', 'src/'],
    ['a/b c', 'a/b'],
    ['src', ''],
    ['src/', ''],
    ['*.ts', ''],
    ['**/a/b', ''],
    ['!src/a', ''],
    ['#src/a', ''],
    ['\\!src/a', ''],
    ['é/a', ''],
    ['src/é', 'src/'],
    ['', ''],
    ['/', ''],
  ])('of %j is %j', (pattern, prefix) => {
    expect(literalPrefix(pattern)).toBe(prefix);
  });

  it('holds for all that the rules match', () => {
    const rules = createPathRules();
    const paths = ['src/a', 'src/lib/a', 'src2/a', 'lib/src/a', 'src', 'a/b c', 'a/b', '"src/\\377"', 'src/é'];
    for (const pattern of ['/src', 'src/lib', 'src/*', '/src/', 'src/**', 'a/b c', 'src/é', 'src']) {
      const prefix = literalPrefix(pattern);
      const rule = rules.compile([pattern], []);
      for (const path of paths.filter((one) => rule(one) === 'ignored')) {
        if (prefix === '') continue;
        expect(comparePaths(prefix, path)).toBeLessThanOrEqual(0);
        expect(comparePaths(path, afterPrefix(prefix))).toBeLessThan(0);
      }
    }
  });
});
