import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@lancedb/lancedb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createLanceSearchIndex,
  type LanceOptions,
  type LanceSearchIndex,
} from '../../../../adapters/lancedb/search-index.ts';
import type { SettlePlan, TableState } from '../../../../adapters/lancedb/settle-plan.ts';
import { GenerationNotFoundError } from '../../../../core/domain/errors.ts';
import type { IndexRow } from '../../../../core/ports/search-index.ts';

const dimensions = 64;
const generation = { repositoryId: 'repo-1', number: 1, dimensions };
const everything: SettlePlan = { optimize: true, buildWords: true, buildVectors: true };

/** A row with a unit vector drawn from its number: far from every other row's. */
const rowOf = (n: number): IndexRow => {
  let seed = n * 2654435761 + 12345;
  const vector = Float32Array.from({ length: dimensions }, () => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) / 2 ** 23 - 1;
  });
  const norm = Math.hypot(...vector);
  return {
    blob: n.toString(16).padStart(40, '0'),
    ordinal: 0,
    startLine: 1,
    endLine: 2,
    text: `word${n}`,
    languages: [],
    vector: vector.map((x) => x / norm),
  };
};
const rowsOf = (from: number, count: number) => Array.from({ length: count }, (_, i) => rowOf(from + i));

describe('a LanceDB generation', () => {
  let root: string;
  let index: LanceSearchIndex;
  const open = async (options: LanceOptions): Promise<void> => {
    index = createLanceSearchIndex(root, options);
    await index.create(generation);
  };
  const versions = async () =>
    (await readdir(join(root, 'repo-1', 'g1.lance', '_versions'))).filter((name) => name.endsWith('.manifest')).length;
  const dataFiles = async () => (await readdir(join(root, 'repo-1', 'g1.lance', 'data'))).length;
  const nearest = async (from: LanceSearchIndex, n: number) =>
    (await from.query(generation, { vector: rowOf(n).vector, words: '', limit: 3 })).map(({ blob }) => blob);

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lance-generation-'));
  });
  afterEach(async () => {
    await index.close();
    await rm(root, { recursive: true });
  });

  it('finds by the vector index what a scan finds, rows put since included', async () => {
    await open({ plan: () => everything });
    await index.put(generation, rowsOf(0, 600));
    await index.settle(generation);
    await index.put(generation, [rowOf(1000)]);
    for (const n of [3, 77, 431, 1000]) expect(await nearest(index, n)).toContain(rowOf(n).blob);
    const [hit] = await index.query(generation, { vector: rowOf(5).vector, words: 'word431', limit: 1 });
    expect(hit?.text).toBe('word431');
    const only = { vector: rowOf(5).vector, words: '', limit: 3, blobs: [rowOf(300).blob] };
    expect((await index.query(generation, only)).map(({ blob }) => blob)).toEqual([rowOf(300).blob]);
  });

  it('tells the plan what the table is like', async () => {
    const seen: TableState[] = [];
    await open({
      plan: (state) => {
        seen.push(state);
        return { ...everything, optimize: false };
      },
    });
    await index.put(generation, rowsOf(0, 300));
    await index.settle(generation);
    await index.put(generation, rowsOf(300, 20));
    await index.settle(generation);
    expect(seen[0]).toMatchObject({ rows: 300, fragments: 1, wordsIndexed: 0, wordsUnindexed: 300, vectorParts: null });
    expect(seen[1]).toMatchObject({ rows: 320, fragments: 2, wordsIndexed: 300, wordsUnindexed: 20, vectorParts: 1 });
    expect(seen[1]?.versions).toBeGreaterThan(seen[0]?.versions ?? 0);
  });

  it('commits nothing when a settle follows a small change', async () => {
    await open({});
    await index.put(generation, rowsOf(0, 100));
    await index.settle(generation);
    await index.put(generation, rowsOf(100, 5));
    const before = await versions();
    await index.settle(generation);
    expect(await versions()).toBe(before);
  });

  it('removes old versions when it is closed, and what they held', async () => {
    await open({ plan: (state) => ({ optimize: state.fragments > 3, buildWords: false, buildVectors: false }) });
    for (let n = 0; n < 6; n++) await index.put(generation, [rowOf(n)]);
    await index.settle(generation);
    expect(await dataFiles()).toBe(7);
    await index.close();
    expect(await dataFiles()).toBe(1);
    expect(await versions()).toBe(1);
    await open({});
    expect(
      await index.get(
        generation,
        [0, 1, 2, 3, 4, 5].map((n) => ({ oid: rowOf(n).blob, chunks: 1 })),
      ),
    ).toHaveLength(6);
  });

  it('removes with them what a killed process had half written, whatever its age', async () => {
    await open({ plan: () => everything, graceMs: 0 });
    await index.put(generation, rowsOf(0, 300));
    const table = join(root, 'repo-1', 'g1.lance');
    const [written = ''] = await readdir(join(table, 'data'));
    // As a put leaves it that is killed before its commit, and a vector index that is.
    await copyFile(join(table, 'data', written), join(table, 'data', '0123456789abcdef.lance'));
    await mkdir(join(table, '_indices', '01234567-89ab-4cde-8f01-23456789abcd'), { recursive: true });
    await writeFile(join(table, '_indices', '01234567-89ab-4cde-8f01-23456789abcd', 'index.idx'), 'half');

    await index.settle(generation);

    expect(await readdir(join(table, 'data'))).not.toContain('0123456789abcdef.lance');
    const files = await readdir(join(table, '_indices'), { recursive: true });
    expect(files.filter((name) => name.startsWith('01234567-89ab') && name.endsWith('.idx'))).toEqual([]);
    expect(await nearest(index, 7)).toContain(rowOf(7).blob);
  });

  it('does not begin to merge fragments when it only built indices', async () => {
    await open({ graceMs: 0, plan: () => ({ ...everything, optimize: false }) });
    for (let n = 0; n < 3; n++) await index.put(generation, rowsOf(n * 100, 100));
    await index.settle(generation);
    await index.close();
    expect(await dataFiles()).toBe(3);
  });

  it('removes old versions by itself when the grace is over', async () => {
    await open({ graceMs: 0, plan: () => ({ optimize: true, buildWords: false, buildVectors: false }) });
    for (let n = 0; n < 4; n++) await index.put(generation, [rowOf(n)]);
    await index.settle(generation);
    await index.settle(generation);
    await expect.poll(dataFiles, { timeout: 5000 }).toBe(1);
  });

  it('keeps nothing of what its first merge replaced, however long the grace', async () => {
    await open({ graceMs: 60_000 });
    for (let n = 0; n < 10; n++) await index.put(generation, rowsOf(n * 30, 30));
    expect(await dataFiles()).toBe(10);
    await index.settle(generation);
    expect(await dataFiles()).toBe(1);
    expect(await nearest(index, 77)).toContain(rowOf(77).blob);
  });

  it('leaves the pruning to a later settle when rows were put since', async () => {
    await open({ graceMs: 60_000, plan: () => ({ optimize: true, buildWords: false, buildVectors: false }) });
    await index.put(generation, [rowOf(1)]);
    await index.settle(generation);
    await index.put(generation, [rowOf(2)]);
    const before = await versions();
    await index.close();
    expect(await versions()).toBe(before);
  });

  it('does not break those who read while it settles and prunes', async () => {
    await open({ graceMs: 0, plan: () => ({ ...everything, buildVectors: false }) });
    const reader = createLanceSearchIndex(root);
    await index.put(generation, rowsOf(0, 50));
    let settling = true;
    const settles = (async () => {
      for (let n = 0; n < 6; n++) {
        await index.put(generation, [rowOf(100 + n)]);
        await index.settle(generation);
      }
      settling = false;
    })();
    while (settling) expect(await nearest(reader, 7)).toContain(rowOf(7).blob);
    await settles;
    await reader.close();
  });

  it('shows another reader that a generation was dropped', async () => {
    await open({});
    const reader = createLanceSearchIndex(root);
    await index.put(generation, rowsOf(0, 5));
    expect(await nearest(reader, 1)).toContain(rowOf(1).blob);
    await index.drop(generation);
    await expect(nearest(reader, 1)).rejects.toThrow(GenerationNotFoundError);
    await reader.close();
  });

  /** As a kill leaves it between the making of a table, or the dropping of its word index, and the building of the index. */
  const loseWordIndex = async () => {
    await index.close();
    const connection = await connect(join(root, 'repo-1'));
    const table = await connection.openTable('g1');
    await table.dropIndex('words_idx');
    table.close();
    connection.close();
  };
  const firstByWord = async (word: string) =>
    (await index.query(generation, { vector: rowOf(9).vector, words: word, limit: 1 }))[0]?.text;

  it('builds a missing word index at the first put', async () => {
    await open({});
    await index.put(generation, [{ ...rowOf(1), text: 'for' }, rowOf(3)]);
    await loseWordIndex();
    await open({});
    await index.put(generation, [rowOf(2)]);
    expect(await firstByWord('for')).toBe('for');
  });

  it.each([everything, null])('builds a missing word index when it settles (%j)', async (plan) => {
    await open({});
    await index.put(generation, [{ ...rowOf(1), text: 'for' }, ...rowsOf(10, 300)]);
    await index.settle(generation);
    await loseWordIndex();
    await open(plan === null ? {} : { plan: () => plan });
    await index.settle(generation);
    expect(await firstByWord('for')).toBe('for');
  });

  it('reports errors that are not about something gone', async () => {
    await open({});
    await index.put(generation, [rowOf(1)]);
    const wide = { ...generation, dimensions: 128 };
    const other = createLanceSearchIndex(root);
    await expect(other.query(wide, { vector: new Float32Array(128), words: '', limit: 1 })).rejects.toThrow();
    await expect(other.put(wide, [{ ...rowOf(1), vector: new Float32Array(128) }])).rejects.toThrow();
    await other.close();
  });

  it.each([
    { repositoryId: '../up', number: 1 },
    { repositoryId: 'repo-1', number: -1 },
    { repositoryId: 'repo-1', number: 1.5 },
  ])('refuses the name %j', async (name) => {
    await open({});
    await expect(index.settle({ ...name, dimensions })).rejects.toThrow(RangeError);
  });
});
