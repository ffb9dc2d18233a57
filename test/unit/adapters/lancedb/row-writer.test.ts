import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, connect, type Table } from '@lancedb/lancedb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { columnsOf, type PackedRows, packRows } from '../../../../adapters/lancedb/packed-rows.ts';
import { createRowWriter, type RowWriter } from '../../../../adapters/lancedb/row-writer.ts';
import { rowSchema } from '../../../../adapters/lancedb/rows.ts';

const dimensions = 4;
const pack = (...keys: string[]): PackedRows =>
  packRows(
    keys.map((key) => {
      const [blob = '', ordinal = '0'] = key.split(':');
      const vector = Float32Array.of(1, 0, 0, 0);
      return {
        blob,
        ordinal: Number(ordinal),
        startLine: 1,
        endLine: 1,
        text: `text of ${key}`,
        languages: [],
        vector,
      };
    }),
    dimensions,
  );

describe('the writer of rows', () => {
  let folder: string;
  let connection: Connection;
  let table: Table;
  let writer: RowWriter;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'row-writer-'));
    connection = await connect(folder, { readConsistencyInterval: 0 });
    table = await connection.createEmptyTable('t', rowSchema(dimensions));
    // Looks up what is there from the first row on.
    writer = createRowWriter(1);
  });
  afterEach(async () => {
    table.close();
    connection.close();
    await rm(folder, { recursive: true });
  });
  const keys = async (): Promise<string[]> =>
    (await table.query().select(['blob', 'ordinal']).toArray()).map((row) => `${row.blob}:${row.ordinal}`).sort();

  it('keeps one row of a key, whether it came by this writer or was there before', async () => {
    await writer.write(table, [pack('a:0', 'a:1'), pack('b:0')]);
    await writer.write(table, [pack('a:1', 'c:0')]);
    expect(await keys()).toEqual(['a:0', 'a:1', 'b:0', 'c:0']);
    // As after a kill: a new writer knows nothing.
    await createRowWriter(1).write(table, [pack('b:0', 'd:0')]);
    await createRowWriter(dimensions).write(table, [pack('d:0', 'e:0')]);
    expect(await keys()).toEqual(['a:0', 'a:1', 'b:0', 'c:0', 'd:0', 'e:0']);
  });

  it('gives the memory of its own rows back, and leaves others alone', async () => {
    const [own, others] = [pack('a:0', 'b:0'), pack('c:0')];
    await writer.write(table, [own], true);
    await writer.write(table, [others]);
    expect(columnsOf(own).map(({ byteLength }) => byteLength)).toEqual(columnsOf(own).map(() => 0));
    expect(others.texts.bytes.length).toBeGreaterThan(0);
    const rows = (await table.query().toArray()).map(({ blob, text, words }) => [blob, text, words]).sort();
    expect(rows).toEqual(['a', 'b', 'c'].map((blob) => [blob, `text of ${blob}:0`, expect.stringContaining('text')]));
  });

  it('looks again after it was told to forget', async () => {
    await writer.write(table, [pack('a:0')]);
    writer.forget();
    await createRowWriter(dimensions).write(table, [pack('b:0')]);
    await writer.write(table, [pack('b:0', 'c:0')]);
    expect(await keys()).toEqual(['a:0', 'b:0', 'c:0']);
  });

  it('doubles nothing when a write fails after its commit', async () => {
    await writer.write(table, [pack('a:0')]);
    /** The commit is made, but its answer is lost. */
    const losing = new Proxy(table, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (name !== 'add') return typeof value === 'function' ? value.bind(target) : value;
        return async (data: Parameters<Table['add']>[0]) => {
          await target.add(data);
          throw new Error('lost');
        };
      },
    });
    await expect(writer.write(losing, [pack('b:0')])).rejects.toThrow('lost');
    await writer.write(table, [pack('b:0')]);
    expect(await keys()).toEqual(['a:0', 'b:0']);
  });

  it.each([
    ['few', 1000],
    ['many', 1],
  ])('adds rows of blobs that are not there, without a merge: %s', async (_, lookFrom) => {
    writer = createRowWriter(lookFrom);
    const merged: string[] = [];
    const watched = new Proxy(table, {
      get: (target, name) => {
        if (name === 'mergeInsert') merged.push('merge');
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    await writer.write(watched, [pack('a:0')]);
    await writer.write(watched, [pack('b:0')]);
    expect(merged).toEqual([]);
    await writer.write(watched, [pack('b:0')]);
    expect(merged).toEqual(['merge']);
    expect(await keys()).toEqual(['a:0', 'b:0']);
  });
});
