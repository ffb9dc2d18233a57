import { beforeEach, describe, expect, it } from 'vitest';
import { JobId, RepositoryId } from '../../../core/contract/ids.ts';
import type { BranchPointer } from '../../../core/contract/records.ts';
import type { JobRef } from '../../../core/contract/workflow-state.ts';
import { ObjectDamagedError, ObjectMissingError } from '../../../core/domain/errors.ts';
import { comparePaths } from '../../../core/manifest/git-path.ts';
import { type ManifestEntry, manifestLine } from '../../../core/manifest/manifest.ts';
import { putLine, removeLine } from '../../../core/manifest/manifest-patch.ts';
import { blobLine, blobSet, pathSet } from '../../../core/manifest/pages/manifest-sets.ts';
import { standardBounds } from '../../../core/manifest/pages/page-cutter.ts';
import { lookUp, streamPages } from '../../../core/manifest/pages/read-pages.ts';
import { allPagesOf, type Manifest, openManifest, pagesOf, readRoot } from '../../../core/objects/manifests.ts';
import { allPagesPrefix, jobKeys, manifestKey, pageKey } from '../../../core/objects/object-keys.ts';
import type { ObjectStore } from '../../../core/ports/object-store.ts';
import { lostManifests } from '../../../core/sync/check-index.ts';
import { linesOfBlobs, withoutHeld } from '../../../core/sync/held-blobs.ts';
import { createPageWriter } from '../../../core/sync/page-writer.ts';
import type { Pulse } from '../../../core/sync/pulse.ts';
import { removeUnnamedPages } from '../../../core/sync/unnamed-pages.ts';
import { writeManifest } from '../../../core/sync/write-manifest.ts';
import { MemoryObjectStore } from '../../faults/memory/memory-objects.ts';
import { indexedEntry, oidOf } from '../../support/manifest-entries.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';

/** Manifests as jobs write, read and sweep them, on objects in memory. */

const id = RepositoryId.parse('shop');
const pulse = { check: async () => undefined } as Pulse;
const jobOf = (fence: number): JobRef => ({
  repository_id: id,
  job_id: JobId.parse(`sync-00000000-0000-4000-8000-${String(fence).padStart(12, '0')}`),
  fence,
});
const jobs = {
  get: async (job: JobId) => ({ job: { fence: Number(job.slice(-12)) } }),
} as unknown as Parameters<typeof removeUnnamedPages>[0]['jobs'];

let store: MemoryObjectStore;
beforeEach(() => {
  store = new MemoryObjectStore();
});

const entryOf = (n: number): ManifestEntry => indexedEntry(`src/${n % 97}/file-${n}.ts`, n * 2_654_435_761);
const entriesOf = (count: number): ManifestEntry[] => Array.from({ length: count }, (_, n) => entryOf(n));

/** The texts of all that is put, as if in one pack. */
const packedBy = ({ job_id }: JobRef, put: readonly ManifestEntry[]) => {
  const sums = { files: 0, chunks: 0, bytes: 1 };
  const pack = { name: job_id, writer: job_id, stored: 1, lines: put.length, ...sums, firstKey: '' };
  return new Map(put.map(({ oid }) => [oid, pack]));
};

/** Publishes by the job: writes a manifest of the base with the changes. */
const write = async (
  job: JobRef,
  base: BranchPointer | null,
  put: readonly ManifestEntry[],
  {
    removed = [] as readonly string[],
    live = base === null ? [] : [base],
    objects = store as ObjectStore,
    branch = 0,
    withTexts = false,
  } = {},
): Promise<BranchPointer> => {
  const patch_key = jobKeys(job).patch(branch);
  const lines = [
    ...put.map((entry) => [entry.path, putLine(entry)] as const),
    ...removed.map((path) => [path, removeLine(path)] as const),
  ];
  await objects.putLines(
    patch_key,
    lines.sort(([a], [b]) => comparePaths(a, b)).map(([, line]) => line),
  );
  const opened = new Map<string, Manifest>();
  for (const { manifest_key } of live) opened.set(manifest_key, await openManifest(objects, id, manifest_key));
  const key = manifestKey(job, branch);
  const { sums, stored } = await writeManifest(
    { objects, settings: { pageBounds: standardBounds } as Parameters<typeof writeManifest>[0]['settings'] },
    {
      job,
      branch: { name: 'main', commit: '', patch_key, base, rules: '', attributes: '' },
      base: base === null ? null : (opened.get(base.manifest_key) ?? null),
      key,
      runs: jobKeys(job).runs(branch),
      write: createPageWriter({ objects }, job, [...opened.values()]),
      results: new Map(),
      packed: withTexts ? packedBy(job, put) : new Map(),
      others: [...opened.values()],
      totals: { indexed: 0, failed: 0, skipped_by_reason: {}, chunks_embedded: 0, chunks_reused: 0 },
      pulse,
      note: async () => undefined,
    },
  );
  return pointerFor(key, { ...sums, manifest_bytes: stored });
};

