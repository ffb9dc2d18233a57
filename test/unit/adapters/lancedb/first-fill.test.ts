import { access, copyFile, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Table } from '@lancedb/lancedb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFirstFill } from '../../../../adapters/lancedb/first-fill.ts';
import { columnsOf, packRows } from '../../../../adapters/lancedb/packed-rows.ts';
import { createLanceSearchIndex, type LanceSearchIndex } from '../../../../adapters/lancedb/search-index.ts';
import { collectGarbage } from '../../../../adapters/system/collect-garbage.ts';
import { giveBack } from '../../../../core/domain/give-back.ts';
import type { IndexRow } from '../../../../core/ports/search-index.ts';

const dimensions = 16;
const generation = { repositoryId: 'repo-1', number: 1, dimensions };
const oidOf = (n: number): string => n.toString(16).padStart(40, '0');
const rowsOf = (from: number, count: number, text = (n: number) => `word${n}`): IndexRow[] =>
  Array.from({ length: count }, (_, at) => ({
    blob: oidOf(from + at),
    ordinal: 0,
    startLine: 1,
    endLine: 2,
    text: text(from + at),
    languages: [],
    vector: Float32Array.from({ length: dimensions }, (_, d) => (d === (from + at) % dimensions ? 1 : 0)),
  }));

