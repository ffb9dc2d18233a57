import { beforeEach, describe, expect, it } from 'vitest';
import { JobId, RepositoryId } from '../../../core/contract/ids.ts';
import type { PackedBatch } from '../../../core/contract/job-files.ts';
import type { BranchPointer } from '../../../core/contract/records.ts';
import type { JobRef } from '../../../core/contract/workflow-state.ts';
import { ObjectDamagedError, ObjectMissingError } from '../../../core/domain/errors.ts';
import { comparePaths } from '../../../core/manifest/git-path.ts';
import type { ManifestEntry } from '../../../core/manifest/manifest.ts';
import { putLine, removeLine } from '../../../core/manifest/manifest-patch.ts';
import { filterText, gramFilterOf, gramsOf, mayHold, readFilter } from '../../../core/manifest/packs/gram-filter.ts';
import { packedText, packOf, readPack } from '../../../core/manifest/packs/pack-text.ts';
import { pageName } from '../../../core/manifest/pages/page-text.ts';
import { createContents, type TextsAsked } from '../../../core/objects/contents.ts';
import { keysNamedBy, type Manifest, openManifest, packsOf, readRoot } from '../../../core/objects/manifests.ts';
import { allPacksPrefix, filterKey, jobKeys, manifestKey, packKey } from '../../../core/objects/object-keys.ts';
import { lostManifests } from '../../../core/sync/check-index.ts';
import { createTextKeeper } from '../../../core/sync/pack-writer.ts';
import { createPageWriter } from '../../../core/sync/page-writer.ts';
import type { Pulse } from '../../../core/sync/pulse.ts';
import { rewritePacks } from '../../../core/sync/rewrite-packs.ts';
import { packsToRewrite, rewriteLimits } from '../../../core/sync/rules/packs-to-rewrite.ts';
import { defaultBatchLimits } from '../../../core/sync/rules/plan-batches.ts';
import { removeUnnamedPages } from '../../../core/sync/unnamed-pages.ts';
import { readPacked } from '../../../core/sync/write-contents.ts';
import { writeManifest } from '../../../core/sync/write-manifest.ts';
import { MemoryObjectStore } from '../../faults/memory/memory-objects.ts';
import { indexedEntry } from '../../support/manifest-entries.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';

/** Contents as jobs write them and as readers find them, on objects in memory. */

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
const settings = { pageBounds: { least: 3, oneIn: 3, most: 12 } } as Parameters<typeof writeManifest>[0]['settings'];

let store: MemoryObjectStore;
beforeEach(() => {
  store = new MemoryObjectStore();
});

const textOf = (n: number): string => `export const walrus${n} = ${n};\n`;
const file = (n: number, path = `src/${String(n).padStart(3, '0')}.ts`): ManifestEntry => indexedEntry(path, n);
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);