const all = async ({
  manifest_key,
}: BranchPointer): Promise<{ paths: readonly string[]; blobs: readonly string[] }> => {
  const manifest = await openManifest(store, id, manifest_key);
  const of = async (kind: typeof pathSet) =>
    (await Array.fromAsync(streamPages(pagesOf(manifest, kind), manifest.read))).flat();
  return { paths: await of(pathSet), blobs: await of(blobSet) };
};
const expectHolds = async (pointer: BranchPointer, entries: readonly ManifestEntry[]): Promise<void> => {
  const sorted = entries.toSorted((a, b) => comparePaths(a.path, b.path));
  const blobs = sorted.flatMap((entry) => blobLine(entry) ?? []);
  expect(await all(pointer)).toEqual({
    paths: sorted.map(manifestLine),
    blobs: blobs.sort((a, b) => blobSet.compare(blobSet.keyOf(a), blobSet.keyOf(b))),
  });
};
const pageKeys = () => store.keys(allPagesPrefix(id));
const keysOf = async ({ manifest_key }: BranchPointer): Promise<readonly string[]> =>
  allPagesOf({ root: (await readRoot(store, manifest_key)) ?? new Map() }).map((page) => pageKey(id, page));

/** Three files modified, four added, one removed. */
const changed = [
  ...[1, 2, 3].map((n) => ({ ...entryOf(n), oid: oidOf(n + 7) })),
  ...[1, 2, 3, 4].map((n) => indexedEntry(`src/${n * 11}/new-${n}.ts`, n * 977)),
];

