import { beforeEach, describe, expect, it } from 'vitest';
import type { ManifestEntry } from '../../../core/manifest/manifest.ts';
import { editPages } from '../../../core/manifest/pages/edit-pages.ts';
import { rootText } from '../../../core/manifest/pages/manifest-root.ts';
import { blobKeyOf, blobLine, blobSet, isIndexedBlob } from '../../../core/manifest/pages/manifest-sets.ts';
import { standardBounds } from '../../../core/manifest/pages/page-cutter.ts';
import { pageText } from '../../../core/manifest/pages/page-text.ts';
import type { PageChange } from '../../../core/manifest/pages/paged-set.ts';
import { FILES, type Manifest, oneBlock, pageReader, pagesOf } from '../../../core/objects/manifests.ts';
import { pageKey } from '../../../core/objects/object-keys.ts';
import { createBranchFilesCache } from '../../../core/search/branch-files.ts';
import { writeFileList } from '../../../core/sync/write-file-list.ts';
import { MemoryObjectStore } from '../../faults/memory/memory-objects.ts';
import { indexedEntry, oidOf } from '../../support/manifest-entries.ts';

let store: MemoryObjectStore;
let written: string[];
let read: string[];
beforeEach(() => {
  store = new MemoryObjectStore();
  written = [];
  read = [];
});

const write = async (name: string, page: string | Uint8Array) => {
  const key = pageKey('shop', { writer: 'sync-1', name });
  const text = typeof page === 'string' ? page : new TextDecoder().decode(page);
  written.push(text);
  return { writer: 'sync-1', stored: await store.putText(key, text) };
};
const readPage: Manifest['read'] = async (page) => {
  read.push(page.name);
  return pageReader(store, 'shop')(page);
};
const bySet = (changes: readonly PageChange[]) => changes.toSorted((a, b) => blobSet.compare(a.key, b.key));

/** A publish of a branch: its blobs' pages, and its list of files. `entries`: what becomes of each, null: it goes. */
const publish = async (
  base: Manifest | null,
  entries: readonly (readonly [entry: ManifestEntry, listed: boolean])[],
  { others = [], changed = true }: { readonly others?: readonly Manifest[]; readonly changed?: boolean } = {},
): Promise<Manifest> => {
  const changes = bySet(
    entries.map(([entry, here]) => ({ key: blobKeyOf(entry), line: here ? blobLine(entry) : null })),
  );
  const shared = { read: readPage, write, bounds: standardBounds };
  const blobs = await editPages({
    ...shared,
    kind: blobSet,
    base: base === null ? [] : pagesOf(base, blobSet),
    changes: oneBlock(changes),
  });
  [written, read] = [[], []];
  const now = { root: new Map([[blobSet.name, blobs]]), read: readPage };
  const pulse = { check: async () => undefined };
  const list = await writeFileList({
    ...shared,
    base,
    now,
    changed: changed ? changes : null,
    others,
    pulse,
  });
  return { read: readPage, root: new Map([...now.root, ...(list === null ? [] : [[FILES, list] as const])]) };
};

const entryOf = (n: number): ManifestEntry =>
  indexedEntry(`src/${n % 31}/file-${n}.ts`, ((n * 2_654_435_761) % 2 ** 32) * 2 ** 20);
const here = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => [entryOf(from + n), true] as const);
const gone = (from: number, count: number) => here(from, count).map(([entry]) => [entry, false] as const);
const lengthsOf = ({ root }: Manifest) => root.get(FILES)?.map(({ lines }) => lines);

/** The paths of every blob, by the list and by the pages. */
const expectAsInPages = async (manifest: Manifest): Promise<void> => {
  const lines = (await Promise.all(pagesOf(manifest, blobSet).map(manifest.read))).flat();
  const blobs = [...new Set(lines.map((line) => line.slice(0, 40)))];
  const pages = new Map([...manifest.root].filter(([name]) => name !== FILES));
  await store.putText('listed', rootText(manifest.root));
  await store.putText('paged', rootText(pages));
  const filesOf = createBranchFilesCache(store);
  const [listed, paged] = [await filesOf('shop', 'listed'), await filesOf('shop', 'paged')];
  for (const files of [listed, paged]) await files.read([...blobs, oidOf(77)]);
  for (const blob of [...blobs, oidOf(77)]) expect(listed.pathsOf(blob)).toEqual(paged.pathsOf(blob));
  const filters = [
    { key: 'a', prefix: 'src/7/', passes: (path: string) => path.startsWith('src/7/') },
    { key: 'b', prefix: '', passes: (path: string) => path.endsWith('3.ts') },
  ];
  for (const filter of filters)
    for (const most of [0, 1, 5_000]) {
      const [some, same] = [
        await listed.blobsWhere(filter, most),
        // There is no set of paths here for a prefix to be found in.
        await paged.blobsWhere({ ...filter, prefix: '' }, most),
      ];
      expect(some?.toSorted()).toEqual(same?.toSorted());
    }
  for (const name of ['file-3.ts', 'none.ts'])
    expect((await listed.named(name)).map(({ path }) => path)).toEqual(
      (await paged.named(name)).map(({ path }) => path),
    );
  expect(lines.filter(isIndexedBlob).length).toBe(
    (await listed.blobsWhere({ key: 'all', prefix: '', passes: () => true }, 1e6))?.length,
  );
};

