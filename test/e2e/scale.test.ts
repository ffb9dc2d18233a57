import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeEightFiles, generateRepository } from '../../bench/generate-repository.ts';
import type { JobAnswer } from '../../core/contract/api.ts';
import type { RepositoryId } from '../../core/contract/ids.ts';
import type { Runtime } from '../../core/ports/runtime.ts';
import { countOperations, type Operations } from '../support/count-operations.ts';
import { useWorld } from '../support/use-world.ts';

/** How the work grows with the repository, in operations: each size is twice the one before. */
const sizes = [500, 1000, 2000] as const;

interface Measured {
  readonly full: Operations;
  readonly incremental: Operations;
  readonly nothing: Operations;
  readonly changed: JobAnswer;
}

const counter = countOperations();
const measured = new Map<number, Measured>();
let directory: string;
let jobReads = 0;
const logged = new Map<string, unknown>();
const decorate = (runtime: Runtime): Runtime => ({
  ...counter.decorate(runtime),
  jobs: {
    ...runtime.jobs,
    get: (id) => {
      jobReads += 1;
      return runtime.jobs.get(id);
    },
  },
  logger: { ...runtime.logger, info: (message, facts) => logged.set(message, facts) },
});
const world = useWorld({ decorate });

const measure = async (files: number): Promise<Measured> => {
  const path = join(directory, String(files));
  const id = `of-${files}`;
  await generateRepository(path, files);
  await world.api.register(id, path);
  counter.take();
  const job = await world.api.synced(id);
  expect(job).toMatchObject({ status: 'completed', counts: { added: files } });
  const full = counter.take();
  await changeEightFiles(path, files, 1);
  const changed = await world.api.synced(id);
  expect(changed).toMatchObject({ status: 'completed', counts: { added: 5, modified: 3, unchanged: files - 3 } });
  const incremental = counter.take();
  expect(await world.api.synced(id)).toMatchObject({ status: 'completed' });
  return { full, incremental, nothing: counter.take(), changed };
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'test-scale-'));
  for (const files of sizes) measured.set(files, await measure(files));
}, 300_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

const of = (files: number): Measured => measured.get(files) as Measured;
const pairs = [
  [500, 1000],
  [1000, 2000],
] as const;
const kinds: readonly (keyof Operations)[] = [
  'blobsRead',
  'filesChunked',
  'textsEmbedded',
  'rowsPut',
  'puts',
  'stateWrites',
  'objectsWritten',
  'objectLinesWritten',
  'objectLinesRead',
];

describe('a full sync', () => {
  it.each(pairs)('of twice as many files does at most twice the work (%i, %i)', (small, large) => {
    for (const kind of kinds) {
      const [once, twice] = [of(small).full[kind], of(large).full[kind]];
      // A tenth for chance: the files of the larger repository are not exactly twice as long.
      expect(twice, kind).toBeLessThanOrEqual(once * 2.2);
      expect(once, kind).toBeGreaterThan(0);
    }
  });

  it('reads, chunks and puts everything once', () => {
    for (const files of sizes) {
      const { blobsRead, filesChunked, textsEmbedded, rowsPut } = of(files).full;
      expect(blobsRead).toBeLessThanOrEqual(files);
      expect(filesChunked).toBeLessThanOrEqual(blobsRead);
      // Equal texts of one group are embedded once.
      expect(textsEmbedded).toBeLessThanOrEqual(rowsPut);
    }
  });

  it('writes state by the batch, not by the file', () => {
    const { stateWrites, objectsWritten } = of(2000).full;
    expect(stateWrites).toBeLessThan(50);
    // Of these are packs of texts with their filters, that each batch stands, and pages of the three sets.
    expect(objectsWritten).toBeLessThan(80);
  });
});

describe('an incremental sync of 8 files', () => {
  it('does the same work however large the repository is', () => {
    for (const files of sizes) {
      const { stateWrites, objectsWritten, pagesWritten, pagesRead, puts } = of(files).incremental;
      expect(puts).toBe(1);
      // A changed file that turns out to be none to index costs a batch of its own: two writes of each kind.
      expect(stateWrites).toBeLessThanOrEqual(9);
      // A pack, its filter and its list are three of them; small packs that are too many are written again as one.
      expect(objectsWritten - pagesWritten).toBeLessThanOrEqual(22);
      // 8 paths and 11 places in the set of blobs: the same at 100,000 files, see test/unit/sync/pages.test.ts.
      expect(pagesWritten).toBeLessThanOrEqual(19);
      // Each once: what one step has read, or written, the next ones have.
      expect(pagesRead).toBeLessThanOrEqual(19);
      // Begin reads the root, to see that it is there.
      expect(of(files).incremental).toMatchObject({ rootsRead: 1, pagesListed: 1 });
    }
  });

  it('reads and embeds the changed files only', () => {
    for (const files of sizes) {
      const { incremental, changed } = of(files);
      expect(incremental.blobsRead).toBe(8);
      expect(incremental.rowsPut).toBe((changed.counts?.chunks_embedded ?? 0) + (changed.counts?.chunks_reused ?? 0));
      expect(incremental.textsEmbedded).toBeLessThanOrEqual(changed.counts?.chunks_embedded ?? 0);
    }
  });

  it('goes through the tree’s listing once at most, and writes no list of all files', () => {
    for (const files of sizes) {
      const { objectLinesRead, objectLinesWritten } = of(files).incremental;
      expect(objectLinesRead).toBeLessThanOrEqual(files + 200);
      expect(objectLinesWritten).toBeLessThanOrEqual(files + 200);
    }
  });
});

describe('a sync with nothing changed', () => {
  it('reads no file, no listing and writes a fixed number of small objects', () => {
    for (const files of sizes) {
      const { nothing } = of(files);
      expect(nothing).toMatchObject({ blobsRead: 0, filesChunked: 0, textsEmbedded: 0, rowsPut: 0, puts: 0 });
      // The manifest's root, twice: a line a page of its three sets, and two of the list of files.
      expect(nothing.objectLinesRead).toBeLessThan(110);
      expect({ ...nothing, objectLinesRead: 0 }).toEqual({ ...of(500).nothing, objectLinesRead: 0 });
      expect(nothing).toMatchObject({ pagesRead: 0, pagesWritten: 0 });
    }
  });
});

describe('a sync of one batch', () => {
  it('reads its job once in each step, and in stage again when that is done', async () => {
    await changeEightFiles(join(directory, '500'), 500, 2);
    jobReads = 0;
    expect((await world.api.sync('of-500')).status).toBe(202);
    // Not by the API, which would read the job too.
    while ((await world.server.runtime.repositories.get('of-500' as RepositoryId))?.lock !== undefined) await sleep(20);
    // begin reads none; pull, diff, stage twice, embed-batch, publish.
    expect(jobReads).toBe(6);
    expect(logged.get('sync completed')).toMatchObject({ phase: 'publish', mode: 'incremental' });
  });
});
