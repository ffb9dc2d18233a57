import { beforeEach, describe, expect, it } from 'vitest';
import type { JobId } from '../../../core/contract/ids.ts';
import type { PushDeliveries } from '../../../core/ports/push-deliveries.ts';
import { aRepositoryId } from '../../support/sync-records.ts';

const at = new Date('2026-01-02T00:00:00.000Z');
const later = (seconds: number): Date => new Date(at.getTime() + seconds * 1000);
const started = {
  outcome: 'started',
  job_id: 'sync-00000000-0000-4000-8000-000000000000' as JobId,
  reason: null,
} as const;

/** What every PushDeliveries does. `make` gives one over new, empty state. */
export const pushDeliveriesContract = (name: string, make: () => Promise<PushDeliveries>): void => {
  describe(`${name} as PushDeliveries`, () => {
    let deliveries: PushDeliveries;
    const repository = { repository_id: aRepositoryId(), created_at: '2026-01-01T00:00:00.000Z' };
    beforeEach(async () => {
      deliveries = await make();
    });

    it('knows nothing at first, and nothing of what has no id', async () => {
      expect(await deliveries.answerTo(repository, ['a'], at)).toBeNull();
      await deliveries.remember(repository, [], started, at);
      expect(await deliveries.answerTo(repository, [], at)).toBeNull();
    });

    it('knows an answer by each of its ids, for a day', async () => {
      await deliveries.remember(repository, ['a', 'x'.repeat(5000)], started, at);
      for (const ids of [['a'], ['b', 'a'], ['x'.repeat(5000)]])
        expect(await deliveries.answerTo(repository, ids, later(86_399))).toEqual(started);
      expect(await deliveries.answerTo(repository, ['b'], at)).toBeNull();
      expect(await deliveries.answerTo(repository, ['a'], later(86_400))).toBeNull();
    });

    it('tells it of the repository that was pushed to, and of no other, even under its id', async () => {
      await deliveries.remember(repository, ['a'], started, at);
      const other = { ...repository, repository_id: aRepositoryId() };
      const reborn = { ...repository, created_at: '2026-01-01T12:00:00.000Z' };
      for (const each of [other, reborn]) expect(await deliveries.answerTo(each, ['a'], at)).toBeNull();
    });
  });
};
