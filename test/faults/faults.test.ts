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