/** A sync that reads these blobs, a pack for each list, and publishes a manifest. */
const sync = async (
  fence: number,
  base: BranchPointer | null,
  {
    packs = [] as readonly (readonly number[])[],
    put = [] as readonly ManifestEntry[],
    removed = [] as readonly string[],
    others = [] as readonly BranchPointer[],
  },
): Promise<BranchPointer> => {
  const job = jobOf(fence);
  const packed: PackedBatch[] = [];
  for (const blobs of packs) {
    const texts = blobs.map((n) => packedText(file(n).oid, textOf(n)));
    const pack = packOf(texts);
    const at = { writer: job.job_id, name: await pageName(pack) };
    const stored = await store.putText(packKey(id, at), pack);
    await store.putText(filterKey(id, at), filterText(gramFilterOf(blobs.map(textOf))));
    packed.push({ name: at.name, stored, length: pack.length, oids: texts.map(({ oid }) => oid) });
  }
  await store.putLines(
    jobKeys(job).packed,
    packed.map((pack) => JSON.stringify(pack)),
  );
  const lines = [
    ...put.map((entry) => [entry.path, putLine(entry)] as const),
    ...removed.map((path) => [path, removeLine(path)] as const),
  ];
  const patch_key = jobKeys(job).patch(0);
  await store.putLines(
    patch_key,
    lines.sort(([a], [b]) => comparePaths(a, b)).map(([, line]) => line),
  );
  const opened = new Map<string, Manifest>();
  for (const { manifest_key } of [...(base === null ? [] : [base]), ...others])
    opened.set(manifest_key, await openManifest(store, id, manifest_key));
  const key = manifestKey(job, 0);
  const before = base === null ? null : (opened.get(base.manifest_key) ?? null);
  const logger = { info: () => undefined, warn: () => undefined } as never;
  const rewritten = await rewritePacks(
    { objects: store, logger, settings: { batchLimits: defaultBatchLimits, rewriteLimits } as never },
    job,
    before,
    pulse,
  );
  const { sums, stored } = await writeManifest(
    { objects: store, settings },
    {
      job,
      branch: { name: 'main', commit: '', patch_key, base, rules: '', attributes: '' },
      base: before,
      key,
      runs: jobKeys(job).runs(0),
      write: createPageWriter({ objects: store }, job, [...opened.values()]),
      results: new Map(),
      packed: new Map([...rewritten, ...(await readPacked({ objects: store }, job))]),
      others: [...opened.values()],
      totals: { indexed: 0, failed: 0, skipped_by_reason: {}, chunks_embedded: 0, chunks_reused: 0 },
      pulse,
      note: async () => undefined,
    },
  );
  return pointerFor(key, { ...sums, manifest_bytes: stored });
};

/** By a reader that has nothing in memory yet. */
const contentsOf = ({ manifest_key }: BranchPointer) => {
  const objects = { getText: (key: string) => store.getText(key), getLines: (key: string) => store.getLines(key) };
  return createContents(objects)(id, manifest_key);
};
const textsOf = async (pointer: BranchPointer, asked?: TextsAsked) =>
  Array.fromAsync((await contentsOf(pointer)).texts(asked));
const pathsOf = async (pointer: BranchPointer, asked?: TextsAsked) =>
  (await textsOf(pointer, asked)).map(({ path }) => path);
const packsNamed = async ({ manifest_key }: BranchPointer) =>
  packsOf({ root: (await readRoot(store, manifest_key)) ?? new Map() });
/** For each pack of the branch, how many of its texts the branch has. */
const held = async (pointer: BranchPointer) =>
  (await packsNamed(pointer)).map(({ files, lines }) => `${files} of ${lines}`);

