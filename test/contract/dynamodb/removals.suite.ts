import { beforeEach, describe, expect, it } from 'vitest';
import type { RepositoryRecord } from '../../../core/contract/records.ts';
import type { Removal } from '../../../core/contract/removal-records.ts';
import type { Removals } from '../../../core/ports/removals.ts';
import type { JobStores } from '../../support/job-stores.ts';
import { aJob, aPlan, aPointer, aPublication, aRepository } from '../../support/sync-records.ts';
import { at, recipe } from './job-set-up.ts';

type Stores = JobStores & { readonly removals: Removals };

/** What every Removals does beside the RepositoryStore of the same tables. */
export const removalsContract = (name: string, make: () => Promise<Stores>): void => {
  describe(`${name} as Removals`, () => {
    let stores: Stores;
    beforeEach(async () => {
      stores = await make();
    });

    /** Registered, and synced once into generation 1. */
    const synced = async (more: Partial<RepositoryRecord> = {}): Promise<RepositoryRecord> => {
      const { claims, running, ends, repositories } = stores;
      const repository = aRepository(more);
      const id = repository.repository_id;
      await repositories.create(repository);
      const claim = await claims.claim({ job: aJob(id), force: false, clearIndex: false });
      if (claim.kind !== 'claimed') throw new Error(claim.kind);
      const { job } = claim;
      await running.begin(job, at(1));
      const generation = (await running.takeGeneration(job)) as number;
      const report = {
        mode: 'full',
        modeReason: null,
        generation,
        filesTotal: 1,
        filesDone: 0,
        plan: aPlan(),
        at: at(2),
      } as const;
      await running.recordDiff(job, { ...report, generationRecord: recipe });
      const branches = { main: aPointer({ generation }) };
      await ends.publish(job, aPublication({ branches, generation: { number: generation } }));
      return (await repositories.get(id)) as RepositoryRecord;
    };

    it('know nothing of a repository that is there', async () => {
      const repository = await synced();
      expect(await stores.removals.of(repository)).toBeNull();
      expect(await stores.removals.due(new Date(), 10)).toEqual([]);
    });

    it('say what is to be cleared, from the deletion on until it is settled', async () => {
      const repository = await synced();
      await stores.repositories.delete(repository.repository_id);
      const removal = {
        repository_id: repository.repository_id,
        registered: repository.created_at,
        fence: repository.fence,
        generations: [1],
        cleared_at: null,
      };
      expect(await stores.removals.of(repository)).toEqual(removal);
      expect(await stores.removals.due(new Date(), 10)).toEqual([removal]);
      await stores.removals.settle(removal);
      expect(await stores.removals.of(repository)).toBeNull();
      expect(await stores.removals.due(new Date(), 10)).toEqual([]);
      await stores.removals.settle(removal);
    });

    it('are due once more when all was removed, at the time that was said and not before', async () => {
      const repository = await synced();
      await stores.repositories.delete(repository.repository_id);
      const removal = (await stores.removals.of(repository)) as Removal;
      const [now, again] = [new Date(), new Date(Date.now() + 1_200_000)];
      await stores.removals.cleared(removal, now, again);
      const cleared = { ...removal, cleared_at: now.toISOString() };
      expect(await stores.removals.of(repository)).toEqual(cleared);
      expect(await stores.removals.due(now, 10)).toEqual([]);
      expect(await stores.removals.due(again, 10)).toEqual([cleared]);
      await stores.removals.settle(removal);
      // It comes late: what is settled stays so.
      await stores.removals.cleared(removal, now, again);
      expect(await stores.removals.of(repository)).toBeNull();
      expect(await stores.removals.due(again, 10)).toEqual([]);
    });

    it('name generations that wait for their removal, too', async () => {
      const repository = await synced({ leftovers: [{ kind: 'generation', generation: 7 }] });
      await stores.repositories.delete(repository.repository_id);
      const removal = await stores.removals.of(repository);
      // The publish has replaced the list.
      expect(removal?.generations).toEqual([1]);
      const other = aRepository({ leftovers: [{ kind: 'generation', generation: 7 }] });
      await stores.repositories.create(other);
      await stores.repositories.delete(other.repository_id);
      expect((await stores.removals.of(other))?.generations).toEqual([7]);
    });

    it('are apart for two that had the same id, and the second one’s jobs have higher fences', async () => {
      const first = await synced({ created_at: '2026-01-01T00:00:00.000Z' });
      await stores.repositories.delete(first.repository_id);
      const second = await synced({ repository_id: first.repository_id, created_at: '2026-01-02T00:00:00.000Z' });
      expect(second.fence).toBeGreaterThan(first.fence);
      expect(await stores.removals.of(second)).toBeNull();
      await stores.repositories.delete(first.repository_id);
      const due = await stores.removals.due(new Date(), 10);
      expect(due.map(({ registered, generations }) => [registered, generations])).toEqual([
        [first.created_at, [1]],
        [second.created_at, [2]],
      ]);
      await stores.removals.settle(due[0] as (typeof due)[number]);
      expect(await stores.removals.of(second)).not.toBeNull();
    });

    it('are not recorded of a busy repository, which stays', async () => {
      const repository = await synced();
      await stores.claims.claim({ job: aJob(repository.repository_id), force: false, clearIndex: false });
      expect(await stores.repositories.delete(repository.repository_id)).toBe('busy');
      expect(await stores.removals.of(repository)).toBeNull();
    });

    it('come oldest first, so many as asked for', async () => {
      const days = ['03', '01', '02'].map((day) => `2026-01-${day}T00:00:00.000Z`);
      for (const created_at of days) {
        const { repository_id } = await synced({ created_at });
        await stores.repositories.delete(repository_id);
      }
      const due = await stores.removals.due(new Date(), 2);
      expect(due.map(({ registered }) => registered)).toEqual([days[1], days[2]]);
    });
  });
};
