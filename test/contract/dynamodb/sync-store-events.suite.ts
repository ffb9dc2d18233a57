import { beforeEach, describe, expect, it } from 'vitest';
import { type Delivery, SyncEvent } from '../../../core/contract/events.ts';
import type { JobRecord, RepositoryRecord } from '../../../core/contract/records.ts';
import type { JobRef } from '../../../core/contract/workflow-state.ts';
import type { Outbox } from '../../../core/ports/outbox.ts';
import type { RepositoryStore } from '../../../core/ports/repository-store.ts';
import type { SyncStore } from '../../../core/ports/sync-store.ts';
import { jobAnswer } from '../../../core/sync/job-answer.ts';
import { aBatch, aJob, aPublication, aRepository } from '../../support/sync-records.ts';

export interface SyncStoreEventsUnderTest {
  readonly repositories: RepositoryStore;
  readonly sync: SyncStore;
  readonly outbox: Outbox;
}

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 2, 0, 0, second));
const refOf = ({ repository_id, job_id, fence }: JobRecord): JobRef => ({ repository_id, job_id, fence });
const hook = 'https://hooks.example/sync';
const terminal = ['sync.completed', 'sync.failed', 'sync.cancelled'];

/** What every SyncStore puts into the outbox. `make` gives stores over new, empty state. */
export const syncStoreEventsContract = (name: string, make: () => Promise<SyncStoreEventsUnderTest>): void => {
  describe(`${name} as a SyncStore that tells webhooks`, () => {
    let under: SyncStoreEventsUnderTest;
    let sync: SyncStore;
    beforeEach(async () => {
      under = await make();
      ({ sync } = under);
    });
    const register = async (parts: Partial<RepositoryRecord> = {}): Promise<RepositoryRecord['repository_id']> => {
      const repository = aRepository(parts);
      await under.repositories.create(repository);
      return repository.repository_id;
    };
    const claim = async (
      id: RepositoryRecord['repository_id'],
      { url = hook as string | null, force = false, second = 0 } = {},
    ): Promise<JobRef> => {
      const { options } = aJob(id);
      const job = aJob(id, {
        created_at: at(second).toISOString(),
        options: url === null ? options : { ...options, progress_webhook: url },
      });
      const outcome = await sync.claim({ job, force, clearIndex: false });
      if (outcome.kind !== 'claimed') throw new Error(`the claim is ${outcome.kind}`);
      return refOf(outcome.job);
    };
    const running = async (parts: { url?: string | null } = {}): Promise<JobRef> => {
      const job = await claim(await register(), parts);
      await sync.begin(job, at(1));
      return job;
    };
    /** What the repository's webhooks are told, oldest first. */
    const told = async ({ repository_id }: Pick<JobRef, 'repository_id'>): Promise<readonly Delivery[]> =>
      [...(await under.outbox.list(repository_id, 100, null)).items].reverse();
    const typesOf = async (job: Pick<JobRef, 'repository_id'>) => (await told(job)).map(({ event }) => event.type);
    const last = async (job: JobRef): Promise<Delivery> => {
      const delivery = (await told(job)).at(-1);
      if (delivery === undefined) throw new Error('nothing was told');
      return delivery;
    };
    const answerNow = async (job: JobRef, moment: Date) => {
      const view = await sync.job(job.job_id);
      if (view === null) throw new Error('the job is gone');
      return jobAnswer(view, moment);
    };

    it('says nothing of a claim', async () => {
      expect(await told(await claim(await register()))).toEqual([]);
    });

    it('says once that a job has started, as it stands then, and is due at once', async () => {
      const job = await running();
      const [delivery, ...more] = await told(job);
      expect(more).toEqual([]);
      const data = await answerNow(job, at(1));
      expect(data.status).toBe('running');
      expect(delivery).toMatchObject({
        repository_id: job.repository_id,
        job_id: job.job_id,
        url: hook,
        event: { type: 'sync.started', timestamp: at(1).toISOString(), data },
        status: 'pending',
        attempts: [],
        tries: 0,
        next_attempt_at: at(1).toISOString(),
      });
      await sync.begin(job, at(2));
      const resumed = await sync.resume(job, at(3));
      if (resumed === 'lost') throw new Error('lost');
      await sync.begin(refOf(resumed), at(4));
      expect(await typesOf(job)).toEqual(['sync.started']);
    });

    it('starts once when the same begin comes ten times at once', async () => {
      const job = await claim(await register());
      const begun = await Promise.all(Array.from({ length: 10 }, () => sync.begin(job, at(1))));
      expect(begun).not.toContain('lost');
      expect(await typesOf(job)).toEqual(['sync.started']);
    });

    it('says that a job completed, with its counts, at 100 percent', async () => {
      const job = await running();
      await sync.publish(job, aPublication());
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
      const job = await running();
      await sync.publish(job, aPublication({ status: 'completed_with_errors' }));
      expect((await last(job)).event).toMatchObject({
        type: 'sync.completed',
        data: { status: 'completed_with_errors', progress: { percentage: 100 } },
      });
    });

    it('says that a job failed, and why', async () => {
      const job = await running();
      await sync.fail(job, { code: 'SourceNotFoundError', message: 'no such repository' }, [], at(5));
      const { event } = await last(job);
      expect(event).toMatchObject({
        type: 'sync.failed',
        data: { status: 'failed', error: { message: 'no such repository' } },
      });
      expect(event.data).toEqual(await answerNow(job, at(5)));
    });

    it('says that a job was cancelled, also one that had not started', async () => {
      const started = await running();
      const queued = await claim(await register());
      for (const job of [started, queued]) {
        await sync.cancel(job.job_id, at(5));
        const { event } = await last(job);
        expect(event).toMatchObject({ type: 'sync.cancelled', data: { status: 'cancelled' } });
        expect(event.data).toEqual(await answerNow(job, at(5)));
      }
      expect(await typesOf(queued)).toEqual(['sync.cancelled']);
    });

    it('says of a job that force replaces that it was cancelled', async () => {
      const job = await running();
      await sync.startBatch(job, aBatch({ files_done: 4 }));
      await claim(job.repository_id, { force: true, second: 6, url: null });
      const { event } = await last(job);
      expect(event).toMatchObject({
        type: 'sync.cancelled',
        timestamp: at(6).toISOString(),
        data: { job_id: job.job_id },
      });
      expect(event.data).toEqual(await answerNow(job, at(6)));
    });

    it('says one end of each of twenty jobs that replace each other at once', async () => {
      const id = await register();
      await Promise.allSettled(Array.from({ length: 20 }, () => claim(id, { force: true })));
      const { items } = await sync.jobs(id, 100, null);
      const cancelled = items.filter(({ status }) => status === 'cancelled').map(({ job_id }) => job_id);
      expect(items.length - cancelled.length).toBe(1);
      const events = await told({ repository_id: id });
      expect(new Set(events.map(({ event }) => event.type))).toEqual(new Set(['sync.cancelled']));
      expect(events.map(({ job_id }) => job_id).sort()).toEqual(cancelled.sort());
    });

    it('says nothing of a job without a webhook', async () => {
      const job = await running({ url: null });
      await sync.noteProgress(job, 10, at(2));
      await sync.publish(job, aPublication());
      const failed = await claim(job.repository_id, { url: null });
      await sync.fail(failed, { code: 'a', message: 'b' }, [], at(3));
      await sync.cancel((await claim(job.repository_id, { url: null })).job_id, at(4));
      expect(await told(job)).toEqual([]);
    });

    it('says nothing to an address that is disabled', async () => {
      const id = await register({ disabled_webhooks: [hook] });
      const job = await claim(id);
      await sync.begin(job, at(1));
      await sync.noteProgress(job, 10, at(2));
      await sync.publish(job, aPublication());
      expect(await told(job)).toEqual([]);
      const other = await claim(id, { url: `${hook}/other` });
      await sync.begin(other, at(11));
      expect(await typesOf(other)).toEqual(['sync.started']);
    });

    describe('of progress', () => {
      it('says each number of points once, and only more than before', async () => {
        const job = await running();
        for (const points of [10, 10, 30, 20, 30, 40]) await sync.noteProgress(job, points, at(points));
        expect(await typesOf(job)).toEqual(['sync.started', 'sync.progress', 'sync.progress', 'sync.progress']);
        expect((await told(job)).map(({ event }) => Date.parse(event.timestamp))).toEqual(
          [1, 10, 30, 40].map((second) => at(second).getTime()),
        );
      });

      it('says how the job stands, its batches in flight included', async () => {
        const job = await running();
        await sync.heartbeat(job, { phase: 'embed', at: at(2) });
        await sync.recordDiff(job, {
          mode: 'full',
          generation: 1,
          generationRecord: { embedder_id: 'hash-512', dimensions: 512, chunker_version: 'c1' },
          filesTotal: 10,
          filesDone: 1,
          at: at(2),
        });
        await sync.startBatch(job, aBatch({ files_done: 4, updated_at: at(3).toISOString() }));
        await sync.noteProgress(job, 50, at(3));
        const { event } = await last(job);
        expect(event.data.progress).toMatchObject({ percentage: 55, files_processed: 5, files_total: 10 });
        expect(event.data).toEqual(await answerNow(job, at(3)));
      });

      it('is told by one of twenty workers that see it at once', async () => {
        const job = await running();
        await Promise.all(Array.from({ length: 20 }, () => sync.noteProgress(job, 10, at(2))));
        expect(await typesOf(job)).toEqual(['sync.started', 'sync.progress']);
      });

      it('is not told again by a resumed job', async () => {
        const job = await running();
        await sync.noteProgress(job, 30, at(2));
        const resumed = await sync.resume(job, at(3));
        if (resumed === 'lost') throw new Error('lost');
        await sync.noteProgress(refOf(resumed), 30, at(4));
        await sync.noteProgress(refOf(resumed), 40, at(5));
        expect(await typesOf(job)).toEqual(['sync.started', 'sync.progress', 'sync.progress']);
      });

      it('is nothing before the start, and nothing of a job that is not there', async () => {
        const job = await claim(await register());
        await sync.noteProgress(job, 10, at(1));
        await sync.noteProgress({ ...job, job_id: aJob(job.repository_id).job_id }, 10, at(1));
        expect(await told(job)).toEqual([]);
      });
    });

    it('puts nothing for whoever has lost the claim', async () => {
      const zombie = await running();
      await sync.resume(zombie, at(2));
      const before = await told(zombie);
      await sync.noteProgress(zombie, 50, at(3));
      expect(await sync.begin(zombie, at(3))).toBe('lost');
      expect(await sync.publish(zombie, aPublication())).toBe('lost');
      expect(await sync.fail(zombie, { code: 'a', message: 'b' }, [], at(3))).toBe('lost');
      expect(await told(zombie)).toEqual(before);
    });

    it('puts nothing after the end', async () => {
      const job = await running();
      await sync.cancel(job.job_id, at(2));
      const before = await told(job);
      await sync.noteProgress(job, 50, at(3));
      expect(await sync.publish(job, aPublication())).toBe('lost');
      expect(await sync.fail(job, { code: 'a', message: 'b' }, [], at(3))).toBe('lost');
      expect((await sync.cancel(job.job_id, at(4))).kind).toBe('ended');
      expect(await told(job)).toEqual(before);
    });

    it('tells one end of a job that is published, cancelled, failed and replaced at once', async () => {
      for (let round = 0; round < 8; round++) {
        const job = await running();
        await Promise.allSettled([
          sync.publish(job, aPublication()),
          sync.cancel(job.job_id, at(5)),
          sync.fail(job, { code: 'a', message: 'b' }, [], at(5)),
          claim(job.repository_id, { force: true, url: null, second: 5 }),
        ]);
        const ends = (await told(job)).filter(({ event }) => terminal.includes(event.type));
        expect(ends).toHaveLength(1);
        const { status } = await answerNow(job, at(6));
        expect(ends[0]?.event).toMatchObject({ type: `sync.${status}`, data: { status } });
      }
    });
  });
};
