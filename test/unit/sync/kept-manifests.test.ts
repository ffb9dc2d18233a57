import { beforeEach, describe, expect, it } from 'vitest';
import { ObjectMissingError } from '../../../core/domain/errors.ts';
import { manifestLine } from '../../../core/manifest/manifest.ts';
import { editPages } from '../../../core/manifest/pages/edit-pages.ts';
import { rootText } from '../../../core/manifest/pages/manifest-root.ts';
import { pathSet } from '../../../core/manifest/pages/manifest-sets.ts';
import type { PageRef } from '../../../core/manifest/pages/paged-set.ts';
import { type Manifest, oneBlock, pagesOf } from '../../../core/objects/manifests.ts';
import { manifestKey, pageKey } from '../../../core/objects/object-keys.ts';
import { keptManifests } from '../../../core/sync/kept-manifests.ts';
import { createPageWriter } from '../../../core/sync/page-writer.ts';
import { MemoryObjectStore } from '../../faults/memory/memory-objects.ts';
import { indexedEntry } from '../../support/manifest-entries.ts';
import { aJobId } from '../../support/sync-records.ts';
import { watched } from '../../support/watched-store.ts';

const job = { repository_id: 'shop', job_id: aJobId(), fence: 1 } as Parameters<typeof createPageWriter>[1];
const key = manifestKey(job, 0);
const lineOf = (n: number): string => manifestLine(indexedEntry(`f${String(n).padStart(4, '0')}.ts`, n));

let store: MemoryObjectStore;
beforeEach(() => {
  store = new MemoryObjectStore();
});

/** A manifest of so many files, one a page, of a generation that has one already, or of a new one. */
const commit = async (
  objects: MemoryObjectStore,
  files: number,
  live: readonly Manifest[] = [{ root: new Map(), read: async () => [] }],
): Promise<readonly PageRef[]> => {
  const pages = await editPages({
    kind: pathSet,
    base: [],
    changes: oneBlock(Array.from({ length: files }, (_, n) => ({ key: pathSet.keyOf(lineOf(n)), line: lineOf(n) }))),
    read: async () => [],
    write: createPageWriter({ objects }, job, live),
    bounds: { least: 1, oneIn: 1, most: 1 },
  });
  await objects.putText(key, rootText(new Map([[pathSet.name, pages]])));
  return pages;
};

describe('manifests that a process has read', () => {
  it('are read once, whichever step asks', async () => {
    const [page] = await commit(store, 3);
    const { objects, reads } = watched(store);
    for (let step = 0; step < 3; step++) {
      const manifests = keptManifests(objects, 'shop');
      const manifest = await manifests.open(key);
      expect(await manifest.read(page as PageRef)).toEqual([lineOf(0)]);
      expect(await manifests.read(page as PageRef)).toEqual([lineOf(0)]);
      expect(pagesOf({ root: (await manifests.root(key)) ?? new Map() }, pathSet)).toHaveLength(3);
    }
    expect(reads).toEqual([key, pageKey('shop', page as PageRef)]);
  });

  it('are not read at all where they were written or looked at, but for what a large publish has written', async () => {
    const { objects, reads } = watched(store);
    const pages = await commit(objects, 70);
    const manifests = keptManifests(objects, 'shop');
    manifests.note(key, new Map([[pathSet.name, pages]]));
    expect(pagesOf(await manifests.open(key), pathSet)).toEqual(pages);
    for (const [n, page] of pages.entries()) expect(await manifests.read(page)).toEqual([lineOf(n)]);
    expect(reads).toEqual(pages.slice(64).map((page) => pageKey('shop', page)));
  });

  it('are not kept of a new index, of which the next sync reads but a few', async () => {
    const { objects, reads } = watched(store);
    const [page] = await commit(objects, 3, []);
    await keptManifests(objects, 'shop').read(page as PageRef);
    expect(reads).toEqual([pageKey('shop', page as PageRef)]);
  });

  it('are not known of another repository or to another store, and what is not there is asked for again', async () => {
    const [page] = await commit(store, 1);
    await expect(keptManifests(store, 'other').read({ ...(page as PageRef), writer: 'gone' })).rejects.toThrow(
      ObjectMissingError,
    );
    const { objects, reads } = watched(store);
    await store.delete([key]);
    await expect(keptManifests(objects, 'shop').open(key)).rejects.toThrow(ObjectMissingError);
    await commit(store, 1);
    expect(pagesOf(await keptManifests(objects, 'shop').open(key), pathSet)).toEqual([page]);
    expect(reads).toEqual([key, key]);
  });

  it('are opened in their earlier form too', async () => {
    await store.putText(key, `${lineOf(1)}\n${lineOf(2)}\n`);
    const manifests = keptManifests(store, 'shop');
    expect(await manifests.root(key)).toBeNull();
    for (let time = 0; time < 2; time++) {
      const manifest = await manifests.open(key);
      const [page] = pagesOf(manifest, pathSet);
      expect(await manifest.read(page as PageRef)).toEqual([lineOf(1), lineOf(2)]);
    }
  });
});
