import { beforeEach, describe, expect, it } from 'vitest';
import type { TokenQuota } from '../../../core/ports/token-quota.ts';

/** What every TokenQuota does. `make` gives one over new, empty state. */
export const tokenQuotaContract = (name: string, make: () => Promise<TokenQuota>): void => {
  describe(`${name} as a TokenQuota`, () => {
    const day = '2026-11-26';
    let quota: TokenQuota;
    beforeEach(async () => {
      quota = await make();
    });

    it('takes what there is room for, and nothing when there is not', async () => {
      expect(await quota.used('ann', day)).toBe(0);
      expect(await quota.take('ann', day, 60, 100)).toBe('taken');
      expect(await quota.take('ann', day, 41, 100)).toBe('refused');
      expect(await quota.used('ann', day)).toBe(60);
      expect(await quota.take('ann', day, 40, 100)).toBe('taken');
      expect(await quota.take('ann', day, 1, 100)).toBe('refused');
      expect(await quota.take('ann', day, 0, 100)).toBe('taken');
    });

    it('never takes more than a whole day has', async () => {
      expect(await quota.take('ann', day, 101, 100)).toBe('refused');
      expect(await quota.used('ann', day)).toBe(0);
    });

    it('never lets those who take at once have more together', async () => {
      const outcomes = await Promise.all(Array.from({ length: 30 }, () => quota.take('ann', day, 7, 100)));
      expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(14);
      expect(await quota.used('ann', day)).toBe(98);
    });

    it('takes back what was not used', async () => {
      await quota.take('ann', day, 100, 100);
      await quota.giveBack('ann', day, 30);
      expect(await quota.used('ann', day)).toBe(70);
      expect(await quota.take('ann', day, 30, 100)).toBe('taken');
    });

    it('makes no room by giving back what was never taken', async () => {
      await quota.giveBack('ann', day, 30);
      expect(await quota.used('ann', day)).toBe(0);
    });

    it('keeps users and days apart', async () => {
      await quota.take('ann', day, 100, 100);
      expect(await quota.take('bob', day, 100, 100)).toBe('taken');
      expect(await quota.take('ann', '2026-11-27', 100, 100)).toBe('taken');
    });
  });
};
