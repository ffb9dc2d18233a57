import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, connect, type Table } from '@lancedb/lancedb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildVectorIndex, buildWordIndices } from '../../../../adapters/lancedb/indices.ts';
import { packRows } from '../../../../adapters/lancedb/packed-rows.ts';
import { queryRows } from '../../../../adapters/lancedb/query.ts';
import { createRowWriter } from '../../../../adapters/lancedb/row-writer.ts';
import { rowSchema, tableSchema } from '../../../../adapters/lancedb/rows.ts';
import { givenStems } from '../../../../adapters/lancedb/stemmed-words.ts';

const dimensions = 8;
const texts = [
  'parsing of the tokens',
  'it parses a token',
  'a parser, generically',
  'the general case: hoping',
  'hop and relational größes',
  'https and http',
];
const packOf = (rows: readonly string[], prefix: string) =>
  packRows(
    rows.map((text, n) => ({
      blob: `${prefix}${n}`.padEnd(40, '0'),
      ordinal: 0,
      startLine: 1,
      endLine: 1,
      text,
      languages: [],
      vector: Float32Array.from({ length: dimensions }, (_, d) => (d === n % dimensions ? 1 : 0)),
    })),
    dimensions,
  );

let root = '';
let connection: Connection;
/** As an earlier version made it, and as this one does. */
let tables: readonly [Table, Table];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'given-stems-'));
  connection = await connect(root);
  tables = [
    await connection.createEmptyTable('earlier', rowSchema(dimensions)),
    await connection.createEmptyTable('now', tableSchema(dimensions, '{"made":"now"}')),
  ];
});
afterEach(() => rm(root, { recursive: true }));

const found = async (table: Table, words: string) =>
  (await queryRows(table, { vector: new Float32Array(dimensions), words, limit: 10 }))
    .filter(({ score }) => score > 0)
    .map(({ text, score }) => [text, score.toFixed(6)]);

const expectTheSame = async (): Promise<void> => {
  for (const words of [
    'parse',
    'parsed tokens',
    'hope',
    'general',
    'generic',
    'größe',
    'http',
    'relation',
    'the',
    'none',
  ]) {
    const [earlier, now] = await Promise.all(tables.map((table) => found(table, words)));
    expect(now, words).toEqual(earlier);
  }
  expect((await found(tables[1], 'parse')).map(([text]) => text).sort()).toEqual([texts[1], texts[0]]);
};

it('gives a table stems, and one that an earlier version made words: both find the same', async () => {
  expect(await Promise.all(tables.map(givenStems))).toEqual([false, true]);
  for (const table of tables) {
    await buildWordIndices(table);
    await createRowWriter().write(table, [packOf(texts, 'a')]);
  }
  // Rows that no index holds are looked through by its rules.
  await expectTheSame();
  for (const table of tables) await buildWordIndices(table);
  await expectTheSame();
  for (const table of tables) {
    // Some of them again: merged, not added.
    await createRowWriter().write(table, [packOf(texts.slice(0, 3), 'a'), packOf(texts.slice(3), 'b')]);
    await table.optimize();
    await buildVectorIndex(table);
  }
  const counts = await Promise.all(tables.map((table) => table.countRows()));
  expect(counts).toEqual([9, 9]);
  expect(await found(tables[1], 'hope')).toEqual(await found(tables[0], 'hope'));

  const [words, stems] = await Promise.all(
    tables.map(
      async (table) =>
        (await table.query().where(`text = '${texts[0]}'`).select(['words']).toArray())[0]?.words as string,
    ),
  );
  expect([words, stems]).toEqual(['parsing of the tokens', 'pars of the token']);
});

it('knows after a start what a table is given', async () => {
  for (const table of tables) table.close();
  const again = await connect(root);
  expect(await givenStems(await again.openTable('now'))).toBe(true);
  expect(await givenStems(await again.openTable('earlier'))).toBe(false);
});
