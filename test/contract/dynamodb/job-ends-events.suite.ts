import { describe, expect, it } from 'vitest';
import { SyncEvent } from '../../../core/contract/events.ts';
import { aBatch, aPublication } from '../../support/sync-records.ts';
import { at, hook, type JobPorts, setUpJobsWithWebhook } from './job-set-up.ts';

const terminal = ['sync.completed', 'sync.failed', 'sync.cancelled'];

/** What every JobEnds, and a claim by force, puts into the outbox. `make` gives ports over new, empty state. */
export const jobEndsEventsContract = (name: string, make: () => Promise<JobPorts>): void => {
  describe(`${name} as JobEnds that tell webhooks`, () => {
    const { under, register, claim, begun, told, typesOf, last, answerNow } = setUpJobsWithWebhook(make);

    it('says that a job completed, with its counts, at 100 percent', async () => {
      const job = await begun();
      await under.ends.publish(job, aPublication());
      const { event } = await last(job);
      expect(event).toEqual({
        type: 'sync.completed',
        timestamp: at(10).toISOString(),
        data: await answerNow(job, at(10)),
      });
      expect(event.data).toMatchObject({ status: 'completed', progress: { percentage: 100 }, counts: { indexed: 2 } });
      expect(SyncEvent.parse(event)).toEqual(event);
    });

    it('says that a job completed with errors', async () => {
      const job = await begun();
      await under.ends.publish(job, aPublication({ status: 'completed_with_errors' }));
      expect((await last(job)).event).toMatchObject({
        type: 'sync.completed',
        data: { status: 'completed_with_errors', progress: { percentage: 100 } },
      });
    });

    it('says that a job failed, and why', async () => {
      const job = await begun();
      await under.ends.fail(job, { code: 'SourceNotFoundError', message: 'no such repository' }, [], at(5));
      const { event } = await last(job);
      expect(event).toMatchObject({
        type: 'sync.failed',
        data: { status: 'failed', error: { message: 'no such repository' } },
      });
      expect(event.data).toEqual(await answerNow(job, at(5)));
    });

    it('says that a job was cancelled, also one that had not started', async () => {
      const started = await begun();
      const queued = await claim(await register());
      for (const job of [started, queued]) {
        await under.ends.cancel(job.job_id, at(5));
        const { event } = await last(job);
        expect(event).toMatchObject({ type: 'sync.cancelled', data: { status: 'cancelled' } });
        expect(event.data).toEqual(await answerNow(job, at(5)));
      }
      expect(await typesOf(queued)).toEqual(['sync.cancelled']);
    });

    it('says of a job that force replaces that it was cancelled', async () => {
      const job = await begun();
      await under.batches.start(job, aBatch({ files_done: 4 }));
      await claim(job, { force: true, second: 6, url: null });
      const { event } = await last(job);
      expect(event).toMatchObject({
        type: 'sync.cancelled',
        timestamp: at(6).toISOString(),
        data: { job_id: job.job_id },
      });
      expect(event.data).toEqual(await answerNow(job, at(6)));
    });

    it('says one end of each of twenty jobs that replace each other at once', async () => {
      const repository = await register();
      const id = repository.repository_id;
      await Promise.allSettled(Array.from({ length: 20 }, () => claim(repository, { force: true })));
      const { items } = await under.jobs.list(id, 100, null);
      const cancelled = items.filter(({ status }) => status === 'cancelled').map(({ job_id }) => job_id);
      expect(items.length - cancelled.length).toBe(1);
      const events = await told(repository);
      expect(new Set(events.map(({ event }) => event.type))).toEqual(new Set(['sync.cancelled']));
      expect(events.map(({ job_id }) => job_id).sort()).toEqual(cancelled.sort());
    });

    it('says nothing of a job without a webhook', async () => {
      const job = await begun({ url: null });
      await under.running.noteProgress(job, 10, at(2));
      await under.ends.publish(job, aPublication());
      const failed = await claim(job, { url: null });
      await under.ends.fail(failed, { code: 'a', message: 'b' }, [], at(3));
      await under.ends.cancel((await claim(job, { url: null })).job_id, at(4));
      expect(await told(job)).toEqual([]);
    });

    it('says nothing to an address that is disabled', async () => {
      const repository = await register({ disabled_webhooks: [hook] });
      const job = await claim(repository);
      await under.running.begin(job, at(1));
      await under.running.noteProgress(job, 10, at(2));
      await under.ends.publish(job, aPublication());
      expect(await told(job)).toEqual([]);
      const other = await claim(repository, { url: `${hook}/other` });
      await under.running.begin(other, at(11));
      expect(await typesOf(other)).toEqual(['sync.started']);
    });

    it('puts nothing for whoever has lost the claim', async () => {
      const zombie = await begun();
      await under.claims.resume(zombie, at(2));
      const before = await told(zombie);
      await under.running.noteProgress(zombie, 50, at(3));
      expect(await under.running.begin(zombie, at(3))).toBe('lost');
      expect(await under.ends.publish(zombie, aPublication())).toBe('lost');
      expect(await under.ends.fail(zombie, { code: 'a', message: 'b' }, [], at(3))).toBe('lost');
      expect(await told(zombie)).toEqual(before);
    });

    it('puts nothing after the end', async () => {
      const job = await begun();
      await under.ends.cancel(job.job_id, at(2));
      const before = await told(job);
      await under.running.noteProgress(job, 50, at(3));
      expect(await under.ends.publish(job, aPublication())).toBe('lost');
      expect(await under.ends.fail(job, { code: 'a', message: 'b' }, [], at(3))).toBe('lost');
      expect((await under.ends.cancel(job.job_id, at(4))).kind).toBe('ended');
      expect(await told(job)).toEqual(before);
    });

    it('tells one end of a job that is published, cancelled, failed and replaced at once', async () => {
      for (let round = 0; round < 8; round++) {
        const job = await begun();
        await Promise.allSettled([
          under.ends.publish(job, aPublication()),
          under.ends.cancel(job.job_id, at(5)),
          under.ends.fail(job, { code: 'a', message: 'b' }, [], at(5)),
          claim(job, { force: true, url: null, second: 5 }),
        ]);
        const ends = (await told(job)).filter(({ event }) => terminal.includes(event.type));
        expect(ends).toHaveLength(1);
        const { status } = await answerNow(job, at(6));
        expect(ends[0]?.event).toMatchObject({ type: `sync.${status}`, data: { status } });
      }
    });
  });
};
