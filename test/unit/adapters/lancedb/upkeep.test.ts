import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@lancedb/lancedb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLanceSearchIndex, type LanceSearchIndex } from '../../../../adapters/lancedb/search-index.ts';
import { planUpkeep } from '../../../../adapters/lancedb/settle-plan.ts';
import type { IndexRow } from '../../../../core/ports/search-index.ts';

const dimensions = 16;
const generation = { repositoryId: 'repo-1', number: 1, dimensions };
const vector = new Float32Array(dimensions).fill(0.25);
const blobOf = (n: number): string => n.toString(16).padStart(40, '0');
const rowsOf = (from: number, count: number): IndexRow[] =>
  Array.from({ length: count }, (_, i) => ({
    blob: blobOf(from + i),
    ordinal: 0,
    startLine: 1,
    endLine: 2,
    text: `word${from + i} common`,
    languages: [],
    vector,
  }));

describe('a table at rest', () => {
  let root: string;
  let index: LanceSearchIndex;
  const open = async (quietMs: number): Promise<void> => {
    index = createLanceSearchIndex(root, { quietMs, graceMs: 0 });
    await index.create(generation);
  };
  const sync = async (rows: readonly IndexRow[], deleted: readonly number[] = []): Promise<void> => {
    await index.put(generation, rows);
    await index.delete(
      generation,
      deleted.map((n) => ({ oid: blobOf(n), chunks: 1 })),
    );
    await index.settle(generation);
  };
  const table = () => join(root, 'repo-1', 'g1.lance');
  const state = async () => {
    const opened = await (await connect(join(root, 'repo-1'))).openTable('g1');
    const { fragmentStats } = await opened.stats();
    return {
      fragments: fragmentStats.numFragments,
      unindexed: (await opened.indexStats('words_idx'))?.numUnindexedRows,
      files: (await readdir(join(table(), 'data'))).length,
    };
  };
  const found = async (n: number) =>
    (await index.query(generation, { vector, words: `word${n}`, limit: 1 })).map(({ blob }) => blob);

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lance-upkeep-'));
  });
  afterEach(async () => {
    await index.close();
    await rm(root, { recursive: true, force: true });
  });

  it('has its fragments merged and all its rows in the word index, without a job', { timeout: 60_000 }, async () => {
    await open(300);
    await sync(rowsOf(0, 600));
    for (let n = 0; n < 30; n++) await sync(rowsOf(1000 + n * 10, 10), [n]);
    await expect.poll(state, { timeout: 30_000 }).toEqual({ fragments: 1, unindexed: 0, files: 1 });
    expect(await index.inspect(generation, [blobOf(1299)])).toEqual({ kind: 'whole', rows: 870 });
    expect(await found(1299)).toEqual([blobOf(1299)]);
    expect(await found(29)).not.toEqual([blobOf(29)]);
  });

  it('has many new rows in the word index although it never rests, and no sync waits for it', {
    timeout: 60_000,
  }, async () => {
    await open(60_000);
    await sync(rowsOf(0, 6000));
    for (let n = 0; n < 7; n++) await sync(rowsOf(6000 + n * 300, 300), [n]);
    let more = 0;
    await expect
      .poll(
        async () => {
          // Writes of all kinds go on.
          await sync([...rowsOf(9000 + more * 5, 5), ...rowsOf(6000, 5)], [100 + more]);
          more += 1;
          return (await state()).unindexed ?? 0;
        },
        { timeout: 30_000, interval: 10 },
      )
      .toBeLessThan(2000);
    expect((await state()).fragments).toBeGreaterThan(1);
    expect(await found(8099)).toEqual([blobOf(8099)]);
    expect(await found(9000)).toEqual([blobOf(9000)]);
    expect(await found(100)).not.toEqual([blobOf(100)]);
    expect(await index.inspect(generation, [blobOf(9000)])).toEqual({ kind: 'whole', rows: 8093 + more * 4 });
  });

  it('is merged after its word index was built beside a job, too', { timeout: 60_000 }, async () => {
    await open(300);
    await sync(rowsOf(0, 6000));
    for (let n = 0; n < 7; n++) await sync(rowsOf(6000 + n * 300, 300), [n]);
    // What the build has replaced goes with it.
    await expect.poll(state, { timeout: 30_000 }).toEqual({ fragments: 1, unindexed: 0, files: 1 });
  });

  it('has the rows of some small syncs put together, which is not worth a merge', async () => {
    await open(50);
    await sync(rowsOf(0, 600));
    for (let n = 0; n < 5; n++) await sync(rowsOf(1000 + n * 10, 10), n === 3 ? [1005] : []);
    await expect.poll(state, { timeout: 10_000 }).toMatchObject({ fragments: 2, unindexed: 49 });
    expect(await index.inspect(generation, [blobOf(1049)])).toEqual({ kind: 'whole', rows: 649 });
    expect(await found(1049)).toEqual([blobOf(1049)]);
    expect(await found(1005)).not.toEqual([blobOf(1005)]);
  });

  it('is left as it is after one small sync', async () => {
    await open(0);
    await sync(rowsOf(0, 600));
    await sync(rowsOf(1000, 10));
    await new Promise((done) => setTimeout(done, 300));
    expect(await state()).toMatchObject({ fragments: 2, unindexed: 10 });
  });

  it('loses nothing that is put or deleted while it is merged, again and again', { timeout: 120_000 }, async () => {
    await open(0);
    await sync(rowsOf(0, 3000));
    const expected = new Set(Array.from({ length: 3000 }, (_, n) => n));
    for (let round = 0; round < 40; round++) {
      // Enough for a merge after each settle; what comes next meets it at one place or another.
      const from = 10_000 + round * 400;
      await sync(rowsOf(from, 300));
      await new Promise((done) => setTimeout(done, (round * 7) % 40));
      await index.put(generation, rowsOf(from + 300, 20));
      // Put again, as a retry does: the row takes the place of the one that is being moved.
      await index.put(generation, rowsOf(round * 50, 10));
      const gone = [round * 60 + 1, from + 2, from + 301];
      await index.delete(
        generation,
        gone.map((n) => ({ oid: blobOf(n), chunks: 1 })),
      );
      for (let n = from; n < from + 320; n++) expected.add(n);
      for (let n = round * 50; n < round * 50 + 10; n++) expected.add(n);
      for (const n of gone) expected.delete(n);
    }
    await index.settle(generation);
    await new Promise((done) => setTimeout(done, 500));
    const opened = await (await connect(join(root, 'repo-1'))).openTable('g1');
    const blobs = (await opened.query().select(['blob']).toArray()).map(({ blob }) => blob as string);
    expect(blobs.length).toBe(expected.size);
    expect(new Set(blobs)).toEqual(new Set([...expected].map(blobOf)));
    for (const n of [0, 10_005, 25_300]) expect(await found(n)).toEqual([blobOf(n)]);
  });

  it('may be dropped, and made anew, while it is merged', { timeout: 60_000 }, async () => {
    await open(0);
    for (let round = 0; round < 10; round++) {
      await sync(rowsOf(0, 1000));
      await sync(rowsOf(2000, 300));
      await new Promise((done) => setTimeout(done, round * 5));
      await index.drop(generation);
      expect(await index.inspect(generation, [])).toEqual({ kind: 'absent' });
      await new Promise((done) => setTimeout(done, 20));
      await expect(readdir(table())).rejects.toThrow('ENOENT');
      await index.create(generation);
    }
  });
});

describe('planUpkeep', () => {
  const still = { rows: 1000, fragments: 24, versions: 128, wordsIndexed: 1000, wordsUnindexed: 250, vectorParts: 6 };
  const nothing = { optimize: false, buildVectors: false };

  it.each([
    ['nothing while searches are about as fast as they can be', {}, nothing],
    ['rows that every search must read', { wordsUnindexed: 251 }, { ...nothing, optimize: true }],
    ['more of these in a large table, whose merge costs more', { rows: 400_000, wordsUnindexed: 400 }, nothing],
    ['fragments', { fragments: 25 }, { ...nothing, optimize: true }],
    ['not the fragments that a large first fill leaves', { rows: 157_000, fragments: 45 }, nothing],
    ['versions', { versions: 129 }, { ...nothing, optimize: true }],
    ['parts of the vector index', { vectorParts: 7 }, { ...nothing, buildVectors: true }],
    ['nothing without a vector index', { vectorParts: null }, nothing],
    ['nothing of a table that a first sync fills', { wordsIndexed: 0, fragments: 100, wordsUnindexed: 9000 }, nothing],
  ])('merges %s', (_, change, plan) => {
    expect(planUpkeep({ ...still, ...change })).toEqual(plan);
  });
});
