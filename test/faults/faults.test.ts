import { describe, expect, it } from 'vitest';
import { freshSeed } from './campaign.ts';
import { runApart } from './run-apart.ts';

const size = { operations: 14, faults: 10 };
const histories = 500;

/** Minutes where the machine has other things to do. */
const timeout = 900_000;

describe('random histories of a service with faults', () => {
  it('keep every promise, whatever fails', { timeout }, async () => {
    const seed = freshSeed(histories);
    process.stdout.write(`${histories} histories of seed ${seed}\n`);
    const { failure, ...played } = await runApart('campaign', size, seed, histories);
    process.stdout.write(
      `${played.histories} histories of seed ${seed}: ${played.jobs} jobs, ${played.plans} plans, ${played.looks} looks\n`,
    );
    const again = `npm run test:faults -- --seed ${failure?.seed} --histories 1`;
    expect(failure?.violations ?? [], `${again}\n${JSON.stringify(failure?.history)}`).toEqual([]);
    expect(played.histories).toBe(histories);
    expect(played.jobs).toBeGreaterThan(histories);
    expect(played.plans).toBeGreaterThan(0);
    expect(played.headStarts).toBeGreaterThan(0);
  });

  it('take the same course over the database of one machine', { timeout }, async () => {
    const first = 1 + Math.floor(Math.random() * 1_000_000);
    process.stdout.write(`6 histories of seed ${first} in memory and over SQLite\n`);
    for (const [at, pair] of (await runApart('courses', size, first, 6, ['memory', 'sqlite'])).entries()) {
      const [inMemory, onDisk] = pair;
      const again = `npm run test:faults -- --seed ${first + at} --histories 1 --database sqlite`;
      expect(onDisk?.violations, again).toEqual([]);
      expect(onDisk?.trace, again).toEqual(inMemory?.trace);
      expect(onDisk?.calls, again).toBe(inMemory?.calls);
    }
  });

  it('take the same course each time', { timeout }, async () => {
    for (const [seed, [first, second, other]] of (await runApart('again', size, 4)).entries()) {
      expect(second, String(seed)).toBe(first);
      expect(other, String(seed)).not.toBe(first);
    }
  });
});