describe('the pages of a change', () => {
  it('are as many in a manifest of 1,000 files as in one of 10,000 or 100,000', async () => {
    const written: Record<number, number> = {};
    const read: Record<number, number> = {};
    for (const count of [1_000, 10_000, 100_000]) {
      store = new MemoryObjectStore();
      const base = await write(jobOf(1), null, entriesOf(count), { withTexts: true });
      const before = pageKeys().length;
      let reads = 0;
      const counted = new Proxy(store, {
        get: (target, member) => {
          if (member === 'getText') reads += 1;
          const value: unknown = Reflect.get(target, member);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      // What a sync does: looks up the changed paths and their blobs, writes, and asks what became of the old blobs.
      const manifest = await openManifest(counted, id, base.manifest_key);
      const paths = changed.map(({ path }) => path).sort(comparePaths);
      await lookUp(pathSet, pagesOf(manifest, pathSet), paths, manifest.read);
      await Array.fromAsync(
        linesOfBlobs(
          manifest,
          changed.map(({ oid }) => oid),
          pulse,
        ),
      );
      const after = await write(jobOf(2), base, changed, {
        removed: [entryOf(5).path],
        objects: counted,
        withTexts: true,
      });
      const dropped = new Map([1, 2, 3, 5].map((n) => [entryOf(n).oid, n]));
      await withoutHeld(await openManifest(counted, id, after.manifest_key), dropped, pulse);
      expect(dropped.size).toBe(4);
      expect(after.files).toBe(count + 3);
      written[count] = pageKeys().length - before;
      read[count] = reads;
    }
    // 8 paths, and 3 + 4 + 4 places in the set of blobs and as many in that of contents, each in one page, which may be cut in two. A small manifest has fewer pages than that.
    for (const pages of Object.values(written)) expect(pages).toBeLessThanOrEqual(34);
    expect(Math.abs((written[100_000] ?? 0) - (written[10_000] ?? 0))).toBeLessThanOrEqual(4);
    for (const pages of Object.values(read)) expect(pages).toBeLessThanOrEqual(60);
    expect(Math.abs((read[100_000] ?? 0) - (read[10_000] ?? 0))).toBeLessThanOrEqual(10);
  }, 300_000);

  it('of a second branch are its differences', async () => {
    const main = await write(jobOf(1), null, entriesOf(10_000));
    const before = pageKeys();
    const files = [...entriesOf(10_000), indexedEntry('new.ts', 12_345)];
    const other = await write(jobOf(2), null, files, { live: [main] });
    expect(pageKeys().length - before.length).toBeLessThanOrEqual(4);
    await expectHolds(other, files);
  });

  it('are those of its lines, and the sums are those of its files', async () => {
    const base = await write(jobOf(1), null, entriesOf(3_000));
    const skipped: ManifestEntry = { ...entryOf(9), outcome: 'skipped', reason: 'binary', chunks: 0 };
    const failed: ManifestEntry = { ...entryOf(10), outcome: 'failed', reason: 'no', chunks: 0 };
    const mode: ManifestEntry = { ...entryOf(11), mode: '100755' };
    const after = await write(jobOf(2), base, [skipped, failed, mode], { removed: [entryOf(12).path] });
    const files = entriesOf(3_000).filter((_, n) => n < 9 || n > 12);
    await expectHolds(after, [...files, skipped, failed, mode]);
    expect(after).toMatchObject({ files: 2_997, chunks: 2_997, bytes: 3 * 2_997 });
  });
});

describe('a manifest of the earlier form', () => {
  it('is read as one in pages, and the next change of it writes all of them', async () => {
    const files = entriesOf(3_000);
    const old = pointerFor('old', { files: 3_000, chunks: 3_000 });
    await store.putLines('old', files.toSorted((a, b) => comparePaths(a.path, b.path)).map(manifestLine));
    expect(await readRoot(store, 'old')).toBeNull();
    await expectHolds(old, files);
    expect(await lostManifests({ objects: store, index: {} as never } as never, id, [old])).toEqual([]);
    expect(pageKeys()).toEqual([]);
    const after = await write(jobOf(2), old, changed);
    const now = new Map([...files, ...changed].map((entry) => [entry.path, entry]));
    await expectHolds(after, [...now.values()]);
    expect(pageKeys()).toEqual([...(await keysOf(after))].sort());
    // As if it had been in pages from the beginning.
    const names = (keys: readonly string[]) => keys.map((key) => key.split('/').at(-1)).sort();
    const anew = await write(jobOf(3), null, [...now.values()]);
    expect(names(await keysOf(anew))).toEqual(names(await keysOf(after)));
  });

  it('may have no files', async () => {
    await store.putLines('old', []);
    expect(await all(pointerFor('old'))).toEqual({ paths: [], blobs: [] });
    const after = await write(jobOf(2), pointerFor('old'), [entryOf(1)]);
    await expectHolds(after, [entryOf(1)]);
  });
});

describe('a page that is lost', () => {
  it('is missed before anything is read of it, and so is one that was cut', async () => {
    const base = await write(jobOf(1), null, entriesOf(3_000));
    const lost = async () => (await lostManifests({ objects: store }, id, [base])).map(({ why }) => why);
    expect(await lost()).toEqual([]);
    const [key = ''] = await keysOf(base);
    const text = (await store.getText(key)) ?? '';
    await store.putText(key, text.slice(0, -9));
    expect(await lost()).toEqual([`${key} is not there, or not as it was written`]);
    await store.delete([key]);
    expect(await lost()).toEqual([`${key} is not there, or not as it was written`]);
    await store.putText(key, text);
    expect(await lost()).toEqual([]);
    const root = (await store.getText(base.manifest_key)) ?? '';
    await store.putText(base.manifest_key, root.slice(0, root.indexOf('\n', 200)));
    expect(await lost()).toEqual([expect.stringContaining('manifest')]);
    await store.delete([base.manifest_key]);
    expect(await lost()).toEqual([`there is no object ${base.manifest_key}`]);
  });

  it('is an error by name where it is read', async () => {
    const base = await write(jobOf(1), null, entriesOf(10));
    const manifest = await openManifest(store, id, base.manifest_key);
    const [page] = pagesOf(manifest, pathSet);
    if (page === undefined) throw new Error('no page');
    await store.putText(pageKey(id, page), 'other\n');
    await expect(manifest.read(page)).rejects.toThrow(ObjectDamagedError);
    await store.delete([pageKey(id, page)]);
    await expect(manifest.read(page)).rejects.toThrow(ObjectMissingError);
  });
});

describe('who may take a page away', () => {
  const expectWhole = async (pointer: BranchPointer): Promise<void> =>
    expect(await lostManifests({ objects: store }, id, [pointer])).toEqual([]);

  it('a job writes anew what only a dead job has written, although it is the same', async () => {
    const base = await write(jobOf(1), null, entriesOf(2_000));
    const dead = await write(jobOf(2), base, changed);
    const next = await write(jobOf(3), base, changed);
    const [ofDead, ofNext] = [await keysOf(dead), await keysOf(next)];
    const mine = ofNext.filter((key) => key.includes(jobOf(3).job_id));
    expect(mine.length).toBeGreaterThan(0);
    expect(mine.length).toBe(ofDead.filter((key) => key.includes(jobOf(2).job_id)).length);
    expect(ofNext.filter((key) => key.includes(jobOf(2).job_id))).toEqual([]);
    // The sweep of the next job takes the dead one's.
    await removeUnnamedPages({ objects: store, jobs }, jobOf(3), repositoryRecord({ branches: { main: base } }), pulse);
    await expectWhole(next);
    await expectWhole(base);
    expect(pageKeys().filter((key) => key.includes(jobOf(2).job_id))).toEqual([]);
  });

  it('a sweep that goes on after its job has lost the lock takes nothing of the jobs after it, whenever they publish', async () => {
    const base = await write(jobOf(1), null, entriesOf(5_000));
    await write(jobOf(2), base, changed);
    const record = repositoryRecord({ branches: { main: base } });
    // While the sweep of job 3 lists, or between its list and its deletes: two jobs publish, each on what it finds.
    for (const moment of ['list', 'delete'] as const) {
      const published: BranchPointer[] = [];
      const meanwhile = async () => {
        if (published.length > 0) return;
        const fourth = await write(jobOf(4), base, changed);
        published.push(fourth, await write(jobOf(5), fourth, [indexedEntry('zzz.ts', 5)]));
      };
      const objects = new Proxy(store, {
        get: (target, member) => {
          const value: unknown = Reflect.get(target, member);
          if (typeof value !== 'function') return value;
          if (member === 'listSizes' && moment === 'list')
            return async function* (prefix: string) {
              await meanwhile();
              yield* target.listSizes(prefix);
            };
          if (member === 'delete' && moment === 'delete')
            return async (keys: readonly string[]) => {
              await meanwhile();
              return target.delete(keys);
            };
          return value.bind(target);
        },
      });
      await removeUnnamedPages({ objects, jobs }, jobOf(3), record, pulse);
      expect(published).toHaveLength(2);
      for (const pointer of [base, ...published]) await expectWhole(pointer);
      await write(jobOf(2), base, changed);
    }
  });

  it('nothing is swept while a root cannot be read, and all of it when that branch is gone', async () => {
    const base = await write(jobOf(1), null, entriesOf(1_000));
    const other = await write(jobOf(2), null, entriesOf(1_200));
    const before = pageKeys();
    await store.delete([other.manifest_key]);
    const sweep = (branches: Record<string, BranchPointer>) =>
      removeUnnamedPages({ objects: store, jobs }, jobOf(3), repositoryRecord({ branches }), pulse);
    await sweep({ main: base, other });
    expect(pageKeys()).toEqual(before);
    await sweep({ main: base });
    expect(pageKeys()).toEqual([...(await keysOf(base))].sort());
    await sweep({});
    expect(pageKeys()).toEqual([]);
  });
});
