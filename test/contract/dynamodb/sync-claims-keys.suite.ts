import { beforeEach, describe, expect, it } from 'vitest';
import type { JobRecord } from '../../../core/contract/records.ts';
import type { ClaimOutcome } from '../../../core/ports/sync-claims.ts';
import { aJob, aPublication, aRepository } from '../../support/sync-records.ts';
import { type JobPorts, setUpJobs } from './job-set-up.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 0, 2);

/** What every SyncClaims does with idempotency keys. `make` gives ports over new, empty state. */
export const syncClaimsKeysContract = (name: string, make: () => Promise<JobPorts>): void => {
  describe(`${name} as SyncClaims, under idempotency keys`, () => {
    const { under, register } = setUpJobs(make);
    let id: JobRecord['repository_id'];
    beforeEach(async () => {
      id = (await register()).repository_id;
    });
    const claim = (
      key: string,
      parts: { fingerprint?: string; force?: boolean; at?: number; job?: Partial<JobRecord> } = {},
    ): Promise<ClaimOutcome> => {
      const { fingerprint = 'body-1', force = false, at = start } = parts;
      return under.claims.claim({
        job: aJob(id, { created_at: new Date(at).toISOString(), ...parts.job }),
        force,
        clearIndex: false,
        idempotency: { key, fingerprint },
      });
    };
    const claimed = async (outcome: Promise<ClaimOutcome>): Promise<JobRecord> => {
      const settled = await outcome;
      if (settled.kind !== 'claimed') throw new Error(`the claim is ${settled.kind}`);
      return settled.job;
    };

    it('claims once, and repeats the job and the kept answer from then on', async () => {
      const job = await claimed(claim('key-1'));
      expect(await claim('key-1')).toEqual({ kind: 'replayed', job: { job, inFlight: [] }, answer: null });
      await under.claims.rememberAnswer(id, 'key-1', '{"status":202}');
      expect(await claim('key-1')).toMatchObject({ kind: 'replayed', answer: '{"status":202}' });
    });

    it('changes nothing when it repeats', async () => {
      await claim('key-1');
      const before = await under.snapshot();
      await claim('key-1', { force: true });
      await claim('key-1', { fingerprint: 'body-2', force: true });
      expect(await under.snapshot()).toEqual(before);
    });

    it('repeats while the job runs and after it has ended, and never answers held', async () => {
      const job = await claimed(claim('key-1'));
      await under.running.begin(job, new Date(start + 1000));
      expect(await claim('key-1')).toMatchObject({ kind: 'replayed', job: { job: { status: 'running' } } });
      await under.ends.publish(job, aPublication());
      expect(await claim('key-1')).toMatchObject({ kind: 'replayed', job: { job: { status: 'completed' } } });
    });

    it('repeats while another job holds the lock', async () => {
      const first = await claimed(claim('key-1'));
      await claimed(claim('key-2', { force: true }));
      expect(await claim('key-1')).toMatchObject({
        kind: 'replayed',
        job: { job: { job_id: first.job_id, status: 'cancelled' } },
      });
    });

    it('refuses a key that came with another request', async () => {
      await claim('key-1');
      expect(await claim('key-1', { fingerprint: 'body-2' })).toEqual({ kind: 'key-conflict' });
      expect(await claim('key-1', { fingerprint: 'body-2', force: true })).toEqual({ kind: 'key-conflict' });
    });

    it('keeps nothing of a claim that is not made', async () => {
      await claimed(claim('key-1'));
      expect((await claim('key-2')).kind).toBe('held');
      await under.claims.rememberAnswer(id, 'key-2', 'never given');
      expect(await claim('key-2', { fingerprint: 'body-2' })).toMatchObject({ kind: 'held' });
    });

    it('repeats an answer that led to no claim, and keeps the first', async () => {
      const repository = await register();
      id = repository.repository_id;
      const keep = (fingerprint: string, answer: string, at = start) =>
        under.claims.keepAnswer(repository, { key: 'key-1', fingerprint }, answer, new Date(at));
      await keep('body-1', 'queued');
      await keep('body-2', 'another');
      expect(await claim('key-1')).toEqual({ kind: 'replayed', job: null, answer: 'queued' });
      expect(await claim('key-1', { fingerprint: 'body-2', force: true })).toEqual({ kind: 'key-conflict' });
      await keep('body-2', 'later', start + 24 * hour);
      const later = { fingerprint: 'body-2', at: start + 25 * hour };
      expect(await claim('key-1', later)).toEqual({ kind: 'replayed', job: null, answer: 'later' });
    });

    it('keeps no answer in the place of a claim’s', async () => {
      const repository = await register();
      id = repository.repository_id;
      const job = await claimed(claim('key-1'));
      await under.claims.keepAnswer(repository, { key: 'key-1', fingerprint: 'body-1' }, 'late', new Date(start));
      expect(await claim('key-1')).toEqual({ kind: 'replayed', job: { job, inFlight: [] }, answer: null });
    });

    it('forgets a key after 24 hours, and not before', async () => {
      const job = await claimed(claim('key-1'));
      await under.ends.cancel(job.job_id, new Date(start + hour));
      expect((await claim('key-1', { at: start + 24 * hour - 1000 })).kind).toBe('replayed');
      const again = await claimed(claim('key-1', { fingerprint: 'body-2', at: start + 24 * hour }));
      expect(again.job_id).not.toBe(job.job_id);
      expect((await claim('key-1', { fingerprint: 'body-2', at: start + 47 * hour })).kind).toBe('replayed');
    });

    it('gives the same answer to the very claim that took the key', async () => {
      const asked = {
        job: aJob(id),
        force: false,
        clearIndex: false,
        idempotency: { key: 'key-1', fingerprint: 'body-1' },
      };
      const first = await under.claims.claim(asked);
      expect(await under.claims.claim(asked)).toEqual(first);
      await under.ends.cancel(asked.job.job_id, new Date(start));
      expect(await under.claims.claim(asked)).toMatchObject({ kind: 'claimed', job: { job_id: asked.job.job_id } });
    });

    it('keeps the keys of two repositories apart, also of two that had the same name', async () => {
      const job = await claimed(claim('key-1'));
      const other = aRepository();
      await under.repositories.create(other);
      const elsewhere = await under.claims.claim({
        job: aJob(other.repository_id),
        force: false,
        clearIndex: false,
        idempotency: { key: 'key-1', fingerprint: 'body-2' },
      });
      expect(elsewhere.kind).toBe('claimed');
      await under.ends.cancel(job.job_id, new Date(start));
      await under.repositories.delete(id);
      expect((await claim('key-1')).kind).toBe('absent');
      await under.repositories.create(aRepository({ repository_id: id, created_at: '2026-01-01T12:00:00.000Z' }));
      expect((await claimed(claim('key-1'))).job_id).not.toBe(job.job_id);
    });

    it.each([false, true])('of 50 parallel claims with one key makes one and repeats 49 (force: %s)', async (force) => {
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => claim('key-1', { force })));
      const ids = outcomes.flatMap((each) => (each.kind === 'claimed' ? [each.job.job_id] : []));
      expect(ids).toHaveLength(1);
      const repeats = outcomes.flatMap((each) => (each.kind === 'replayed' ? [each.job?.job.job_id] : []));
      expect(repeats).toHaveLength(49);
      expect(new Set(repeats)).toEqual(new Set(ids));
    });

    it('of 50 parallel claims with different keys makes one', async () => {
      const outcomes = await Promise.all(Array.from({ length: 50 }, (_, n) => claim(`key-${n}`)));
      expect(outcomes.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
      expect(outcomes.filter(({ kind }) => kind === 'held')).toHaveLength(49);
    });
  });
};