describe('the contents of a branch', () => {
  it('are the texts of its files, in tree order, each read by its blob', async () => {
    const all = numbers(0, 50);
    const main = await sync(1, null, {
      packs: [all.slice(0, 20), all.slice(20)],
      put: [...all.map((n) => file(n)), file(7, 'copy of 7.ts'), file(8, '"caf\\351.ts"')],
    });
    const texts = await textsOf(main);
    expect(texts).toHaveLength(52);
    expect(texts.map(({ path }) => path)).toEqual(texts.map(({ path }) => path).toSorted(comparePaths));
    for (const { path, blob, text } of texts) {
      const n = Number.parseInt(blob, 16);
      expect(text).toBe(textOf(n));
      expect([file(n).path, 'copy of 7.ts', '"caf\\351.ts"']).toContain(path);
    }
    const contents = await contentsOf(main);
    expect(await contents.read(file(9).oid)).toEqual({ text: textOf(9), bytes: textOf(9).length, lines: 1 });
    expect(await contents.read(file(999).oid)).toBeNull();
    expect(await held(main)).toEqual(['20 of 20', '30 of 30']);
  });

  it('are asked for by path, from a path on, and by what packs may hold', async () => {
    const all = numbers(0, 30);
    const put = all.map((n) => file(n, `${n % 2 === 0 ? 'even' : 'odd'}/${String(n).padStart(2, '0')}.ts`));
    const main = await sync(1, null, { packs: [all.slice(0, 10), all.slice(10, 20), all.slice(20)], put });
    const even = { prefix: 'even/', passes: (path: string) => !path.includes('04') };
    expect(await pathsOf(main, { paths: even })).toHaveLength(14);
    expect(await pathsOf(main, { paths: even, from: 'even/22.ts' })).toEqual(
      [22, 24, 26, 28].map((n) => `even/${n}.ts`),
    );
    expect(await pathsOf(main, { from: 'odd/28.ts' })).toEqual(['odd/29.ts']);
    const asking = (literal: string) => ({
      mayHold: (filter: Parameters<typeof mayHold>[0]) => mayHold(filter, gramsOf(literal, false)),
    });
    expect(await pathsOf(main, asking('walrus13'))).toHaveLength(10);
    expect(await pathsOf(main, asking('porpoise'))).toEqual([]);
    // Where a filter is lost or damaged, nothing is denied.
    const [first, second] = await packsNamed(main);
    if (first === undefined || second === undefined) throw new Error('no packs');
    await store.delete([filterKey(id, first)]);
    await store.putText(filterKey(id, second), 'damaged');
    expect(await pathsOf(main, asking('porpoise'))).toHaveLength(20);
  });

  it('cost a change what it changes: packs stay as long as the branch has one of their texts', async () => {
    const all = numbers(0, 40);
    const main = await sync(1, null, { packs: [all.slice(0, 20), all.slice(20)], put: all.map((n) => file(n)) });
    // 0 is modified, 1 is moved, 2 goes, 3 goes from one of its two paths.
    const twice = await sync(2, main, { put: [file(3, 'src/003 again.ts')] });
    const before = store.keys();
    const next = await sync(3, twice, {
      packs: [[100]],
      put: [{ ...file(100), path: file(0).path }, file(1, 'src/001 moved.ts')],
      removed: [file(1).path, file(2).path, file(3).path],
    });
    expect(await held(next)).toEqual(['18 of 20', '20 of 20', '1 of 1']);
    expect(store.keys().length - before.length).toBeLessThanOrEqual(24);
    const texts = new Map((await textsOf(next)).map(({ path, text }) => [path, text]));
    expect(texts.get(file(0).path)).toBe(textOf(100));
    expect(texts.get('src/001 moved.ts')).toBe(textOf(1));
    expect(texts.get('src/003 again.ts')).toBe(textOf(3));
    expect(texts.size).toBe(39);
    expect(await (await contentsOf(next)).read(file(2).oid)).toBeNull();
    // And the second pack goes when nothing of it is left.
    const last = await sync(4, next, { removed: all.slice(20).map((n) => file(n).path) });
    expect(await held(last)).toEqual(['18 of 20', '1 of 1']);
  });

  it('are shared by the branches of a generation', async () => {
    const all = numbers(0, 20);
    const main = await sync(1, null, { packs: [all], put: all.map((n) => file(n)) });
    const other = await sync(2, null, {
      packs: [[50]],
      put: [...all.slice(0, 8).map((n) => file(n)), file(50)],
      others: [main],
    });
    expect(await held(other)).toEqual(['1 of 1', '8 of 20']);
    expect(await pathsOf(other)).toHaveLength(9);
    // A file that comes over from the other branch.
    const merged = await sync(3, main, { put: [file(50)], others: [other] });
    expect(await held(merged)).toEqual(['20 of 20', '1 of 1']);
    expect((await (await contentsOf(merged)).read(file(50).oid))?.text).toBe(textOf(50));
  });

  it('that a job has read anew are in its own pack, also under the same name', async () => {
    const main = await sync(1, null, { packs: [[1, 2]], put: [file(1), file(2)] });
    const again = await sync(2, main, { packs: [[1, 2]], put: [file(1), file(2)] });
    expect((await packsNamed(again)).map(({ writer, files }) => [writer, files])).toEqual([[jobOf(2).job_id, 2]]);
    expect(await pathsOf(again)).toHaveLength(2);
  });

  it('are counted and read by line', async () => {
    const main = await sync(1, null, { packs: [[1]], put: [file(1)] });
    const contents = await contentsOf(main);
    const lines = async (text: string) => {
      const [pack] = await packsNamed(main);
      await store.putText(packKey(id, pack as never), packOf([packedText(file(1).oid, text)]));
      return (await (await contentsOf(main)).read(file(1).oid))?.lines;
    };
    expect((await contents.read(file(1).oid))?.lines).toBe(1);
    expect([
      await lines(''),
      await lines('a'),
      await lines('a\nb'),
      await lines('a\n\n'),
      await lines('ä\r\n'),
    ]).toEqual([0, 1, 2, 2, 1]);
  });
});

