import { beforeEach, describe, expect, it } from 'vitest';
import { type Delivery, type DeliveryAttempt, DeliveryId } from '../../../core/contract/events.ts';
import type { RepositoryId } from '../../../core/contract/ids.ts';
import type { Outbox } from '../../../core/ports/outbox.ts';
import type { RepositoryStore } from '../../../core/ports/repository-store.ts';
import type { SyncStore } from '../../../core/ports/sync-store.ts';
import { aJob, aRepository, aRepositoryId } from '../../support/sync-records.ts';

export interface OutboxUnderTest {
  readonly repositories: RepositoryStore;
  readonly sync: SyncStore;
  readonly outbox: Outbox;
}

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 2, 0, 0, second));
const hook = 'https://hooks.example/sync';
const attempt = (second: number, parts: Partial<DeliveryAttempt> = {}): DeliveryAttempt => ({
  at: at(second).toISOString(),
  status: 500,
  error: null,
  milliseconds: 12,
  ...parts,
});

/** What every Outbox does with what a SyncStore puts. `make` gives stores over new, empty state. */
export const outboxContract = (name: string, make: () => Promise<OutboxUnderTest>): void => {
  describe(`${name} as an Outbox`, () => {
    let under: OutboxUnderTest;
    let outbox: Outbox;
    beforeEach(async () => {
      under = await make();
      ({ outbox } = under);
    });
    const register = async (): Promise<RepositoryId> => {
      const repository = aRepository();
      await under.repositories.create(repository);
      return repository.repository_id;
    };
    /** One delivery: of the cancellation of a job that was made for it. */
    const put = async (id: RepositoryId, second = 1, url = hook): Promise<Delivery> => {
      const { options } = aJob(id);
      const job = aJob(id, { options: { ...options, progress_webhook: url } });
      await under.sync.claim({ job, force: false, clearIndex: false });
      await under.sync.cancel(job.job_id, at(second));
      const [newest] = (await outbox.list(id, 100, null)).items.filter(({ job_id }) => job_id === job.job_id);
      if (newest === undefined) throw new Error('nothing was put');
      return newest;
    };
    const leaseOne = async (second: number): Promise<Delivery> => {
      const [leased, ...more] = await outbox.lease(at(second), 10, 20);
      if (leased === undefined || more.length > 0) throw new Error('not one is due');
      return leased;
    };
    const found = async ({ repository_id, delivery_id }: Delivery): Promise<Delivery | undefined> =>
      (await outbox.list(repository_id, 100, null)).items.find((each) => each.delivery_id === delivery_id);

    describe('lease', () => {
      it('gives nothing where nothing is due', async () => {
        await put(await register(), 5);
        expect(await outbox.lease(at(4), 10, 20)).toEqual([]);
      });

      it('gives what is due, oldest first, and no more than asked for', async () => {
        const id = await register();
        const put20 = [];
        for (let second = 1; second <= 20; second++) put20.push((await put(id, second)).delivery_id);
        const first = await outbox.lease(at(30), 7, 20);
        expect(first.map(({ delivery_id }) => delivery_id)).toEqual(put20.slice(0, 7));
        const rest = await outbox.lease(at(30), 100, 20);
        expect(rest.map(({ delivery_id }) => delivery_id)).toEqual(put20.slice(7));
      });

      it('keeps a delivery from others until the lease ends, and gives it again then: its deliverer has died', async () => {
        const delivery = await put(await register());
        expect(await leaseOne(2)).toEqual(delivery);
        expect(await outbox.lease(at(21), 10, 20)).toEqual([]);
        expect(await leaseOne(22)).toEqual(delivery);
      });

      it('gives each of ten to one of five deliverers that come at once', async () => {
        const id = await register();
        const ids = await Promise.all(
          Array.from({ length: 10 }, async () => (await put(await register())).delivery_id),
        );
        ids.push((await put(id)).delivery_id);
        const taken = await Promise.all(Array.from({ length: 5 }, () => outbox.lease(at(2), 100, 20)));
        const leased = taken.flat().map(({ delivery_id }) => delivery_id);
        expect(leased.sort()).toEqual(ids.sort());
      });
    });

    describe('record', () => {
      it('keeps an attempt, and tries again when the time has come', async () => {
        await put(await register());
        const leased = await leaseOne(2);
        expect(await outbox.record(leased, attempt(2), { status: 'pending', at: at(40) })).toBe('kept');
        const expected = { ...leased, attempts: [attempt(2)], tries: 1, next_attempt_at: at(40).toISOString() };
        expect(await found(leased)).toEqual(expected);
        expect(await outbox.lease(at(39), 10, 20)).toEqual([]);
        expect(await leaseOne(40)).toEqual(expected);
      });

      it.each(['delivered', 'failed', 'disabled'] as const)('ends a delivery as %s', async (status) => {
        await put(await register());
        const leased = await leaseOne(2);
        expect(await outbox.record(leased, attempt(2), { status })).toBe('kept');
        expect(await found(leased)).toEqual({
          ...leased,
          status,
          attempts: [attempt(2)],
          tries: 1,
          next_attempt_at: null,
        });
        expect(await outbox.lease(at(59), 10, 20)).toEqual([]);
        expect(await outbox.disabled(leased.repository_id, hook)).toBe(status === 'disabled');
      });

      it('keeps the last ten attempts and counts them all', async () => {
        await put(await register());
        for (let second = 2; second < 14; second++)
          await outbox.record(await leaseOne(second), attempt(second), { status: 'pending', at: at(second + 1) });
        const leased = await leaseOne(14);
        expect(leased.tries).toBe(12);
        expect(leased.attempts).toEqual(Array.from({ length: 10 }, (_, n) => attempt(n + 4)));
      });

      it('is lost for a deliverer whose lease ran out, once another has recorded', async () => {
        await put(await register());
        const slow = await leaseOne(2);
        const quick = await leaseOne(30);
        expect(await outbox.record(quick, attempt(31, { status: 204 }), { status: 'delivered' })).toBe('kept');
        expect(await outbox.record(slow, attempt(32), { status: 'pending', at: at(33) })).toBe('lost');
        expect(await outbox.record(slow, attempt(32), { status: 'disabled' })).toBe('lost');
        expect(await found(slow)).toMatchObject({ status: 'delivered', tries: 1 });
        expect(await outbox.disabled(slow.repository_id, hook)).toBe(false);
      });

      it('is lost also when what was recorded set the same time again', async () => {
        await put(await register());
        const slow = await leaseOne(2);
        const again = { status: 'pending', at: at(1) } as const;
        expect(await outbox.record(slow, attempt(3), again)).toBe('kept');
        expect(await outbox.record(slow, attempt(4), again)).toBe('lost');
      });

      it('is kept of one of ten that record at once', async () => {
        await put(await register());
        const leased = await leaseOne(2);
        const outcomes = await Promise.all(
          Array.from({ length: 10 }, (_, n) =>
            outbox.record(leased, attempt(3), n % 2 === 0 ? { status: 'disabled' } : { status: 'delivered' }),
          ),
        );
        expect(outcomes.filter((outcome) => outcome === 'kept')).toHaveLength(1);
      });
    });

    describe('an address that answers 410', () => {
      const disable = async (id: RepositoryId, second: number, url = hook): Promise<Delivery> => {
        await put(id, second, url);
        const leased = await leaseOne(second);
        await outbox.record(leased, attempt(second, { status: 410 }), { status: 'disabled' });
        return leased;
      };

      it('is disabled for its repository, once, and for no other', async () => {
        const id = await register();
        await put(id, 1);
        const second = await leaseOne(1);
        await disable(id, 2);
        expect(await outbox.record(second, attempt(3, { status: 410 }), { status: 'disabled' })).toBe('kept');
        await disable(id, 4, `${hook}/other`);
        expect((await under.repositories.get(id))?.disabled_webhooks).toEqual([hook, `${hook}/other`]);
        expect(await outbox.disabled(await register(), hook)).toBe(false);
        expect(await outbox.disabled(aRepositoryId(), hook)).toBe(false);
      });

      it('is one of fifty that are remembered, the last ones', async () => {
        const id = await register();
        const urls = Array.from({ length: 50 }, (_, n) => `${hook}/${n}`);
        await under.repositories.update(id, { disabled_webhooks: urls }, at(1));
        await disable(id, 2);
        expect((await under.repositories.get(id))?.disabled_webhooks).toEqual([...urls.slice(1), hook]);
      });

      it('is disabled beside others that are disabled at the same time', async () => {
        const id = await register();
        for (let n = 0; n < 5; n++) await put(id, 1, `${hook}/${n}`);
        const leased = await outbox.lease(at(2), 10, 20);
        const outcomes = await Promise.all(
          leased.map((each) => outbox.record(each, attempt(2), { status: 'disabled' })),
        );
        expect(outcomes).toEqual(Array.from({ length: 5 }, () => 'kept'));
        expect((await under.repositories.get(id))?.disabled_webhooks).toHaveLength(5);
      });

      it('ends the delivery also when the repository is gone', async () => {
        const id = await register();
        await put(id);
        const leased = await leaseOne(1);
        await under.repositories.delete(id);
        expect(await outbox.record(leased, attempt(2), { status: 'disabled' })).toBe('kept');
        expect(await outbox.lease(at(59), 10, 20)).toEqual([]);
      });

      it('gets events again after a redelivery was asked for', async () => {
        const id = await register();
        const delivery = await disable(id, 2);
        await disable(id, 3, `${hook}/other`);
        expect(await outbox.redeliver(id, delivery.delivery_id, at(4))).toMatchObject({ status: 'pending' });
        expect(await outbox.disabled(id, hook)).toBe(false);
        expect(await outbox.disabled(id, `${hook}/other`)).toBe(true);
      });
    });

    describe('redeliver', () => {
      it.each(['delivered', 'failed'] as const)('makes due what was %s, with its log', async (status) => {
        await put(await register());
        const leased = await leaseOne(2);
        await outbox.record(leased, attempt(2), { status });
        const again = await outbox.redeliver(leased.repository_id, leased.delivery_id, at(9));
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
        await outbox.record(leased, attempt(2), { status: 'pending', at: at(50) });
        await outbox.redeliver(leased.repository_id, leased.delivery_id, at(3));
        expect(await leaseOne(3)).toMatchObject({ tries: 1 });
      });

      it('is not undone by what a try came to that began before it', async () => {
        await put(await register());
        const leased = await leaseOne(2);
        await outbox.redeliver(leased.repository_id, leased.delivery_id, at(3));
        expect(await outbox.record(leased, attempt(4), { status: 'failed' })).toBe('lost');
        expect((await leaseOne(4)).status).toBe('pending');
      });

      it('is null for what is not there, or is another repository’s', async () => {
        const delivery = await put(await register());
        expect(await outbox.redeliver(await register(), delivery.delivery_id, at(2))).toBeNull();
        expect(await outbox.redeliver(aRepositoryId(), delivery.delivery_id, at(2))).toBeNull();
        const absent = DeliveryId.parse('msg-ffffffff-ffff-8000-8000-000000000000');
        expect(await outbox.redeliver(delivery.repository_id, absent, at(2))).toBeNull();
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
          const page = await outbox.list(id, 3, cursor);
          pages.push(page.items.map(({ delivery_id }) => delivery_id));
          cursor = page.next;
        }
        expect(pages).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)]);
      });

      it('is empty for a repository without any, or that is not there', async () => {
        expect(await outbox.list(await register(), 10, null)).toEqual({ items: [], next: null });
        expect(await outbox.list(aRepositoryId(), 10, null)).toEqual({ items: [], next: null });
      });

      it('refuses a cursor that is not its own', async () => {
        const id = await register();
        await put(id, 1);
        await put(id, 2);
        const { next } = await outbox.list(id, 1, null);
        await expect(outbox.list(await register(), 1, next)).rejects.toThrow(RangeError);
        await expect(outbox.list(id, 1, 'nonsense')).rejects.toThrow(RangeError);
        const forged = Buffer.from(JSON.stringify(['deliveries', id, 'msg-1'])).toString('base64url');
        await expect(outbox.list(id, 1, forged)).rejects.toThrow(RangeError);
      });

      it('does not show what another repository of the same name was told', async () => {
        const id = await register();
        const old = await put(id, 1);
        await put(id, 2);
        const { next } = await outbox.list(id, 1, null);
        await under.repositories.delete(id);
        await under.repositories.create(aRepository({ repository_id: id, created_at: at(5).toISOString() }));
        expect(await outbox.list(id, 10, null)).toEqual({ items: [], next: null });
        expect(await outbox.list(id, 10, next)).toEqual({ items: [], next: null });
        expect(await outbox.redeliver(id, old.delivery_id, at(6))).toBeNull();
        const own = await put(id, 7);
        expect((await outbox.list(id, 10, null)).items).toEqual([own]);
      });
    });

    it('keeps deliveries and follow-ups out of the history of jobs', async () => {
      const id = await register();
      const delivery = await put(id);
      expect((await under.sync.jobs(id, 100, null)).items.map(({ job_id }) => job_id)).toEqual([delivery.job_id]);
    });
  });
};
