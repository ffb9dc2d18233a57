import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@lancedb/lancedb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packRows } from '../../../../adapters/lancedb/packed-rows.ts';
import { createRecentRows } from '../../../../adapters/lancedb/recent-rows.ts';
import { createLanceSearchIndex, type LanceSearchIndex } from '../../../../adapters/lancedb/search-index.ts';
import type { IndexRow } from '../../../../core/ports/search-index.ts';

const dimensions = 16;
const generation = { repositoryId: 'repo-1', number: 1, dimensions };
const blobOf = (n: number): string => n.toString(16).padStart(40, '0');
const rowsOf = (from: number, count: number): IndexRow[] =>
  Array.from({ length: count }, (_, i) => ({
    blob: blobOf(from + i),
    ordinal: i % 2,
    startLine: i + 1,
    endLine: i + 2,
    text: `word${from + i} common "ünï" 🙂`,
    languages: ['c', 'c++'],
    vector: new Float32Array(dimensions).map((_, at) => (at === i % dimensions ? 1 : 0)),
  }));
const named = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ oid: blobOf(from + i), chunks: 2 }));

describe('many small commits without a rest between them', () => {
  let root: string;
  let index: LanceSearchIndex;
  const file = (): string => join(root, 'repo-1/g1.lance/recent.txt');
  const fragments = async () => {
    const table = await (await connect(join(root, 'repo-1'))).openTable('g1');
    return (await table.stats()).fragmentStats.numFragments;
  };
  const sync = async (rows: readonly IndexRow[], deleted: number | null): Promise<void> => {
    await index.put(generation, rows);
    if (deleted !== null) await index.delete(generation, named(deleted, 1));
    await index.settle(generation);
  };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lance-recent-'));
    index = createLanceSearchIndex(root, { quietMs: 600_000, graceMs: 0 });
    await index.create(generation);
    await index.put(generation, rowsOf(0, 600));
    await index.settle(generation);
  });
  afterEach(async () => {
    await index.close();
    await rm(root, { recursive: true, force: true });
  });

  it('have their rows put together, as they are, and those that are deleted stay so', async () => {
    let most = 0;
    for (let n = 0; n < 50; n++) {
      await sync(rowsOf(1000 + n * 4, 4), n % 3 === 0 ? 1000 + n * 4 : null);
      most = Math.max(most, await fragments());
    }
    expect(most).toBeLessThanOrEqual(18);
    const expected = rowsOf(0, 4).length;
    const kept = await index.get(generation, named(1000, 200));
    expect(kept).toHaveLength(50 * expected - Math.ceil(50 / 3));
    const whole = Array.from({ length: 50 }, (_, n) =>
      rowsOf(1000 + n * 4, 4).filter((_, i) => i > 0 || n % 3 !== 0),
    ).flat();
    const byBlob = (a: IndexRow, b: IndexRow) => (a.blob < b.blob ? -1 : 1);
    expect(kept.toSorted(byBlob)).toEqual(whole.toSorted(byBlob));
    expect(await index.inspect(generation, [blobOf(1196)])).toMatchObject({ kind: 'whole', rows: 600 + kept.length });
    const query = { vector: new Float32Array(dimensions).fill(0.25), words: 'word1005', limit: 1 };
    expect((await index.query(generation, query)).map(({ blob }) => blob)).toEqual([blobOf(1005)]);
  });

  it('have their rows put together where each comes from a process of its own, which may be killed', async () => {
    let most = 0;
    for (let n = 0; n < 40; n++) {
      // One that is not closed is as one that was killed: what it has written is all that is left of it.
      if (n % 2 === 0) await index.close();
      index = createLanceSearchIndex(root, { quietMs: 600_000, graceMs: 0 });
      await sync(rowsOf(1000 + n * 4, 4), null);
      most = Math.max(most, await fragments());
      if (n === 20) await appendFile(file(), `${'"or true'.padStart(40)} ${blobOf(6)} ${blobOf(8).slice(0, 9)}`);
    }
    expect(most).toBeLessThanOrEqual(18);
    expect(await index.get(generation, named(1000, 160))).toHaveLength(160);
    expect(await index.inspect(generation, [blobOf(6)])).toEqual({ kind: 'whole', rows: 760 });
  });

  it('are forgotten with the merge of the whole table, and where the file cannot be read or written', async () => {
    for (let n = 0; n < 5; n++) await sync(rowsOf(1000 + n, 1), null);
    expect((await readFile(file(), 'utf8')).split('\n')).toHaveLength(6);
    await index.put(generation, rowsOf(5000, 2100));
    await index.settle(generation);
    expect(existsSync(file())).toBe(false);

    await mkdir(file());
    const before = await fragments();
    for (let n = 0; n < 20; n++) await sync(rowsOf(9000 + n, 1), null);
    // Sixteen were put together.
    expect(await fragments()).toBe(before + 1 + 4);
    expect(await index.get(generation, named(9000, 20))).toHaveLength(20);
  });

  it('make a fragment of some hundred blobs, and then another one', async () => {
    const before = await fragments();
    for (let n = 0; n < 16; n++) await sync(rowsOf(1000 + n * 26, 26), null);
    expect(await fragments()).toBe(before + 1);
    for (let n = 0; n < 16; n++) await sync(rowsOf(3000 + n * 4, 4), null);
    expect(await fragments()).toBe(before + 2);
    expect(await index.get(generation, named(1000, 416))).toHaveLength(416);
    expect(await index.get(generation, named(3000, 64))).toHaveLength(64);
  });

  it('of which one is a large job’s leave its rows where they are', async () => {
    for (let n = 0; n < 15; n++) await sync(rowsOf(1000 + n, 1), null);
    await sync(rowsOf(5000, 2100), null);
    const before = await fragments();
    for (let n = 0; n < 20; n++) await sync(rowsOf(9000 + n, 1), null);
    // One of the twenty, and what came after they were put together.
    expect(await fragments()).toBe(before + 1 + 4);
    expect(await index.get(generation, named(1000, 15))).toHaveLength(15);
    expect(await index.get(generation, named(5000, 2100))).toHaveLength(2100);
    expect(await index.get(generation, named(9000, 20))).toHaveLength(20);
  });

  it('that cannot be put together fail nobody, and are left to the merge of the whole table', async () => {
    const table = await (await connect(join(root, 'repo-1'))).openTable('g1');
    const recent = createRecentRows(join(root, 'recent.txt'));
    for (let n = 0; n < 16; n++) recent.wrote([packRows(rowsOf(n, 1), dimensions)]);
    expect(recent.isDue()).toBe(true);
    table.close();
    await recent.gather(table);
    expect(recent.isDue()).toBe(false);
  });
});
