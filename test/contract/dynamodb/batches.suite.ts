import { describe, expect, it } from 'vitest';
import { refOf } from '../../../core/sync/execution.ts';
import { aBatch } from '../../support/sync-records.ts';
import { at, type JobPorts, setUpJobs } from './job-set-up.ts';

/** What every Batches does. `make` gives ports over new, empty state. */
export const batchesContract = (name: string, make: () => Promise<JobPorts>): void => {
  describe(`${name} as Batches, which`, () => {
    const { under, jobOf, begun } = setUpJobs(make);

    it('show what is in flight, the latest heartbeat and its file', async () => {
      const ref = await begun();
      await under.running.heartbeat(ref, { phase: 'embed', currentFile: 'old.ts', at: at(5) });
      expect(await under.batches.start(ref, aBatch({ batch: 11 }))).toBe('kept');
      expect(await under.batches.start(ref, aBatch({ batch: 2 }))).toBe('kept');
      const late = aBatch({ batch: 2, files_done: 3, current_file: 'new.ts', updated_at: at(9).toISOString() });
      expect(await under.batches.progress(ref, late)).toBe('kept');
      await under.batches.progress(
        ref,
        aBatch({ batch: 11, files_done: 1, current_file: 'mid.ts', updated_at: at(7).toISOString() }),
      );
      const view = await under.jobs.get(ref.job_id);
      expect(view?.inFlight.map(({ batch, files_done }) => [batch, files_done])).toEqual([
        [2, 3],
        [11, 1],
      ]);
      expect(view?.job).toMatchObject({ updated_at: at(9).toISOString(), current_file: 'new.ts', files_done: 0 });
      await under.running.heartbeat(ref, { phase: 'embed', currentFile: 'newest.ts', at: at(10) });
      expect(await jobOf(ref)).toMatchObject({ updated_at: at(10).toISOString(), current_file: 'newest.ts' });
    });

    it('keeps which blob is worked on, and which are left out, over the beats of a try that tells nothing of them', async () => {
      const ref = await begun();
      const [poison, other] = ['a'.repeat(40), 'b'.repeat(40)];
      await under.batches.start(ref, aBatch({ batch: 1, files_done: 0, working_on: null, left_out: [poison] }));
      await under.batches.progress(ref, aBatch({ batch: 1, files_done: 0, working_on: other, left_out: [poison] }));
      await under.batches.progress(ref, aBatch({ batch: 1, files_done: 0 }));
      const view = await under.jobs.get(ref.job_id);
      expect(view?.inFlight).toMatchObject([{ batch: 1, working_on: other, left_out: [poison] }]);
    });

    it('show the latest failure that is tried again, until its batch is done', async () => {
      const ref = await begun();
      const failed = (seconds: number, message: string) => ({
        code: 'EmbedderThrottledError',
        message,
        at: at(seconds).toISOString(),
        try: 1,
        tries: 11,
        next_try_by: at(seconds + 15).toISOString(),
        phase: 'embed' as const,
        attempt: 1,
      });
      for (const batch of [1, 2]) await under.batches.start(ref, aBatch({ batch, files_done: 5 }));
      expect((await jobOf(ref)).last_error).toBeUndefined();
      // Fewer files than are shown: the failure is noted all the same.
      await under.batches.progress(ref, aBatch({ batch: 1, files_done: 0, last_error: failed(9, 'late') }));
      await under.batches.progress(ref, aBatch({ batch: 2, files_done: 0, last_error: failed(8, 'early') }));
      expect((await jobOf(ref)).last_error).toEqual(failed(9, 'late'));
      await under.batches.start(ref, aBatch({ batch: 1 }));
      await under.batches.progress(ref, aBatch({ batch: 1, files_done: 6 }));
      expect((await jobOf(ref)).last_error).toEqual(failed(9, 'late'));
      await under.batches.finish(ref, aBatch({ batch: 1, files_done: 10 }));
      expect((await jobOf(ref)).last_error).toEqual(failed(8, 'early'));
      await under.batches.finish(ref, aBatch({ batch: 2, files_done: 10 }));
      expect((await jobOf(ref)).last_error).toBeUndefined();
    });

    it('fold into the job once', async () => {
      const ref = await begun();
      await under.batches.start(ref, aBatch({ batch: 1 }));
      const done = aBatch({ batch: 1, files_done: 10, current_file: 'z.ts', updated_at: at(8).toISOString() });
      expect(await under.batches.finish(ref, done)).toBe('kept');
      const folded = await under.snapshot();
      expect(await under.jobs.get(ref.job_id)).toMatchObject({
        job: { files_done: 10, updated_at: at(8).toISOString(), current_file: 'z.ts' },
        inFlight: [],
      });
      expect(await under.batches.finish(ref, done)).toBe('kept');
      expect(await under.batches.start(ref, aBatch({ batch: 1 }))).toBe('done');
      // A beat that was under way when the batch was folded.
      expect(await under.batches.progress(ref, done)).toBe('kept');
      expect(await under.snapshot()).toEqual(folded);
    });

    it('fold once when the same one ends in parallel', async () => {
      const ref = await begun();
      const done = aBatch({ batch: 1, files_done: 10 });
      await under.batches.start(ref, aBatch({ batch: 1 }));
      expect(await Promise.all([1, 2, 3, 4].map(() => under.batches.finish(ref, done)))).toEqual(Array(4).fill('kept'));
      expect((await jobOf(ref)).files_done).toBe(10);
    });

    it('fold 50 in parallel without losing one', async () => {
      const ref = await begun();
      await Promise.all(
        Array.from({ length: 50 }, async (_, batch) => {
          await under.batches.start(ref, aBatch({ batch }));
          await under.batches.finish(ref, aBatch({ batch, files_done: 3 }));
        }),
      );
      expect(await under.jobs.get(ref.job_id)).toMatchObject({ job: { files_done: 150 }, inFlight: [] });
    });

    it('never go back: a smaller number is kept out, its heartbeat is not', async () => {
      const ref = await begun();
      await under.batches.start(ref, aBatch({ files_done: 6 }));
      expect(await under.batches.progress(ref, aBatch({ files_done: 2, updated_at: at(9).toISOString() }))).toBe(
        'kept',
      );
      expect(await under.batches.start(ref, aBatch({ files_done: 0, updated_at: at(10).toISOString() }))).toBe('kept');
      expect((await under.jobs.get(ref.job_id))?.inFlight).toMatchObject([
        { files_done: 6, updated_at: at(10).toISOString() },
      ]);
      await under.batches.progress(
        ref,
        aBatch({ files_done: 1, current_file: 'b.ts', updated_at: at(11).toISOString() }),
      );
      expect(await jobOf(ref)).toMatchObject({ updated_at: at(11).toISOString(), current_file: 'b.ts' });
      expect(await under.batches.progress(ref, aBatch({ files_done: 7 }))).toBe('kept');
      expect((await under.jobs.get(ref.job_id))?.inFlight).toMatchObject([{ files_done: 7 }]);
    });

    it('are lost where they were never started', async () => {
      const ref = await begun();
      const before = await under.snapshot();
      expect(await under.batches.progress(ref, aBatch())).toBe('lost');
      expect(await under.snapshot()).toEqual(before);
    });

    it('stay in view through a resume, for the new attempt alone', async () => {
      const ref = await begun();
      await under.batches.start(ref, aBatch({ files_done: 6 }));
      const resumed = await under.claims.resume(ref, at(6));
      if (resumed === 'lost') throw new Error('lost');
      expect((await under.jobs.get(ref.job_id))?.inFlight).toMatchObject([{ files_done: 6 }]);
      expect(await under.batches.progress(ref, aBatch({ files_done: 9 }))).toBe('lost');
      expect(await under.batches.progress(refOf(resumed), aBatch({ files_done: 7 }))).toBe('kept');
    });

    it('are all read, also when they fill more than one answer of 1 MB', async () => {
      const ref = await begun();
      const current_file = 'x'.repeat(50_000);
      const batches = Array.from({ length: 25 }, (_, batch) => batch);
      await Promise.all(batches.map((batch) => under.batches.start(ref, aBatch({ batch, current_file }))));
      expect((await under.jobs.get(ref.job_id))?.inFlight.map(({ batch }) => batch)).toEqual(batches);
    });
  });
};
