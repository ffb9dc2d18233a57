import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Table } from '@lancedb/lancedb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildWordIndices } from '../../../../adapters/lancedb/indices.ts';
import { packRows } from '../../../../adapters/lancedb/packed-rows.ts';
import { queryRows } from '../../../../adapters/lancedb/query.ts';
import { arrowTable, rowSchema } from '../../../../adapters/lancedb/rows.ts';

const dimensions = 2;
const rowOf = (name: string, vector: [number, number]) => ({
  blob: name.repeat(40),
  ordinal: 0,
  startLine: 1,
  endLine: 2,
  text: `lock ${name}`,
  languages: [],
  vector: Float32Array.from(vector),
});
const query = { vector: Float32Array.from([1, 0]), words: 'lock', limit: 10 };

describe('queryRows', () => {
  let root: string;
  let table: Table;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lance-query-'));
    const connection = await connect(root, { readConsistencyInterval: 0 });
    table = await connection.createEmptyTable('g1', rowSchema(dimensions));
    await buildWordIndices(table);
    // A fragment each, so that a merge has something to merge.
    for (const row of [rowOf('a', [1, 0]), rowOf('b', [0.8, 0.6]), rowOf('c', [0.6, 0.8])])
      await table.add(arrowTable([packRows([row], dimensions)]));
  });
  afterEach(async () => {
    table.close();
    await rm(root, { recursive: true });
  });

  /** The table, to which something happens after the rankings and before their rows are read. */
  const meanwhile = (act: () => Promise<unknown>): Table =>
    new Proxy(table, {
      get: (target, name) => {
        const member = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        if (name !== 'takeRowIds') return member.bind(target);
        return (ids: bigint[]) => ({
          withRowId: () => ({
            select: (columns: string[]) => ({
              toArrow: async () => {
                await act();
                return target.takeRowIds(ids).withRowId().select(columns).toArrow();
              },
            }),
          }),
        });
      },
    });

  it('gives each row once, the best first, with what it holds', async () => {
    const hits = await queryRows(table, query);

    expect(hits.map(({ text }) => text)).toEqual(['lock a', 'lock b', 'lock c']);
    expect(hits[0]).toMatchObject({ blob: 'a'.repeat(40), ordinal: 0, startLine: 1, endLine: 2 });
  });

  it('finds rows that a merge moves between their ranking and their reading', async () => {
    const before = await queryRows(table, query);

    const hits = await queryRows(
      meanwhile(async () => {
        const { compaction } = await table.optimize();
        expect(compaction.fragmentsRemoved).toBeGreaterThan(0);
      }),
      query,
    );

    expect(hits.map(({ blob, text }) => [blob, text])).toEqual(before.map(({ blob, text }) => [blob, text]));
  });

  it('gives no row that was deleted between its ranking and its reading', async () => {
    const hits = await queryRows(
      meanwhile(() => table.delete(`blob = '${'b'.repeat(40)}'`)),
      query,
    );

    expect(hits.map(({ text }) => text)).toEqual(['lock a', 'lock c']);
  });
});
