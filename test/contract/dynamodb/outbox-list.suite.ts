import { describe, expect, it } from 'vitest';
import { DeliveryId } from '../../../core/contract/events.ts';
import { aRepository, aRepositoryId } from '../../support/sync-records.ts';
import { at, attempt, type JobPorts, setUpOutbox } from './job-set-up.ts';

/** What every Outbox does for who looks at deliveries and asks for them again. `make` gives ports over new, empty state. */
export const outboxListContract = (name: string, make: () => Promise<JobPorts>): void => {
  describe(`${name} as an Outbox, for who looks`, () => {
    const { under, register, put, leaseOne } = setUpOutbox(make);

    describe('redeliver', () => {
      it.each(['delivered', 'failed'] as const)('makes due what was %s, with its log', async (status) => {
        await put(await register());
        const leased = await leaseOne(2);
        await under.outbox.record(leased, attempt(2), { status });
        const again = await under.outbox.redeliver(leased.repository_id, leased.delivery_id, at(9));
        expect(again).toEqual({
          ...leased,
          status: 'pending',
          attempts: [attempt(2)],
          tries: 1,
          next_attempt_at: at(9).toISOString(),
        });
        expect(await leaseOne(9)).toEqual(again);
      });

      it('brings forward what waits for its next try', async () => {
        await put(await register());
        const leased = await leaseOne(2);
        await under.outbox.record(leased, attempt(2), { status: 'pending', at: at(50) });
        await under.outbox.redeliver(leased.repository_id, leased.delivery_id, at(3));
        expect(await leaseOne(3)).toMatchObject({ tries: 1 });
      });

      it('is not undone by what a try came to that began before it', async () => {
        await put(await register());
        const leased = await leaseOne(2);
        await under.outbox.redeliver(leased.repository_id, leased.delivery_id, at(3));
        expect(await under.outbox.record(leased, attempt(4), { status: 'failed' })).toBe('lost');
        expect((await leaseOne(4)).status).toBe('pending');
      });

      it('is null for what is not there, or is another repository’s', async () => {
        const delivery = await put(await register());
        expect(await under.outbox.redeliver(await register(), delivery.delivery_id, at(2))).toBeNull();
        expect(await under.outbox.redeliver(aRepositoryId(), delivery.delivery_id, at(2))).toBeNull();
        const absent = DeliveryId.parse('msg-ffffffff-ffff-8000-8000-000000000000');
        expect(await under.outbox.redeliver(delivery.repository_id, absent, at(2))).toBeNull();
      });
    });

    describe('list', () => {
      it('gives a repository’s deliveries, newest first, page by page', async () => {
        const id = await register();
        const ids: string[] = [];
        for (let second = 1; second <= 7; second++) ids.unshift((await put(id, second)).delivery_id);
        await put(await register());
        const pages: string[][] = [];
        for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
          const page = await under.outbox.list(id, 3, cursor);
          pages.push(page.items.map(({ delivery_id }) => delivery_id));
          cursor = page.next;
        }
        expect(pages).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)]);
      });

      it('is empty for a repository without any, or that is not there', async () => {
        expect(await under.outbox.list(await register(), 10, null)).toEqual({ items: [], next: null });
        expect(await under.outbox.list(aRepositoryId(), 10, null)).toEqual({ items: [], next: null });
      });

      it('refuses a cursor that is not its own', async () => {
        const id = await register();
        await put(id, 1);
        await put(id, 2);
        const { next } = await under.outbox.list(id, 1, null);
        await expect(under.outbox.list(await register(), 1, next)).rejects.toThrow(RangeError);
        await expect(under.outbox.list(id, 1, 'nonsense')).rejects.toThrow(RangeError);
        const forged = Buffer.from(JSON.stringify(['deliveries', id, 'msg-1'])).toString('base64url');
        await expect(under.outbox.list(id, 1, forged)).rejects.toThrow(RangeError);
      });

      it('does not show what another repository of the same name was told', async () => {
        const id = await register();
        const old = await put(id, 1);
        await put(id, 2);
        const { next } = await under.outbox.list(id, 1, null);
        await under.repositories.delete(id);
        await under.repositories.create(aRepository({ repository_id: id, created_at: at(5).toISOString() }));
        expect(await under.outbox.list(id, 10, null)).toEqual({ items: [], next: null });
        expect(await under.outbox.list(id, 10, next)).toEqual({ items: [], next: null });
        expect(await under.outbox.redeliver(id, old.delivery_id, at(6))).toBeNull();
        const own = await put(id, 7);
        expect((await under.outbox.list(id, 10, null)).items).toEqual([own]);
      });
    });

    it('keeps deliveries and follow-ups out of the history of jobs', async () => {
      const id = await register();
      const delivery = await put(id);
      expect((await under.jobs.list(id, 100, null)).items.map(({ job_id }) => job_id)).toEqual([delivery.job_id]);
    });
  });
};
