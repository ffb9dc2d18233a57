import { describe, expect, it } from 'vitest';
import { refOf } from '../../../core/sync/execution.ts';
import { aBatch, aJob, aPlan } from '../../support/sync-records.ts';
import { at, hook, type JobPorts, setUpJobsWithWebhook } from './job-set-up.ts';

/** What every RunningJobs puts into the outbox. `make` gives ports over new, empty state. */
export const runningJobsEventsContract = (name: string, make: () => Promise<JobPorts>): void => {
  describe(`${name} as RunningJobs that tell webhooks`, () => {
    const { under, register, claim, begun, told, typesOf, last, answerNow } = setUpJobsWithWebhook(make);

    it('says nothing of a claim', async () => {
      expect(await told(await claim(await register()))).toEqual([]);
    });

    it('says once that a job has started, as it stands then, and is due at once', async () => {
      const job = await begun();
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
      await under.running.begin(job, at(2));
      const resumed = await under.claims.resume(job, at(3));
      if (resumed === 'lost') throw new Error('lost');
      await under.running.begin(refOf(resumed), at(4));
      expect(await typesOf(job)).toEqual(['sync.started']);
    });

    it('starts once when the same begin comes ten times at once', async () => {
      const job = await claim(await register());
      const begun = await Promise.all(Array.from({ length: 10 }, () => under.running.begin(job, at(1))));
      expect(begun).not.toContain('lost');
      expect(await typesOf(job)).toEqual(['sync.started']);
    });

    describe('of progress', () => {
      it('says each number of points once, and only more than before', async () => {
        const job = await begun();
        for (const points of [10, 10, 30, 20, 30, 40]) await under.running.noteProgress(job, points, at(points));
        expect(await typesOf(job)).toEqual(['sync.started', 'sync.progress', 'sync.progress', 'sync.progress']);
        expect((await told(job)).map(({ event }) => Date.parse(event.timestamp))).toEqual(
          [1, 10, 30, 40].map((second) => at(second).getTime()),
        );
      });

      it('says how the job stands, its batches in flight included', async () => {
        const job = await begun();
        await under.running.heartbeat(job, { phase: 'embed', at: at(2) });
        await under.running.recordDiff(job, {
          mode: 'full',
          modeReason: 'first_sync' as const,
          generation: 1,
          generationRecord: { embedder_id: 'hash-512', dimensions: 512, chunker_version: 'c1' },
          filesTotal: 10,
          filesDone: 1,
          plan: aPlan(),
          at: at(2),
        });
        await under.batches.start(job, aBatch({ files_done: 4, updated_at: at(3).toISOString() }));
        await under.running.noteProgress(job, 50, at(3));
        const { event } = await last(job);
        expect(event.data.progress).toMatchObject({ percentage: 55, files_processed: 5, files_total: 10 });
        expect(event.data).toEqual(await answerNow(job, at(3)));
      });

      it('is told by one of twenty workers that see it at once', async () => {
        const job = await begun();
        await Promise.all(Array.from({ length: 20 }, () => under.running.noteProgress(job, 10, at(2))));
        expect(await typesOf(job)).toEqual(['sync.started', 'sync.progress']);
      });

      it('is not told again by a resumed job', async () => {
        const job = await begun();
        await under.running.noteProgress(job, 30, at(2));
        const resumed = await under.claims.resume(job, at(3));
        if (resumed === 'lost') throw new Error('lost');
        await under.running.noteProgress(refOf(resumed), 30, at(4));
        await under.running.noteProgress(refOf(resumed), 40, at(5));
        expect(await typesOf(job)).toEqual(['sync.started', 'sync.progress', 'sync.progress']);
      });

      it('is nothing before the start, and nothing of a job that is not there', async () => {
        const job = await claim(await register());
        await under.running.noteProgress(job, 10, at(1));
        await under.running.noteProgress({ ...job, job_id: aJob(job.repository_id).job_id }, 10, at(1));
        expect(await told(job)).toEqual([]);
      });
    });
  });
};
