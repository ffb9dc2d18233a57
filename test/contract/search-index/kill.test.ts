import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLanceSearchIndex } from '../../../adapters/lancedb/search-index.ts';
import { blobsOf, dimensions, oidOf, rowOf, vectorOf } from './search-index.suite.ts';

const generation = { repositoryId: 'repo-1', number: 1, dimensions };

describe('LanceDB after its process was killed', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'search-index-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  /** Runs the writer, kills it after so many acknowledged puts, and says how many there were in all. */
  const killWriterAfter = async (puts: number, rowsOfPut: number): Promise<number> => {
    const script = join(import.meta.dirname, 'kill.writer.ts');
    const child = spawn(process.execPath, [script, root, String(rowsOfPut)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    let acknowledged = 0;
    for await (const piece of child.stdout) {
      acknowledged += piece.toString().split('\n').length - 1;
      if (acknowledged >= puts) child.kill('SIGKILL');
    }
    await gone;
    return acknowledged;
  };

  it.each([
    [1, 5],
    [12, 5],
    [30, 5],
    // So many are added, not merged: a kill between two commits must not make the retry add them again. And they are kept in a file until there are enough for a commit.
    [1, 1200],
    [6, 1200],
    [4, 3000],
  ])('has every row acknowledged before the kill, after %i puts of %i rows', async (puts, rowsOfPut) => {
    const acknowledged = await killWriterAfter(puts, rowsOfPut);
    const index = createLanceSearchIndex(root);
    // As the job does that is resumed.
    await index.create(generation);
    const numbers = Array.from({ length: acknowledged * rowsOfPut }, (_, n) => n);
    expect(await index.get(generation, blobsOf(...numbers))).toHaveLength(numbers.length);

    // The retry puts everything again: no row twice.
    await index.put(
      generation,
      numbers.map((n) => rowOf(n)),
    );
    await index.settle(generation);
    const hits = await index.query(generation, { vector: vectorOf(0), words: 'text', limit: numbers.length + 100 });
    const keys = hits.map(({ blob, ordinal }) => `${blob}:${ordinal}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(await index.get(generation, blobsOf(...numbers))).toHaveLength(numbers.length);
    await index.close();
  });

  it('makes a generation whose directory was left half-made', async () => {
    const table = join(root, 'repo-1', 'g1.lance');
    await mkdir(join(table, '_versions'), { recursive: true });
    await mkdir(join(table, 'data'));
    await writeFile(join(table, 'data', 'half.lance'), 'half');
    await writeFile(join(table, '_versions', '.tmp_1.manifest_half'), 'half');
    const index = createLanceSearchIndex(root);
    expect(await index.inspect(generation, [])).toEqual({ kind: 'absent' });
    await index.create(generation);
    await index.put(generation, [rowOf(1)]);
    const hits = await index.query(generation, { vector: vectorOf(1), words: 'text', limit: 1 });
    expect(hits[0]?.blob).toBe(oidOf(1));
    await index.drop(generation);
    expect(await index.inspect(generation, [])).toEqual({ kind: 'absent' });
    await index.close();
  });
});
