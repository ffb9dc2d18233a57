import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rowBytes } from '../../../adapters/lancedb/manifest-files.ts';
import { createLanceSearchIndex } from '../../../adapters/lancedb/search-index.ts';
import { blobOf, generation, ROWS, rowsOf } from './merge-kill.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'merge-kill-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const table = () => join(root, 'repo-1', 'g1.lance');

/** Kills the writer so many milliseconds after its merge has begun. */
const killedInMerge = async (first: number, milliseconds: number): Promise<void> => {
  const script = join(import.meta.dirname, 'merge.writer.ts');
  const child = spawn(process.execPath, [script, root, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  await sleep(milliseconds);
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
};

/** A merge of some 1,000 rows takes a tenth of a second on a quiet machine. */
const LONGEST = 120;

/** By then it has ended, and what it has replaced is kept for those who read it. */
const AFTER = 1_500;

it.each([
  ['again and again while it merges', [0, ...Array.from({ length: 2 }, () => Math.floor(Math.random() * LONGEST))]],
  ['after a merge, before it removes what that has replaced', [AFTER]],
])(
  'a process that is killed %s loses no row, and the next one removes what is left',
  { timeout: 120_000 },
  async (_, delays) => {
    for (const [at, delay] of delays.entries()) await killedInMerge(at * ROWS, delay);
    const rows = delays.length * ROWS;
    const index = createLanceSearchIndex(root, { quietMs: 100, graceMs: 0 });
    try {
      const shown = `killed after ${delays.join(', ')} ms`;
      const numbers = Array.from({ length: rows }, (_, n) => n);
      expect(await index.inspect(generation, [blobOf(0), blobOf(rows - 1)]), shown).toEqual({ kind: 'whole', rows });
      const found = await index.get(
        generation,
        numbers.map((n) => ({ oid: blobOf(n), chunks: 1 })),
      );
      expect(new Set(found.map(({ blob }) => blob)).size, shown).toBe(rows);
      for (const n of [0, 599, 600, ROWS - 1, rows - 1]) {
        const [row] = rowsOf(n, 1);
        const hits = await index.query(generation, {
          vector: row?.vector as Float32Array,
          words: `word${n}`,
          limit: 1,
        });
        expect(
          hits.map(({ blob }) => blob),
          shown,
        ).toEqual([blobOf(n)]);
      }
      expect((await rowBytes(table())).others, shown).toBeGreaterThan(0);
      // One small sync, and some rest.
      await index.put(generation, rowsOf(rows, 1));
      await index.settle(generation);
      await expect.poll(async () => (await rowBytes(table())).others, { timeout: 30_000, message: shown }).toBe(0);
      const names = await readdir(table(), { recursive: true });
      expect(names.filter((name) => name.includes('.tmp'))).toEqual([]);
      expect(await index.inspect(generation, [blobOf(rows)])).toEqual({ kind: 'whole', rows: rows + 1 });
    } finally {
      await index.close();
    }
  },
);