describe('packs are rewritten', () => {
  it('when little of one is left, by the next sync', async () => {
    const all = numbers(0, 40);
    const main = await sync(1, null, { packs: [all.slice(0, 20), all.slice(20)], put: all.map((n) => file(n)) });
    const less = await sync(2, main, { removed: all.slice(4, 20).map((n) => file(n).path) });
    expect(await held(less)).toEqual(['4 of 20', '20 of 20']);
    const next = await sync(3, less, { removed: [file(0).path] });
    expect(await held(next)).toEqual(['20 of 20', '3 of 4']);
    const texts = await textsOf(next);
    expect(texts.map(({ blob, text }) => text === textOf(Number.parseInt(blob, 16)))).toEqual(Array(23).fill(true));
    // As it was, while another branch names it.
    expect(await pathsOf(less)).toHaveLength(24);
    const [, again] = await packsNamed(next);
    expect(await store.exists(filterKey(id, again as never))).toBe(true);
  });

  it('when there are too many, some at a time', async () => {
    let main = await sync(1, null, { packs: [numbers(1000, 1100)], put: numbers(1000, 1100).map((n) => file(n)) });
    const counts: number[] = [];
    for (let n = 0; n < 60; n++) {
      main = await sync(2 + n, main, { packs: [[n]], put: [file(n)] });
      counts.push((await packsNamed(main)).length);
    }
    expect(Math.max(...counts)).toBeLessThanOrEqual(36);
    expect(counts.at(-1)).toBeLessThan(36);
    const texts = await textsOf(main);
    expect(texts).toHaveLength(160);
    for (const { blob, text } of texts) expect(text).toBe(textOf(Number.parseInt(blob, 16)));
  });

  it('not when one cannot be read: the next look finds that it is lost', async () => {
    const all = numbers(0, 20);
    const main = await sync(1, null, { packs: [all], put: all.map((n) => file(n)) });
    const less = await sync(2, main, { removed: all.slice(4).map((n) => file(n).path) });
    const [pack] = await packsNamed(less);
    await store.delete([packKey(id, pack as never)]);
    const next = await sync(3, less, { packs: [[99]], put: [file(99)] });
    expect(await held(next)).toEqual(['4 of 20', '1 of 1']);
    expect((await lostManifests({ objects: store }, id, [next])).length).toBe(1);
  });

  it('within limits', () => {
    const pack = (name: string, files: number, lines: number, bytes: number) => ({ name, files, lines, bytes });
    const limits = { length: 1000, texts: 50, packs: 3, read: 5000, beside: 32 };
    const chosen = (packs: Parameters<typeof packsToRewrite>[0]) =>
      packsToRewrite(packs, limits).map(({ name }) => name);
    expect(chosen([])).toEqual([]);
    expect(chosen([pack('a', 9, 10, 900), pack('b', 1, 1, 1)])).toEqual([]);
    expect(chosen([pack('a', 2, 8, 800), pack('b', 1, 1, 1)])).toEqual(['a']);
    expect(chosen([pack('a', 1, 10, 4000), pack('b', 1, 10, 4000)])).toEqual(['a']);
    expect(chosen(['a', 'b', 'c', 'd'].map((name) => pack(name, 1, 10, 100)))).toEqual(['a', 'b', 'c']);
    expect(chosen(Array.from({ length: 60 }, (_, n) => pack(`${n}`, 1, 1, 100 - n)))).toEqual(['59', '58', '57']);
    expect(chosen(Array.from({ length: 40 }, (_, n) => pack(`${n}`, 1, 1, 900)))).toHaveLength(0);
  });

  it('not what a whole tree of short texts is cut into, but what small syncs leave beside it', () => {
    const { files, bytes } = defaultBatchLimits;
    const whole = Array.from({ length: 400 }, (_, n) => ({ name: `${n}`, files, lines: files, bytes: bytes / 5 }));
    const small = Array.from({ length: 500 }, (_, n) => ({ name: `s${n}`, files: 8, lines: 8, bytes: 9000 }));
    expect(packsToRewrite(whole, rewriteLimits)).toEqual([]);
    expect(packsToRewrite([...whole, ...small.slice(0, 400)], rewriteLimits)).toEqual([]);
    expect(packsToRewrite([...whole, ...small], rewriteLimits).map(({ name }) => name[0])).toEqual(
      new Array(16).fill('s'),
    );
  });
});

