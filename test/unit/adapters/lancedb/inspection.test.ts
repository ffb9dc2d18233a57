import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@lancedb/lancedb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInspection, tellsOfDamage } from '../../../../adapters/lancedb/inspection.ts';
import { filesOfVersion, versionsIn } from '../../../../adapters/lancedb/manifest-files.ts';
import { createLanceSearchIndex, type LanceSearchIndex } from '../../../../adapters/lancedb/search-index.ts';
import { GenerationNotFoundError, IndexDamagedError } from '../../../../core/domain/errors.ts';
import type { IndexRow } from '../../../../core/ports/search-index.ts';

const dimensions = 16;
const generation = { repositoryId: 'repo-1', number: 1, dimensions, identity: 'sync-1 hash' };
const rowOf = (n: number): IndexRow => ({
  blob: n.toString(16).padStart(40, '0'),
  ordinal: 0,
  startLine: 1,
  endLine: 2,
  text: `word${n} shared`,
  languages: [],
  vector: Float32Array.from({ length: dimensions }, (_, i) => (i === n % dimensions ? 1 : 0)),
});
const blobs = (...numbers: number[]) => numbers.map((n) => ({ oid: rowOf(n).blob, chunks: 1 }));
const shared = { vector: rowOf(1).vector, words: 'shared', limit: 100 };

