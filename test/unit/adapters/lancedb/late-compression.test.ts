import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@lancedb/lancedb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLanceSearchIndex, type LanceSearchIndex } from '../../../../adapters/lancedb/search-index.ts';
import { maxFragmentsAtFirst } from '../../../../adapters/lancedb/settle-plan.ts';

const generation = { repositoryId: 'r', number: 1, dimensions: 8 };

let root: string;
let index: LanceSearchIndex;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'late-compression-'));
  index = createLanceSearchIndex(root);
  await index.create(generation);
});
afterEach(async () => {
  await index.close();
  await rm(root, { recursive: true });
});

const oidOf = (n: number): string => String(n).padStart(40, '0');
const textOf = (n: number): string => `number ${n}\n${'the same line once more\n'.repeat(50)}`;

/** So many commits of a hundred rows, from this one on. */
const commit = async (from: number, count: number): Promise<void> => {
  for (let n = from; n < from + count; n++)
    await index.put(
      generation,
      Array.from({ length: 100 }, (_, at) => ({
        blob: oidOf(n * 100 + at),
        ordinal: 0,
        startLine: 1,
        endLine: 51,
        text: textOf(n * 100 + at),
        languages: [],
        vector: Float32Array.from({ length: 8 }, (_, d) => (d === at % 8 ? 1 : 0)),
      })),
    );
};

const openTable = async () => (await connect(join(root, 'r'))).openTable('g1');

/** The columns that are written without compression. */
const plainColumns = async (): Promise<string[]> =>
  (await (await openTable()).schema()).fields
    .filter(({ metadata }) => metadata.get('lance-encoding:compression') === 'none')
    .map(({ name }) => name);

/** Bytes of the table's newest version. */
const bytes = async (): Promise<number> => (await (await openTable()).stats()).totalBytes;

const expectRows = async (count: number): Promise<void> => {
  const blobs = Array.from({ length: count }, (_, n) => ({ oid: oidOf(n), chunks: 1 }));
  const rows = await index.get(generation, blobs);
  expect(new Map(rows.map(({ blob, text }) => [blob, text]))).toEqual(
    new Map(blobs.map(({ oid }, n) => [oid, textOf(n)])),
  );
};

describe('texts of a table that will be merged', () => {
  it('are compressed by the merge, and not before it', async () => {
    await commit(0, maxFragmentsAtFirst);
    expect(await plainColumns()).toEqual([]);
    const first = await bytes();
    await commit(maxFragmentsAtFirst, maxFragmentsAtFirst);
    expect(await plainColumns()).toEqual(['text', 'words']);
    const plain = await bytes();
    expect(plain).toBeGreaterThan(first * 3);
    await expectRows(200 * maxFragmentsAtFirst);

    await index.settle(generation);
    expect(await plainColumns()).toEqual([]);
    // With its indices.
    expect(await bytes()).toBeLessThan(plain / 2);
    await expectRows(200 * maxFragmentsAtFirst);
    const hits = await index.query(generation, { vector: new Float32Array(8), words: 'number 1234', limit: 3 });
    expect(hits.map(({ text }) => text)).toContain(textOf(1234));
  });

  it('are compressed by the next process’s merge, where one was killed before its own', async () => {
    await commit(0, maxFragmentsAtFirst + 2);
    const plain = await bytes();
    index = createLanceSearchIndex(root);
    await commit(maxFragmentsAtFirst + 2, 1);
    expect(await plainColumns()).toEqual(['text', 'words']);
    await index.settle(generation);
    expect(await plainColumns()).toEqual([]);
    expect(await bytes()).toBeLessThan(plain);
    await expectRows(100 * (maxFragmentsAtFirst + 3));
  });

  it('are compressed at once where the table has been indexed: it is not merged each time', async () => {
    await commit(0, 1);
    await index.settle(generation);
    await commit(1, maxFragmentsAtFirst + 2);
    expect(await plainColumns()).toEqual([]);
  });
});
