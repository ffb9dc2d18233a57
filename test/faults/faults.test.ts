import { describe, expect, it } from 'vitest';
import { campaign, historyOf } from './campaign.ts';
import { playHistory } from './play-history.ts';

const size = { operations: 14, faults: 10 };

describe('random histories of a service with faults', () => {
  it('keep every promise, whatever fails', { timeout: 600_000 }, async () => {
    const { seed, sums, failure } = await campaign({ ...size, histories: 300 });
    process.stdout.write(`${sums.histories} histories of seed ${seed}: ${sums.jobs} jobs, ${sums.looks} looks\n`);
    const again = `npm run test:faults -- --seed ${failure?.seed} --histories 1`;
    expect(failure?.played.violations ?? [], `${again}\n${JSON.stringify(failure?.history)}`).toEqual([]);
  });

  it('take the same course over the database of one machine', { timeout: 600_000 }, async () => {
    const first = 1 + Math.floor(Math.random() * 1_000_000);
    process.stdout.write(`15 histories of seed ${first} in memory and over SQLite\n`);
    for (let seed = first; seed < first + 15; seed++) {
      const history = historyOf(seed, size);
      const inMemory = await playHistory(history);
      const onDisk = await playHistory(history, { database: 'sqlite' });
      const again = `npm run test:faults -- --seed ${seed} --histories 1 --database sqlite`;
      expect(onDisk.violations, again).toEqual([]);
      expect(onDisk.trace, again).toEqual(inMemory.trace);
      expect(onDisk.calls, again).toBe(inMemory.calls);
    }
  });

  it('take the same course each time', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const history = historyOf(seed, size);
      const first = await playHistory(history);
      const second = await playHistory(history);
      expect(second.print).toBe(first.print);
      expect((await playHistory({ ...history, seed: history.seed + 1 })).print).not.toBe(first.print);
    }
  });
});