describe('a first fill', () => {
  let root: string;
  let index: LanceSearchIndex;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'first-fill-'));
    index = createLanceSearchIndex(root);
    await index.create(generation);
  });
  afterEach(async () => {
    await index.close();
    await rm(root, { recursive: true });
  });

  const table = () => join(root, 'repo-1', 'g1.lance');
  const journal = () => join(table(), 'rows.journal');
  const fragments = async (): Promise<number> =>
    (await readdir(table(), { recursive: true })).filter((name) => name.startsWith('data/')).length;
  /** The texts of the first rows of so many blobs; a row that is there twice is told by its number. */
  const texts = async (count: number): Promise<string[]> => {
    const rows = await index.get(
      generation,
      Array.from({ length: count }, (_, n) => ({ oid: oidOf(n), chunks: 1 })),
    );
    return rows.toSorted((a, b) => (a.blob < b.blob ? -1 : 1)).map(({ text }) => text);
  };
  const words = (count: number) => Array.from({ length: count }, (_, n) => `word${n}`);

  /** What LanceDB writes rows to is no directory meanwhile. */
  const withoutPlace = async (act: () => Promise<void>): Promise<void> => {
    const data = join(table(), 'data');
    await rm(data, { recursive: true, force: true });
    await writeFile(data, '');
    await act();
    await rm(data);
  };

  it('keeps rows in a file until they are many, and then commits them together', async () => {
    for (let put = 0; put < 5; put++) {
      await index.put(generation, rowsOf(put * 1500, 1500));
      await access(journal());
    }
    expect(await fragments()).toBe(0);
    await index.put(generation, rowsOf(7500, 1500));
    await expect(access(journal())).rejects.toThrow('ENOENT');
    expect(await fragments()).toBe(1);
    await index.put(generation, rowsOf(9000, 10));
    await access(journal());
    await index.settle(generation);
    await expect(access(journal())).rejects.toThrow('ENOENT');
    expect(await fragments()).toBe(2);
    expect(await texts(9010)).toEqual(words(9010));
  });

  it('holds none of them in memory meanwhile', async () => {
    const text = 'the same line once more\n'.repeat(100);
    await index.put(generation, rowsOf(0, 1500));
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    for (let put = 1; put < 5; put++)
      await index.put(
        generation,
        rowsOf(put * 1500, 1500, () => text),
      );
    collectGarbage();
    // Of 23 MB; what words are put together in is kept.
    await expect.poll(() => process.memoryUsage().arrayBuffers - before).toBeLessThan(12 << 20);
  });

  it('tells that its file was cut off, and goes on with what is left', async () => {
    await index.put(generation, rowsOf(0, 1500));
    const { size } = await stat(journal());
    await index.put(generation, rowsOf(1500, 1500));
    await truncate(journal(), size + 1000);
    await expect(index.settle(generation)).rejects.toThrow('rows are not in the file any more');
    await index.settle(generation);
    expect(await texts(3000)).toEqual(words(1500));
    expect(await index.inspect(generation, [oidOf(2999)])).toMatchObject({ kind: 'damaged' });
  });

  it('can read them again where their commit has to be done again', async () => {
    const first = createFirstFill(table(), async (_table, read) => {
      const once = await read();
      for (const rows of once) for (const column of columnsOf(rows)) giveBack(column);
      const again = await read();
      expect(again.map(({ keys, texts }) => [keys.length, texts.bytes.length])).toEqual([[1500, bytes]]);
    });
    const packed = packRows(rowsOf(0, 1500), dimensions);
    const bytes = packed.texts.bytes.length;
    const unindexed = { indexStats: async () => ({ numIndexedRows: 0 }) } as unknown as Table;
    expect(await first.takes(unindexed, [packed])).toBe(true);
    await first.flush(unindexed);
    expect(first.holds()).toBe(false);
  });

  it('shows them to who reads, and does not delete around them', async () => {
    await index.put(generation, rowsOf(0, 1500));
    expect(await texts(1500)).toEqual(words(1500));
    await index.put(generation, rowsOf(1500, 1500));
    expect(await index.inspect(generation, [oidOf(2999)])).toEqual({ kind: 'whole', rows: 3000 });
    await index.put(generation, rowsOf(3000, 1500));
    await index.delete(generation, [{ oid: oidOf(4000), chunks: 1 }]);
    expect(await texts(4500)).toEqual(words(4500).toSpliced(4000, 1));
  });

  it('has of a key the row that was put last', async () => {
    await index.put(generation, rowsOf(0, 1500));
    await index.put(
      generation,
      rowsOf(1000, 1500, (n) => `later${n}`),
    );
    expect(await texts(2500)).toEqual([...words(1000), ...Array.from({ length: 1500 }, (_, n) => `later${n + 1000}`)]);
  });

  it('has each row once where a process was killed between the commit and the end of its file', async () => {
    await index.put(generation, rowsOf(0, 1500));
    await copyFile(journal(), join(root, 'copy'));
    await index.settle(generation);
    await index.close();
    await copyFile(join(root, 'copy'), journal());
    index = createLanceSearchIndex(root);
    // The first write of any kind brings them in.
    await index.put(generation, rowsOf(1500, 1));
    await expect(access(journal())).rejects.toThrow('ENOENT');
    expect(await texts(1501)).toEqual(words(1501));
    expect(await index.inspect(generation, [])).toEqual({ kind: 'whole', rows: 1501 });
  });

  it.each([
    ['put', () => index.put(generation, rowsOf(1500, 1))],
    ['settle', () => index.settle(generation)],
  ] as const)(
    'leaves no file where a process was killed in the middle of its first pack, after a %s',
    async (_name, act) => {
      await index.put(generation, rowsOf(0, 1500));
      await copyFile(journal(), join(root, 'copy'));
      await index.settle(generation);
      await index.close();
      await copyFile(join(root, 'copy'), journal());
      await truncate(journal(), 1000);
      index = createLanceSearchIndex(root);
      await act();
      await expect(access(journal())).rejects.toThrow('ENOENT');
      expect(await texts(1500)).toEqual(words(1500));
    },
  );

  it('leaves no file when it is closed', async () => {
    await index.put(generation, rowsOf(0, 1500));
    await index.close();
    expect(await readdir(table())).not.toContain('rows.journal');
    index = createLanceSearchIndex(root);
    expect(await texts(1500)).toEqual(words(1500));
  });

  it('is closed all the same where its rows cannot be written, and has them the next time', async () => {
    await index.put(generation, rowsOf(0, 1500));
    await withoutPlace(() => index.close());
    index = createLanceSearchIndex(root);
    await index.settle(generation);
    expect(await texts(1500)).toEqual(words(1500));
  });

  it('keeps nothing for a generation that was dropped and made again', async () => {
    await index.put(generation, rowsOf(0, 1500));
    await index.drop(generation);
    await index.create(generation);
    await index.put(generation, rowsOf(5000, 1500));
    expect(await index.inspect(generation, [])).toEqual({ kind: 'whole', rows: 1500 });
  });

  it('writes words as they are, and compresses texts', async () => {
    // Words and texts of the same bytes: one column takes all of them, and the other few.
    const text = 'the same line once more\n'.repeat(40);
    await index.put(
      generation,
      rowsOf(0, 2000, (n) => `number${n} ${text}`),
    );
    await index.settle(generation);
    const { totalBytes } = await (await (await connect(join(root, 'repo-1'))).openTable('g1')).stats();
    const bytes = 2000 * text.length;
    expect(totalBytes).toBeGreaterThan(bytes * 0.9);
    expect(totalBytes).toBeLessThan(bytes * 1.6);
  });

  it('is over when words are indexed: rows are committed as they come', async () => {
    await index.put(generation, rowsOf(0, 1500));
    await index.settle(generation);
    await index.put(generation, rowsOf(1500, 1500));
    expect(await readdir(table())).not.toContain('rows.journal');
    expect(await texts(3000)).toEqual(words(3000));
  });

  it('writes them again when their commit failed', async () => {
    await index.put(generation, rowsOf(0, 1500));
    await withoutPlace(() => expect(index.settle(generation)).rejects.toThrow());
    await index.settle(generation);
    expect(await texts(1500)).toEqual(words(1500));
  });
});
