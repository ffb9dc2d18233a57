import fc from 'fast-check';
import { expect, it } from 'vitest';
import { blobKeyOf, blobLine, blobSet } from '../../../core/manifest/pages/manifest-sets.ts';
import type { PageChange } from '../../../core/manifest/pages/paged-set.ts';
import { createChangeSorter } from '../../../core/sync/in-order.ts';
import { MemoryObjectStore } from '../../faults/memory/memory-objects.ts';
import { indexedEntry } from '../../support/manifest-entries.ts';

const pulse = { check: async () => undefined };
const sorterOf = (objects: MemoryObjectStore, mostHeld: number) =>
  createChangeSorter({ objects, kind: blobSet, runKey: (run) => `runs/${run}.zst`, pulse, mostHeld });

/** What a path of some blob becomes. Few blobs, so that some are at many paths; names that look like what stands before a line. */
const change: fc.Arbitrary<{ blob: number; path: string; goes: boolean }> = fc.record({
  blob: fc.nat({ max: 40 }).map((n) => n * 0x1234567),
  path: fc.stringMatching(/^[-+a-c./ü\u2028]{1,4}$/),
  goes: fc.boolean(),
});

const changeOf = ({ blob, path, goes }: { blob: number; path: string; goes: boolean }): PageChange => {
  const entry = { ...indexedEntry(path), oid: blob.toString(16).padStart(40, '0').split('').reverse().join('') };
  return { key: blobKeyOf(entry), line: goes ? null : blobLine(entry) };
};

it('gives the same changes in the same order, however few of them it may hold', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(change, { selector: ({ blob, path }) => `${blob}\t${path}`, maxLength: 120 }),
      fc.integer({ min: 1, max: 130 }),
      async (asked, mostHeld) => {
        const changes = asked.map(changeOf);
        const objects = new MemoryObjectStore();
        const sorter = sorterOf(objects, mostHeld);
        for (const each of changes) {
          // It goes first, and then it stays after all.
          if (each.line !== null) sorter.add({ key: each.key, line: null });
          sorter.add(each);
          await sorter.makeRoom();
        }
        expect((await Array.fromAsync(sorter.sorted())).flat()).toEqual(
          changes.toSorted((a, b) => blobSet.compare(a.key, b.key)),
        );
        expect(objects.keys('runs/')).toHaveLength(Math.floor(changes.length / mostHeld));
      },
    ),
  );
});

it('gives long shares in blocks, and may be left before the end', async () => {
  const objects = new MemoryObjectStore();
  const sorter = sorterOf(objects, 1_000);
  for (let n = 0; n < 4_500; n++) {
    const entry = { ...indexedEntry(`src/${n}`), oid: (n % 3).toString(16).repeat(40) };
    sorter.add({ key: blobKeyOf(entry), line: blobLine(entry) });
    await sorter.makeRoom();
  }
  const lengths: number[] = [];
  for await (const block of sorter.sorted()) lengths.push(block.length);
  expect(Math.max(...lengths)).toBe(256);
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(4_500);

  for await (const block of sorter.sorted()) {
    expect(block).toHaveLength(256);
    break;
  }
});

it('fails when a run is lost, and gives nothing less', async () => {
  const objects = new MemoryObjectStore();
  const sorter = sorterOf(objects, 2);
  for (let n = 0; n < 5; n++) {
    sorter.add(changeOf({ blob: n, path: 'a', goes: false }));
    await sorter.makeRoom();
  }
  await objects.delete(['runs/1.zst']);
  await expect(Array.fromAsync(sorter.sorted())).rejects.toThrow('runs/1.zst');
});