describe('the list of a branch’s files', () => {
  it('is written whole at first, from the changes alone, and then only what changes', async () => {
    const first = await publish(null, here(0, 3_000));
    expect([lengthsOf(first), read.length, written.length]).toEqual([[3_000], 0, 1]);
    const second = await publish(first, [...here(3_000, 5), ...gone(7, 3)]);
    expect([lengthsOf(second), read.length, written.length]).toEqual([[3_000, 8], 0, 1]);
    // What was added goes again, and what went comes back.
    const third = await publish(second, [...gone(3_000, 2), ...here(7, 1), ...here(4_000, 1)]);
    expect([lengthsOf(third), read.length, written.length]).toEqual([[3_000, 9], 1, 1]);
    expect(third.root.get(FILES)?.[0]).toEqual(first.root.get(FILES)?.[0]);
    for (const manifest of [first, second, third]) await expectAsInPages(manifest);
  });

  it('is not looked through again for a filter after a publish that writes its changes alone', async () => {
    const filesOf = createBranchFilesCache(store);
    const looked = async (manifest: Manifest, key: string) => {
      await store.putText(key, rootText(manifest.root));
      let paths = 0;
      const passes = (path: string) => {
        paths += 1;
        return path.startsWith('src/7/');
      };
      const blobs = await (await filesOf('shop', key)).blobsWhere({ key: 'src/7/', prefix: 'src/', passes }, 400);
      return { paths, blobs: blobs?.length };
    };
    const first = await publish(null, here(0, 3_000));
    expect(await looked(first, 'first')).toEqual({ paths: 3_000, blobs: 97 });
    const second = await publish(first, [...here(3_100, 4), ...gone(7, 1)]);
    // 3,100 is of src/0/, and so on to src/3/.
    expect(await looked(second, 'second')).toEqual({ paths: 4, blobs: 96 });
    const third = await publish(second, here(3_107, 1));
    expect(await looked(third, 'third')).toEqual({ paths: 5, blobs: 97 });
  });

  it('is written anew when many have changed, and is what it would be had it been written at once', async () => {
    const first = await publish(null, here(0, 1_000));
    const second = await publish(first, gone(0, 500));
    expect(lengthsOf(second)).toEqual([1_000, 500]);
    const third = await publish(second, here(1_000, 100));
    expect(lengthsOf(third)).toEqual([600]);
    const atOnce = await publish(null, here(500, 600));
    expect(third.root.get(FILES)?.[0]?.name).toBe(atOnce.root.get(FILES)?.[0]?.name);
    await expectAsInPages(third);
  });

  it('leaves out what is not indexed, and a file that comes to be so', async () => {
    const skipped: ManifestEntry = { ...entryOf(2), outcome: 'skipped', reason: 'binary', chunks: 0 };
    const first = await publish(null, [
      [entryOf(1), true],
      [skipped, true],
    ]);
    expect(lengthsOf(first)).toEqual([1]);
    const second = await publish(first, [[{ ...skipped, oid: entryOf(1).oid, path: entryOf(1).path }, true]]);
    await expectAsInPages(second);
    await expectAsInPages(await publish(second, [[entryOf(1), true]]));
  });

  it('is lent to another branch that has nearly the same files, and not to one that has others', async () => {
    const main = await publish(null, here(0, 3_000));
    const later = await publish(main, here(3_000, 4));
    const branch = await publish(null, here(2, 3_003), { others: [later] });
    expect(lengthsOf(branch)).toEqual([3_000, 7]);
    expect(branch.root.get(FILES)?.[0]).toEqual(main.root.get(FILES)?.[0]);
    await expectAsInPages(branch);
    const other = await publish(null, here(2_000, 3_000), { others: [later] });
    expect(lengthsOf(other)).toEqual([3_000]);
    await expectAsInPages(other);
  });

  it('is made of the pages where a manifest had none, or too much has changed to keep', async () => {
    const first = await publish(null, here(0, 1_500));
    const before: Manifest = { ...first, root: new Map([...first.root].filter(([name]) => name !== FILES)) };
    const second = await publish(before, here(1_500, 3));
    expect(lengthsOf(second)).toEqual([1_503]);
    await expectAsInPages(second);
    await expectAsInPages(await publish(second, gone(0, 900), { changed: false }));
  });

  it('is empty where no file is, and grows from there', async () => {
    const first = await publish(null, []);
    expect(lengthsOf(first)).toEqual([]);
    await expectAsInPages(first);
    const second = await publish(first, here(0, 2));
    expect(lengthsOf(second)).toEqual([2]);
    await expectAsInPages(second);
    await expectAsInPages(await publish(second, gone(0, 2)));
  });

  it('holds a page as its lines', async () => {
    await publish(null, here(5, 1));
    expect(written).toEqual([pageText([blobKeyOf(entryOf(5))])]);
  });

  it('is not kept of too many files', async () => {
    const many = {
      name: 'x',
      writer: 'sync-1',
      stored: 1,
      lines: 500_001,
      files: 1,
      chunks: 1,
      bytes: 1,
      firstKey: '',
    };
    const now = { root: new Map([[blobSet.name, [many]]]), read: readPage };
    const pulse = { check: async () => undefined };
    const parts = { base: null, now, changed: [], others: [], write, bounds: standardBounds, pulse };
    expect(await writeFileList(parts)).toBeNull();
    expect(written).toEqual([]);
  });
});
