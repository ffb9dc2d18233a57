import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ObjectDamagedError } from '../../../../core/domain/errors.ts';
import { comparePaths, pathFromBytes } from '../../../../core/manifest/git-path.ts';
import { type ManifestEntry, manifestLine } from '../../../../core/manifest/manifest.ts';
import { editPages } from '../../../../core/manifest/pages/edit-pages.ts';
import { isRootLine, parseRoot, rootText } from '../../../../core/manifest/pages/manifest-root.ts';
import {
  blobKeyOf,
  blobLine,
  blobSet,
  isIndexedBlob,
  linesOfBlob,
  parseBlobLine,
  pathSet,
} from '../../../../core/manifest/pages/manifest-sets.ts';
import { mapAhead } from '../../../../core/manifest/pages/map-ahead.ts';
import type { PageBounds } from '../../../../core/manifest/pages/page-cutter.ts';
import { pageLines, pageName, pageText } from '../../../../core/manifest/pages/page-text.ts';
import { type PageChange, type PageRef, placeOf, sumOf } from '../../../../core/manifest/pages/paged-set.ts';
import { lookUp, pagesOnlyIn, readRanges, streamPages } from '../../../../core/manifest/pages/read-pages.ts';
import { indexedEntry, oidOf } from '../../../support/manifest-entries.ts';
import { inBlocks, memoryPages } from '../../../support/memory-pages.ts';

/** Few lines a page, so that a small set has many. */
const small: PageBounds = { least: 2, oneIn: 3, most: 6 };

const path = fc
  .string({ unit: fc.constantFrom('a', 'b', '/', '.', '"', 'é', '\u{1f600}'), minLength: 1, maxLength: 4 })
  .map((text) => pathFromBytes(Buffer.from(text)));
/** By path, the number of its blob; null: it goes. */
const edits = fc.array(
  fc.array(fc.tuple(path, fc.option(fc.integer({ min: 0, max: 3 }), { freq: 2 })), { maxLength: 12 }),
  {
    maxLength: 8,
  },
);

const lineOf = (file: string, n: number): string => manifestLine(indexedEntry(file, n));
const linesOf = (files: ReadonlyMap<string, number>): string[] =>
  [...files].sort(([a], [b]) => comparePaths(a, b)).map(([file, n]) => lineOf(file, n));
const changesOf = (changed: ReadonlyMap<string, number | null>): PageChange[] =>
  [...changed]
    .sort(([a], [b]) => comparePaths(a, b))
    .map(([key, n]) => ({ key, line: n === null ? null : lineOf(key, n) }));

const all = async (pages: readonly PageRef[], read: ReturnType<typeof memoryPages>['read']): Promise<string[]> =>
  (await Array.fromAsync(streamPages(pages, read))).flat();

