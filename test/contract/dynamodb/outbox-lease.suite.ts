import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../core/contract/events.ts';
import type { RepositoryId } from '../../../core/contract/ids.ts';
import { aRepositoryId } from '../../support/sync-records.ts';
import { at, attempt, hook, type JobPorts, setUpOutbox } from './job-set-up.ts';

/** What every Outbox does for who delivers. `make` gives ports over new, empty state. */
export const outboxLeaseContract = (name: string, make: () => Promise<JobPorts>): void => {
  describe(`${name} as an Outbox, for who delivers`, () => {
    const { under, register, put, leaseOne, found } = setUpOutbox(make);

    describe('lease', () => {
      it('gives nothing where nothing is due', async () => {
        await put(await register(), 5);
        expect(await under.outbox.lease(at(4), 10, 20)).toEqual([]);
      });

      it('gives what is due, oldest first, and no more than asked for', async () => {
        const id = await register();
        const put20 = [];
        for (let second = 1; second <= 20; second++) put20.push((await put(id, second)).delivery_id);
        const first = await under.outbox.lease(at(30), 7, 20);
        expect(first.map(({ delivery_id }) => delivery_id)).toEqual(put20.slice(0, 7));
        const rest = await under.outbox.lease(at(30), 100, 20);
        expect(rest.map(({ delivery_id }) => delivery_id)).toEqual(put20.slice(7));
      });

      it('keeps a delivery from others until the lease ends, and gives it again then: its deliverer has died', async () => {
        const delivery = await put(await register());
        expect(await leaseOne(2)).toEqual(delivery);
        expect(await under.outbox.lease(at(21), 10, 20)).toEqual([]);
        expect(await leaseOne(22)).toEqual(delivery);
      });

      it('gives each of ten to one of five deliverers that come at once', async () => {
        const id = await register();
        const ids = await Promise.all(
          Array.from({ length: 10 }, async () => (await put(await register())).delivery_id),
        );
        ids.push((await put(id)).delivery_id);
        const taken = await Promise.all(Array.from({ length: 5 }, () => under.outbox.lease(at(2), 100, 20)));
        const leased = taken.flat().map(({ delivery_id }) => delivery_id);
        expect(leased.sort()).toEqual(ids.sort());
      });
    });

    describe('record', () => {
      it('keeps an attempt, and tries again when the time has come', async () => {
        await put(await register());
        const leased = await leaseOne(2);
        expect(await under.outbox.record(leased, attempt(2), { status: 'pending', at: at(40) })).toBe('kept');
        const expected = { ...leased, attempts: [attempt(2)], tries: 1, next_attempt_at: at(40).toISOString() };
        expect(await found(leased)).toEqual(expected);
        expect(await under.outbox.lease(at(39), 10, 20)).toEqual([]);
        expect(await leaseOne(40)).toEqual(expected);
      });

      it.each(['delivered', 'failed', 'disabled'] as const)('ends a delivery as %s', async (status) => {
        await put(await register());
        const leased = await leaseOne(2);
        expect(await under.outbox.record(leased, attempt(2), { status })).toBe('kept');
        expect(await found(leased)).toEqual({
          ...leased,
          status,
          attempts: [attempt(2)],
          tries: 1,
          next_attempt_at: null,
        });
        expect(await under.outbox.lease(at(59), 10, 20)).toEqual([]);
        expect(await under.outbox.disabled(leased.repository_id, hook)).toBe(status === 'disabled');
      });

      it('keeps the last ten attempts and counts them all', async () => {
        await put(await register());
        for (let second = 2; second < 14; second++)
          await under.outbox.record(await leaseOne(second), attempt(second), { status: 'pending', at: at(second + 1) });
        const leased = await leaseOne(14);
        expect(leased.tries).toBe(12);
        expect(leased.attempts).toEqual(Array.from({ length: 10 }, (_, n) => attempt(n + 4)));
      });

      it('is lost for a deliverer whose lease ran out, once another has recorded', async () => {
        await put(await register());
        const slow = await leaseOne(2);
        const quick = await leaseOne(30);
        expect(await under.outbox.record(quick, attempt(31, { status: 204 }), { status: 'delivered' })).toBe('kept');
        expect(await under.outbox.record(slow, attempt(32), { status: 'pending', at: at(33) })).toBe('lost');
        expect(await under.outbox.record(slow, attempt(32), { status: 'disabled' })).toBe('lost');
        expect(await found(slow)).toMatchObject({ status: 'delivered', tries: 1 });
        expect(await under.outbox.disabled(slow.repository_id, hook)).toBe(false);
      });

      it('is lost also when what was recorded set the same time again', async () => {
        await put(await register());
        const slow = await leaseOne(2);
        const again = { status: 'pending', at: at(1) } as const;
        expect(await under.outbox.record(slow, attempt(3), again)).toBe('kept');
        expect(await under.outbox.record(slow, attempt(4), again)).toBe('lost');
      });

      it('is kept of one of ten that record at once', async () => {
        await put(await register());
        const leased = await leaseOne(2);
        const outcomes = await Promise.all(
          Array.from({ length: 10 }, (_, n) =>
            under.outbox.record(leased, attempt(3), n % 2 === 0 ? { status: 'disabled' } : { status: 'delivered' }),
          ),
        );
        expect(outcomes.filter((outcome) => outcome === 'kept')).toHaveLength(1);
      });
    });

    describe('an address that answers 410', () => {
      const disable = async (id: RepositoryId, second: number, url = hook): Promise<Delivery> => {
        await put(id, second, url);
        const leased = await leaseOne(second);
        await under.outbox.record(leased, attempt(second, { status: 410 }), { status: 'disabled' });
        return leased;
      };

      it('is disabled for its repository, once, and for no other', async () => {
        const id = await register();
        await put(id, 1);
        const second = await leaseOne(1);
        await disable(id, 2);
        expect(await under.outbox.record(second, attempt(3, { status: 410 }), { status: 'disabled' })).toBe('kept');
        await disable(id, 4, `${hook}/other`);
        expect((await under.repositories.get(id))?.disabled_webhooks).toEqual([hook, `${hook}/other`]);
        expect(await under.outbox.disabled(await register(), hook)).toBe(false);
        expect(await under.outbox.disabled(aRepositoryId(), hook)).toBe(false);
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
        const leased = await under.outbox.lease(at(2), 10, 20);
        const outcomes = await Promise.all(
          leased.map((each) => under.outbox.record(each, attempt(2), { status: 'disabled' })),
        );
        expect(outcomes).toEqual(Array.from({ length: 5 }, () => 'kept'));
        expect((await under.repositories.get(id))?.disabled_webhooks).toHaveLength(5);
      });

      it('ends the delivery also when the repository is gone', async () => {
        const id = await register();
        await put(id);
        const leased = await leaseOne(1);
        await under.repositories.delete(id);
        expect(await under.outbox.record(leased, attempt(2), { status: 'disabled' })).toBe('kept');
        expect(await under.outbox.lease(at(59), 10, 20)).toEqual([]);
      });

      it('gets events again after a redelivery was asked for', async () => {
        const id = await register();
        const delivery = await disable(id, 2);
        await disable(id, 3, `${hook}/other`);
        expect(await under.outbox.redeliver(id, delivery.delivery_id, at(4))).toMatchObject({ status: 'pending' });
        expect(await under.outbox.disabled(id, hook)).toBe(false);
        expect(await under.outbox.disabled(id, `${hook}/other`)).toBe(true);
      });
    });
  });
};
