import type { Table } from '@lancedb/lancedb';
import { expect, it } from 'vitest';
import { createUpkeep } from '../../../../adapters/lancedb/upkeep.ts';

const later = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** An upkeep of a table that stands for itself, and how often its word index was built. */
const hurrying = (build: (n: number) => Promise<void>) => {
  let builds = 0;
  const upkeep = createUpkeep({
    table: async () => ({}) as Table,
    versions: async () => 1,
    plan: () => ({ optimize: false, buildVectors: false }),
    quietMs: 600_000,
    writes: () => 0,
    isCluttered: async () => false,
    pruned: async () => undefined,
    rested: () => undefined,
    catchUp: () => build(++builds),
    merging: () => undefined,
    merged: async () => undefined,
  });
  return { upkeep, builds: () => builds };
};

it('is built once, however many jobs end while it is overdue', async () => {
  const { upkeep, builds } = hurrying(() => later(100));
  for (let job = 0; job < 20; job++) {
    upkeep.settled(true);
    await later(10);
  }
  await upkeep.idle();
  expect(builds()).toBe(1);
  // Not at once: it would take the processor from the jobs.
  upkeep.settled(true);
  await upkeep.idle();
  expect(builds()).toBe(1);
  await upkeep.stop();
});

it('is built anew in time, also behind one that failed or was stopped before it began', async () => {
  const { upkeep, builds } = hurrying(async (n) => {
    if (n === 1) throw new Error('the disk is full');
  });
  upkeep.settled(true);
  await upkeep.idle();
  expect(builds()).toBe(1);
  await expect
    .poll(async () => {
      upkeep.settled(true);
      await upkeep.idle();
      return builds();
    })
    .toBe(2);

  const stopped = hurrying(() => later(50));
  stopped.upkeep.settled(true);
  await stopped.upkeep.stop();
  const before = stopped.builds();
  expect(before).toBe(0);
  stopped.upkeep.settled(true);
  await stopped.upkeep.idle();
  expect(stopped.builds()).toBe(1);
  await stopped.upkeep.stop();
});