describe('a set in pages', () => {
  it('is the same after any history of changes as if it had been made at once', () =>
    fc.assert(
      fc.asyncProperty(edits, async (history) => {
        const store = memoryPages();
        const files = new Map<string, number>();
        let pages: readonly PageRef[] = [];
        for (const edit of history) {
          const changed = new Map(edit);
          const seen: [string, string | null][] = [];
          const before = new Map(files);
          pages = await store.edit(pathSet, pages, changesOf(changed), small, (old, { key }) => seen.push([key, old]));
          for (const [file, n] of changed) n === null ? files.delete(file) : files.set(file, n);
          expect(pages).toEqual(await store.build(pathSet, linesOf(files), small));
          expect(seen).toEqual(
            changesOf(changed).map(({ key }) => [key, before.has(key) ? lineOf(key, before.get(key) as number) : null]),
          );
        }
        expect(await all(pages, store.read)).toEqual(linesOf(files));
        expect(sumOf(pages)).toEqual({
          lines: files.size,
          files: files.size,
          chunks: files.size,
          bytes: 3 * files.size,
        });
        for (const { lines } of pages.slice(0, -1)) expect(lines).toBeGreaterThanOrEqual(small.least);
        for (const { lines } of pages) expect(lines).toBeLessThanOrEqual(small.most);
      }),
    ));

  it('finds the line of each key, there or not', () =>
    fc.assert(
      fc.asyncProperty(fc.array(path), fc.array(path), async (there, asked) => {
        const store = memoryPages();
        const files = new Map(there.map((file) => [file, 1]));
        const pages = await store.build(pathSet, linesOf(files), small);
        const keys = [...new Set(asked)].sort(comparePaths);
        expect(await lookUp(pathSet, pages, keys, store.read)).toEqual(
          keys.map((key) => (files.has(key) ? lineOf(key, 1) : null)),
        );
      }),
    ));

  it('reads ranges of keys, each page once', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(path, fc.integer({ min: 0, max: 9 }))), async (list) => {
        const store = memoryPages();
        const files = new Map(list);
        const lines = [...files].flatMap(([file, n]) => blobLine(indexedEntry(file, n)) ?? []);
        lines.sort((a, b) => blobSet.compare(blobSet.keyOf(a), blobSet.keyOf(b)));
        const pages = await store.build(blobSet, lines, small);
        const oids = [0, 3, 4, 9, 11].map(oidOf);
        store.take();
        const found = await Array.fromAsync(readRanges(blobSet, pages, oids.map(linesOfBlob), store.read));
        expect(store.take().read).toBeLessThanOrEqual(pages.length);
        expect(found).toEqual(oids.map((oid) => lines.filter((line) => parseBlobLine(line).oid === oid)));
        const [rest] = await Array.fromAsync(
          readRanges(blobSet, pages, [{ from: linesOfBlob(oidOf(4)).from, to: undefined }], store.read),
        );
        expect(rest).toEqual(lines.filter((line) => parseBlobLine(line).oid >= oidOf(4)));
      }),
    ));
});

describe('the cost of a change', () => {
  const filesOf = (count: number) =>
    new Map(Array.from({ length: count }, (_, n) => [`src/${n % 97}/file-${n}.ts`, n]));

  it.each([1_000, 10_000, 100_000])('is a few pages, in a set of %i', async (count) => {
    const store = memoryPages();
    const files = filesOf(count);
    const pages = await store.build(pathSet, linesOf(files));
    expect(pages.length).toBeGreaterThan(count / 700);
    expect(pages.length).toBeLessThan(count / 350 + 3);
    store.take();
    const changed = new Map<string, number | null>([
      ...[1, 2, 3].map((n): [string, number] => [`src/${n}/file-${n}.ts`, -n]),
      ...[1, 2, 3, 4].map((n): [string, number] => [`src/${n * 11}/new-${n}.ts`, n]),
      ['src/5/file-5.ts', null],
    ]);
    const after = await store.edit(pathSet, pages, changesOf(changed));
    const { read, written } = store.take();
    // Each change is in one page, which may be cut in two, and the cut after it may be another one.
    expect(read).toBeLessThanOrEqual(3 * changed.size);
    expect(written).toBeLessThanOrEqual(3 * changed.size);
    expect(pagesOnlyIn(after, pages)).toHaveLength(written);
    expect(pagesOnlyIn(pages, after).length).toBeLessThanOrEqual(read);
    for (const [file, n] of changed) n === null ? files.delete(file) : files.set(file, n);
    expect(after).toEqual(await store.build(pathSet, linesOf(files)));
  });

  it('is nothing where nothing changes', async () => {
    const store = memoryPages();
    const pages = await store.build(pathSet, linesOf(filesOf(5_000)));
    store.take();
    expect(await store.edit(pathSet, pages, [])).toEqual(pages);
    expect(store.take()).toEqual({ read: 0, written: 0 });
    expect(await store.edit(pathSet, pages, [{ key: 'src/0/file-0.ts', line: lineOf('src/0/file-0.ts', 0) }])).toEqual(
      pages,
    );
    expect(store.take()).toEqual({ read: 1, written: 0 });
  });

  it('reads what is needed next while a page is worked on', async () => {
    const store = memoryPages();
    const pages = await store.build(pathSet, linesOf(filesOf(20_000)));
    let underWay = 0;
    let most = 0;
    const read = async (page: PageRef): Promise<readonly string[]> => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 1));
      underWay -= 1;
      return store.read(page);
    };
    const keys = pages.map(({ firstKey }) => firstKey);
    await lookUp(pathSet, pages, keys, read);
    expect(most).toBe(16);
    most = 0;
    const changes = inBlocks(
      keys.map((key) => ({ key, line: null })),
      1_000,
    );
    await editPages({ kind: pathSet, base: pages, changes, read, write: store.write });
    expect(most).toBe(16);
  });

  it('fails with the first page that cannot be read or written', async () => {
    const store = memoryPages();
    const pages = await store.build(pathSet, linesOf(filesOf(5_000)));
    const away = async (): Promise<never> => {
      throw new Error('away');
    };
    await expect(lookUp(pathSet, pages, [pages[3]?.firstKey ?? ''], away)).rejects.toThrow('away');
    await expect(Array.fromAsync(mapAhead([1, 2, 3], 2, away))).rejects.toThrow('away');
  });
});