describe('a table on disk', () => {
  let root: string;
  let index: LanceSearchIndex;
  const table = () => join(root, 'repo-1', 'g1.lance');
  /** As a start of the process does: nothing of the table is in memory. */
  const openAnew = async (): Promise<void> => {
    await index.close();
    index = createLanceSearchIndex(root);
  };
  const inspect = () => index.inspect(generation, [rowOf(90).blob]);

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lance-inspection-'));
    index = createLanceSearchIndex(root);
    await index.create(generation);
    // Two commits of a large job, indices over them, a row put since, and a row deleted.
    for (const from of [0, 50])
      await index.put(
        generation,
        Array.from({ length: 50 }, (_, n) => rowOf(from + n)),
      );
    await index.settle(generation);
    await index.put(generation, [rowOf(100)]);
    await index.delete(generation, blobs(7));
    expect(await inspect()).toEqual({ kind: 'whole', rows: 100 });
  });
  afterEach(async () => {
    await index.close();
    await rm(root, { recursive: true });
  });

  const filesBelow = async (directory: string): Promise<string[]> =>
    (await readdir(join(table(), directory), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  const newestVersion = async (): Promise<string> => join(table(), '_versions', (await versionsIn(table()))[0] ?? '');

  it('counts on each of its files, by what its newest version says', async () => {
    const [version = ''] = await versionsIn(table());
    const files = await filesOfVersion(table(), version);
    const data = (await filesBelow('data')).map((file) => file.slice(table().length + 1));
    expect(files.map(({ path }) => path).filter((path) => path.startsWith('data/'))).toEqual(
      expect.arrayContaining(data),
    );
    const deletions = (await filesBelow('_deletions')).map((file) => file.slice(table().length + 1));
    expect(deletions.length).toBeGreaterThan(0);
    expect(files.map(({ path }) => path)).toEqual(expect.arrayContaining(deletions));
    for (const { path, bytes } of files)
      if (bytes !== null) expect(bytes).toBe((await readFile(join(table(), path))).length);
  });

  it.each(['data', '_deletions', '_indices'])('misses each file below %s, in memory or not', async (directory) => {
    for (const file of await filesBelow(directory)) {
      // An index without rows is built with the table, and replaced by the settle.
      const before = await readFile(file);
      await rm(file);
      const state = await inspect();
      await writeFile(file, before);
      if (directory === '_indices' && state.kind === 'whole') continue;
      expect(state, file).toMatchObject({ kind: 'damaged' });
      expect(await inspect(), 'put back').toEqual({ kind: 'whole', rows: 100 });
    }
  });

  it('asks LanceDB once a version, and looks at the files each time', async () => {
    const opened = await (await connect(join(root, 'repo-1'))).openTable('g1');
    let asked = 0;
    const counting = new Proxy(opened, {
      get: (target, member) => {
        const value: unknown = Reflect.get(target, member);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          asked += 1;
          return value.apply(target, args);
        };
      },
    });
    const inspection = createInspection(table());
    const look = () => inspection(counting, generation, [rowOf(90).blob]);
    expect(await look()).toEqual({ kind: 'whole', rows: 100 });
    const first = asked;
    expect(await look()).toEqual({ kind: 'whole', rows: 100 });
    expect(asked).toBe(first);

    await index.put(generation, [rowOf(300)]);
    await opened.checkoutLatest();
    expect(await look()).toEqual({ kind: 'whole', rows: 101 });
    expect(asked).toBeGreaterThan(first);

    const [file = ''] = await filesBelow('data');
    await rm(file);
    expect(await look()).toMatchObject({ kind: 'damaged' });
    opened.close();
  });

  it('misses the files of all of its indices', async () => {
    await rm(join(table(), '_indices'), { recursive: true });
    expect(await inspect()).toMatchObject({ kind: 'damaged' });
  });

  it('notices a file that is cut short', async () => {
    const [file = ''] = await filesBelow('data');
    await truncate(file, 100);
    expect(await inspect()).toMatchObject({ kind: 'damaged', why: expect.stringContaining('100 of') });
  });

  it.each([0, 10, 500])('notices a newest version that is cut to %i bytes', async (bytes) => {
    await truncate(await newestVersion(), bytes);
    expect(await inspect()).toMatchObject({ kind: 'damaged' });
    await openAnew();
    expect(await inspect()).toMatchObject({ kind: 'damaged' });
    const next = { ...generation, identity: 'sync-2 hash' };
    await index.create(next);
    expect(await index.inspect(next, [])).toEqual({ kind: 'whole', rows: 0 });
  });

  it('is an older one when its newest versions are gone: then rows are missing', async () => {
    for (const version of (await versionsIn(table())).slice(0, 2)) await rm(join(table(), '_versions', version));
    await openAnew();
    expect(await index.inspect(generation, [rowOf(100).blob])).toMatchObject({ kind: 'damaged' });
  });

  it('is absent when all versions are gone, whatever else is left', async () => {
    await rm(join(table(), '_versions'), { recursive: true });
    expect(await inspect()).toEqual({ kind: 'absent' });
    await expect(index.put(generation, [rowOf(1)])).rejects.toThrow(GenerationNotFoundError);
    await expect(index.query(generation, shared)).rejects.toThrow(GenerationNotFoundError);
    expect(await versionsIn(table())).toEqual([]);
  });

  it('is not made again by a put when it is deleted under the hands of a job', async () => {
    await index.put(generation, [rowOf(200)]);
    await rm(root, { recursive: true });
    await expect(index.put(generation, [rowOf(201)])).rejects.toThrow(GenerationNotFoundError);
    expect(await inspect()).toEqual({ kind: 'absent' });
    await index.create(generation);
    expect(await inspect()).toMatchObject({ kind: 'damaged' });
    expect(await index.query(generation, shared)).toEqual([]);
  });

  it('reports damage under its name to whoever stumbles on it, and remembers it until it is dropped', async () => {
    const files = await filesBelow('data');
    const contents = await Promise.all(files.map((file) => readFile(file)));
    for (const file of files) await rm(file);
    await openAnew();
    await expect(index.query(generation, shared)).rejects.toThrow(IndexDamagedError);
    await expect(index.get(generation, blobs(1))).rejects.toThrow(IndexDamagedError);
    await expect(index.delete(generation, blobs(1))).rejects.toThrow(IndexDamagedError);
    await Promise.all(files.map((file, i) => writeFile(file, contents[i] ?? '')));
    expect(await inspect()).toMatchObject({ kind: 'damaged' });
    await index.drop(generation);
    expect(await inspect()).toEqual({ kind: 'absent' });
    await index.create(generation);
    expect(await index.inspect(generation, [])).toEqual({ kind: 'whole', rows: 0 });
  });

  it('is looked at while it is written, settled and pruned, and is never taken for damaged', async () => {
    await index.close();
    index = createLanceSearchIndex(root, {
      graceMs: 0,
      plan: () => ({ optimize: true, buildWords: true, buildVectors: false }),
    });
    let writing = true;
    const writes = (async () => {
      for (let n = 300; n < 310; n++) {
        await index.put(generation, [rowOf(n)]);
        await index.settle(generation);
      }
    })().finally(() => {
      writing = false;
    });
    while (writing) expect(await inspect()).toMatchObject({ kind: 'whole' });
    await writes;
    expect(await inspect()).toEqual({ kind: 'whole', rows: 110 });
  });
});

describe('an error of LanceDB', () => {
  it.each([
    ['lance error: Not found: repo/g1.lance/_indices/x/index.idx', true],
    ['LanceError(IO): Generic N/A error: Wrapped error: Not found: data/x.lance', true],
    ['Corrupt file: magic number does not match', true],
    ['Too many open files (os error 24)', false],
    ['No space left on device, file not found', false],
    ['Permission denied (os error 13)', false],
    ['query vector dimension(128) does not match with column dimension(64)', false],
  ])('%s: damage is %s', (text, expected) => {
    expect(tellsOfDamage(new Error(text))).toBe(expected);
  });
});