describe('a pack', () => {
  it('keeps a text as it was given, whatever becomes of the bytes that it was read into', async () => {
    const keeper = createTextKeeper({ objects: store }, jobOf(1), defaultBatchLimits);
    const read = Buffer.from('one\ntwo\n');
    await keeper.add({ oid: file(1).oid, utf8: read.subarray(0, 4), length: 4 });
    read.fill(0);
    await keeper.add(packedText(file(2).oid, '\u{feff}größe'));
    const [pack] = await keeper.close();
    const at = { writer: jobOf(1).job_id, name: pack?.name ?? '' };
    const kept = readPack((await store.getText(packKey(id, at))) ?? '');
    expect(kept.oids.map(kept.textOf)).toEqual(['one\n', '\u{feff}größe']);
    expect(pack).toMatchObject({ length: 10, oids: kept.oids });
    const filter = readFilter((await store.getText(filterKey(id, at))) ?? '');
    expect(mayHold(filter, gramsOf('größe', false))).toBe(true);
    expect(mayHold(filter, gramsOf('two', false))).toBe(false);
  });

  it('that is lost is missed before anything is read of it, and is an error by name where it is read', async () => {
    const main = await sync(1, null, { packs: [[1, 2]], put: [file(1), file(2)] });
    const lost = async () => (await lostManifests({ objects: store }, id, [main])).map(({ why }) => why);
    expect(await lost()).toEqual([]);
    const [pack] = await packsNamed(main);
    const key = packKey(id, pack as never);
    await store.putText(key, packOf([packedText(file(1).oid, textOf(1))]));
    expect(await lost()).toEqual([`${key} is not there, or not as it was written`]);
    await expect((await contentsOf(main)).read(file(2).oid)).rejects.toThrow(ObjectDamagedError);
    await expect(textsOf(main)).rejects.toThrow(ObjectDamagedError);
    await store.delete([key]);
    expect(await lost()).toEqual([`${key} is not there, or not as it was written`]);
    await expect((await contentsOf(main)).read(file(1).oid)).rejects.toThrow(ObjectMissingError);
  });

  it('that no root names is swept with its filter, when its job had a lower fence', async () => {
    const main = await sync(1, null, { packs: [[1, 2]], put: [file(1), file(2)] });
    // One job dies after it has written, another one is of a later fence.
    await sync(2, main, { packs: [[3]], put: [file(3)] });
    await sync(4, main, { packs: [[4]], put: [file(4)] });
    await removeUnnamedPages({ objects: store, jobs }, jobOf(3), repositoryRecord({ branches: { main } }), pulse);
    const keys = store.keys(allPacksPrefix(id));
    expect(keys.filter((key) => key.includes(jobOf(2).job_id))).toEqual([]);
    expect(keys.filter((key) => key.includes(jobOf(4).job_id))).toHaveLength(2);
    const named = keysNamedBy(id, (await readRoot(store, main.manifest_key)) ?? new Map());
    expect(keys.filter((key) => key.includes(jobOf(1).job_id))).toEqual(
      named.filter((key) => key.startsWith(allPacksPrefix(id))).sort(),
    );
  });
});