describe('a page', () => {
  it('is found by its first key', async () => {
    const pages = await memoryPages().build(
      pathSet,
      ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((file) => lineOf(file, 1)),
      {
        least: 3,
        oneIn: 1,
        most: 3,
      },
    );
    expect(pages.map(({ firstKey, lines }) => [firstKey, lines])).toEqual([
      ['a', 3],
      ['d', 3],
      ['g', 2],
    ]);
    expect(['A', 'a', 'c', 'd', 'z'].map((key) => placeOf(pathSet, pages, key))).toEqual([-1, 0, 0, 1, 2]);
  });

  it('is not read as another one', async () => {
    const text = pageText(['x', 'y']);
    const name = await pageName(text);
    expect(name).toMatch(/^[0-9a-f]{32}$/);
    expect(await pageLines(name, text)).toEqual(['x', 'y']);
    await expect(pageLines(name, pageText(['x']))).rejects.toThrow(ObjectDamagedError);
  });
});

describe('a root', () => {
  it('is read as it was written, with sets that are not known too', async () => {
    const store = memoryPages();
    const paths = await store.build(
      pathSet,
      linesOf(
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
      ),
      small,
    );
    const blobs = await store.build(blobSet, [blobLine(indexedEntry('a', 1)) ?? ''], small);
    const root = new Map([
      ['paths', paths],
      ['blobs', blobs],
      ['directories', []],
    ]);
    const lines = rootText(root).trimEnd().split('\n');
    expect(parseRoot(lines)).toEqual(root);
    expect(isRootLine(lines[0] ?? '')).toBe(true);
    expect(isRootLine(lineOf('a', 1))).toBe(false);
    for (let length = 0; length < lines.length; length++)
      expect(() => parseRoot(lines.slice(0, length))).toThrow(ObjectDamagedError);
    expect(() => parseRoot([lines[0] ?? '', 'paths\t1', 'no page'])).toThrow(ObjectDamagedError);
    expect(() => parseRoot(['pages 7'])).toThrow(ObjectDamagedError);
  });
});

describe('a line of the set of blobs', () => {
  const skipped = (reason: string): ManifestEntry => ({ ...indexedEntry('a'), outcome: 'skipped', reason, chunks: 0 });

  it('tells what holds for the content wherever it stands', () => {
    const line = blobLine(indexedEntry('a b', 5)) ?? '';
    expect(parseBlobLine(line)).toEqual({
      oid: oidOf(5),
      path: 'a b',
      size: 3,
      outcome: 'indexed',
      reason: '',
      chunks: 1,
    });
    expect(blobSet.keyOf(line)).toBe(blobKeyOf({ oid: oidOf(5), path: 'a b' }));
    expect(isIndexedBlob(line)).toBe(true);
    expect(blobSet.sumsOf(line)).toEqual({ files: 1, chunks: 1, bytes: 3 });
    const binary = blobLine(skipped('binary')) ?? '';
    expect(parseBlobLine(binary)).toMatchObject({ outcome: 'skipped', reason: 'binary' });
    expect(isIndexedBlob(binary)).toBe(false);
    expect(blobSet.sumsOf(binary)).toBeNull();
    expect(pathSet.sumsOf(manifestLine(skipped('binary')))).toBeNull();
  });

  it('is none for what holds at its path only', () => {
    expect(blobLine(skipped('ignored'))).toBeNull();
    expect(blobLine({ ...indexedEntry('a'), outcome: 'failed', reason: 'no' })).toBeNull();
  });
});
