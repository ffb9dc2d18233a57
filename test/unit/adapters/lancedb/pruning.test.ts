import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Table } from '@lancedb/lancedb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPruning, type Pruning } from '../../../../adapters/lancedb/pruning.ts';
import { createUpkeep, type Upkeep, type UpkeepParts } from '../../../../adapters/lancedb/upkeep.ts';
import { createWriteQueue } from '../../../../adapters/lancedb/write-queue.ts';

let root: string;
let table: Table;
let merging: boolean;
let pruning: Pruning;
const queue = createWriteQueue(async () => undefined, 1000);
const files = async (): Promise<number> => (await readdir(join(root, 't.lance', 'data'))).length;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lance-pruning-'));
  table = await (await connect(root)).createTable('t', [{ n: 0 }]);
  for (let n = 1; n < 4; n++) await table.add([{ n }]);
  merging = false;
  // One file in place of four, which stay for those who read them.
  await table.optimize();
});

/** Of what that has replaced: begun so many milliseconds after it was asked for. */
const pruneIn = async (milliseconds: number): Promise<void> => {
  const graceMs = milliseconds - 1000;
  pruning = createPruning({ graceMs, table: async () => table, run: queue.run, isMerging: () => merging });
  await pruning.later(table);
};
const HOUR = 3_600_000;
afterEach(async () => {
  pruning.cancel();
  await pruning.idle();
  table.close();
  await rm(root, { recursive: true, force: true });
});

it('what a merge has replaced is removed', async () => {
  await pruneIn(20);
  await expect.poll(files).toBe(1);
});

it('while something merges, nothing is removed and no write waits; it is behind it', async () => {
  merging = true;
  await pruneIn(20);
  await new Promise((done) => setTimeout(done, 100));
  expect(await queue.run(async () => 'written')).toBe('written');
  expect(await files()).toBe(5);
  merging = false;
  await expect.poll(files).toBe(1);
});

it('a table that was written to is left to the next merge', async () => {
  await pruneIn(HOUR);
  await table.add([{ n: 9 }]);
  await pruning.now();
  expect(await files()).toBe(6);
});

it('what was to be done later can be done at once, and once', async () => {
  await pruneIn(HOUR);
  await pruning.now();
  expect(await files()).toBe(1);
  await pruning.now();
});

/** Of a table that always has something to merge; tells how often that has begun. */
const upkeepOf = (parts: Partial<UpkeepParts>): { readonly upkeep: Upkeep; begun(): number } => {
  let begun = 0;
  const upkeep = createUpkeep({
    table: async () => table,
    versions: async () => 1,
    plan: () => ({ optimize: true, buildVectors: false }),
    quietMs: 20,
    writes: () => 0,
    isCluttered: async () => false,
    pruned: async () => undefined,
    rested: () => undefined,
    catchUp: async () => undefined,
    merging: () => {
      begun += 1;
    },
    merged: async () => undefined,
    ...parts,
  });
  return { upkeep, begun: () => begun };
};

it('a table is merged at rest, too, where its word index could not be built beside a job', async () => {
  const { upkeep, begun } = upkeepOf({ catchUp: () => Promise.reject(new Error('no room')) });
  upkeep.settled(true);
  await expect.poll(begun).toBe(1);
  await upkeep.stop();
});

it('a merge that is due while another one lasts begins behind it, and none does after a stop', async () => {
  const gate = Promise.withResolvers<void>();
  let writes = 0;
  const { upkeep, begun } = upkeepOf({ pruned: () => gate.promise, writes: () => writes });
  upkeep.settled();
  await expect.poll(upkeep.isMerging).toBe(true);
  writes += 1;
  upkeep.settled();
  await new Promise((done) => setTimeout(done, 100));
  expect(begun()).toBe(0);
  gate.resolve();
  await expect.poll(begun).toBe(2);
  await upkeep.idle();
  upkeep.settled();
  await upkeep.stop();
  await new Promise((done) => setTimeout(done, 100));
  expect(begun()).toBe(2);
});

it('a merge does not begin beside a prune, which would take its files for left over', async () => {
  await pruneIn(HOUR);
  const ended = Promise.withResolvers<void>();
  const { upkeep, begun } = upkeepOf({ pruned: () => ended.promise });
  upkeep.settled();
  await expect.poll(upkeep.isMerging).toBe(true);
  await new Promise((done) => setTimeout(done, 50));
  expect(begun()).toBe(0);
  ended.resolve();
  await upkeep.idle();
  expect(begun()).toBe(1);
});
