import { describe, expect, it } from 'vitest';
import { Oid } from '../../../core/contract/ids.ts';
import { refOf } from '../../../core/sync/execution.ts';
import { aBatch, aPlan } from '../../support/sync-records.ts';
import { at, type JobPorts, recipe, setUpJobs } from './job-set-up.ts';

/** What every RunningJobs does. `make` gives ports over new, empty state. */
export const runningJobsContract = (name: string, make: () => Promise<JobPorts>): void => {
  describe(`${name} as RunningJobs`, () => {
    const { under, register, repositoryOf, jobOf, claim, begun } = setUpJobs(make);

    it('begins: queued becomes running, once', async () => {
      const job = await claim(await register());
      const started = {
        status: 'running',
        phase: 'pull',
        started_at: at(1).toISOString(),
        updated_at: at(1).toISOString(),
      };
      expect(await under.running.begin(refOf(job), at(1))).toEqual({ ...job, ...started });
      const again = { ...job, ...started, updated_at: at(2).toISOString() };
      expect(await under.running.begin(refOf(job), at(2))).toEqual(again);
      expect(await jobOf(job)).toEqual(again);
    });

    it('beats: what a beat leaves out stays', async () => {
      const ref = await begun();
      const estimatedCompletion = at(50);
      await under.running.heartbeat(ref, {
        phase: 'diff',
        phaseDone: 0.25,
        currentFile: 'a.ts',
        at: at(5),
        estimatedCompletion,
      });
      const first = {
        phase: 'diff',
        phase_done: 0.25,
        current_file: 'a.ts',
        updated_at: at(5).toISOString(),
        estimated_completion: at(50).toISOString(),
      };
      expect(await jobOf(ref)).toMatchObject(first);
      expect(await under.running.heartbeat(ref, { phase: 'diff', at: at(6) })).toBe('kept');
      expect(await jobOf(ref)).toMatchObject({ ...first, updated_at: at(6).toISOString() });
      await under.running.heartbeat(ref, { phase: 'stage', currentFile: null, estimatedCompletion: null, at: at(7) });
      expect(await jobOf(ref)).toMatchObject({ phase: 'stage', current_file: null, estimated_completion: null });
    });

    it('keeps the last error until it is taken away', async () => {
      const ref = await begun();
      const lastError = {
        code: 'SourceUnavailableError',
        reason: 'no_answer',
        message: 'https://h/r: silent',
        at: at(5).toISOString(),
        try: 1,
        tries: 5,
        next_try_by: at(9).toISOString(),
        phase: 'pull' as const,
        attempt: 1,
      };
      expect(await under.running.heartbeat(ref, { phase: 'pull', at: at(5), lastError })).toBe('kept');
      expect((await jobOf(ref)).last_error).toEqual(lastError);
      await under.running.heartbeat(ref, { phase: 'pull', at: at(6) });
      expect((await jobOf(ref)).last_error).toEqual(lastError);
      await under.running.heartbeat(ref, { phase: 'pull', at: at(7), lastError: null });
      expect((await jobOf(ref)).last_error).toBeNull();
    });

    it('records pull and diff', async () => {
      const ref = await begun();
      const pull = [
        { remote: 'origin', branch: 'main', from: null, to: 'b'.repeat(40), commit_count: null, rewritten: false },
      ];
      const branches = [
        { name: 'main', commit: Oid.parse('b'.repeat(40)), reason: null },
        { name: 'gone', commit: null, reason: 'the source has no branch gone' },
      ];
      const current = { branch: 'main', moved_from: 'master', head: 'main' };
      const sightings = { main: { commit: 'b'.repeat(40), seen_at: at(1).toISOString(), deleted_at: null } };
      expect(await under.running.recordPull(ref, { reports: pull, branches, current, sightings, at: at(2) })).toBe(
        'kept',
      );
      expect((await repositoryOf(ref)).sightings).toEqual(sightings);
      // A plan keeps nothing of its look, and undoes nothing that others have seen meanwhile.
      const before = await repositoryOf(ref);
      const plan = { reports: pull, branches, current, sightings: null, at: at(2) };
      expect(await under.running.recordPull(ref, plan)).toBe('kept');
      expect(await repositoryOf(ref)).toEqual(before);
      const report = {
        mode: 'full' as const,
        modeReason: 'first_sync' as const,
        generation: 1,
        generationRecord: recipe,
        filesTotal: 30,
        filesDone: 4,
        plan: aPlan(),
      };
      expect(await under.running.recordDiff(ref, { ...report, at: at(3) })).toBe('kept');
      expect(await jobOf(ref)).toMatchObject({
        pull,
        branches,
        current,
        mode: 'full',
        mode_reason: 'first_sync',
        generation: 1,
        files_total: 30,
        files_done: 4,
        updated_at: at(3).toISOString(),
      });
      expect((await repositoryOf(ref)).generations).toEqual({ 1: recipe });
      await under.running.recordDiff(ref, {
        ...report,
        generationRecord: { ...recipe, embedder_id: 'other' },
        at: at(4),
      });
      expect((await repositoryOf(ref)).generations).toEqual({ 1: recipe });
    });

    it('counts the diff and every folded batch once, also when the diff is made again', async () => {
      const ref = await begun();
      const report = {
        mode: 'full' as const,
        modeReason: 'first_sync' as const,
        generation: 1,
        generationRecord: recipe,
        filesTotal: 30,
        filesDone: 4,
        plan: aPlan(),
        at: at(3),
      };
      await under.running.recordDiff(ref, report);
      await under.batches.finish(ref, aBatch({ batch: 0, files_done: 10 }));
      await under.running.recordDiff(ref, report);
      expect((await jobOf(ref)).files_done).toBe(14);
    });

    it('counts what folded batches have used once, and keeps a plan that a heartbeat brings', async () => {
      const ref = await begun();
      await under.batches.finish(ref, aBatch({ batch: 0, files_done: 1 }));
      expect((await jobOf(ref)).used_tokens).toBeUndefined();
      const used = { tokens: 120, chunks_embedded: 4, chunks_reused: 2 };
      for (const batch of [1, 1, 2]) await under.batches.finish(ref, aBatch({ batch, files_done: 1, used }));
      const plan = aPlan({ tokens: 300 });
      await under.running.heartbeat(ref, { phase: 'embed', at: at(4), plan });
      await under.running.heartbeat(ref, { phase: 'embed', at: at(5) });
      expect(await jobOf(ref)).toMatchObject({
        used_tokens: 240,
        used_chunks_embedded: 8,
        used_chunks_reused: 4,
        plan,
      });
    });

    it('registers no generation for a plan that makes none', async () => {
      const ref = await begun();
      const report = { mode: 'full', modeReason: 'first_sync', generation: null, generationRecord: null } as const;
      const counted = { filesTotal: 4, filesDone: 0, plan: aPlan(), at: at(3) };
      expect(await under.running.recordDiff(ref, { ...report, ...counted })).toBe('kept');
      expect(await jobOf(ref)).toMatchObject({ mode: 'full', generation: null, plan: aPlan() });
      expect((await repositoryOf(ref)).generations).toEqual({});
    });

    it('notes what is wrong with generations, and that it is not any more', async () => {
      const ref = await begun({ generations: { 1: recipe, 2: recipe } });
      expect(
        await under.running.recordFaults(
          ref,
          new Map([
            [1, 'index_lost'],
            [2, 'manifest_lost'],
          ]),
        ),
      ).toBe('kept');
      expect((await repositoryOf(ref)).generations).toEqual({
        1: { ...recipe, fault: 'index_lost' },
        2: { ...recipe, fault: 'manifest_lost' },
      });
      expect(
        await under.running.recordFaults(
          ref,
          new Map([
            [1, null],
            [2, 'index_damaged'],
          ]),
        ),
      ).toBe('kept');
      expect((await repositoryOf(ref)).generations).toEqual({ 1: recipe, 2: { ...recipe, fault: 'index_damaged' } });
    });

    it('takes one generation a job, whoever asks how often', async () => {
      const ref = await begun({ generation: 4 });
      const taken = await Promise.all(Array.from({ length: 5 }, () => under.running.takeGeneration(ref)));
      expect(taken).toEqual([5, 5, 5, 5, 5]);
      const resumed = await under.claims.resume(ref, at(4));
      if (resumed === 'lost') throw new Error('lost');
      await under.running.begin(refOf(resumed), at(5));
      expect(await under.running.takeGeneration(refOf(resumed))).toBe(5);
      expect((await repositoryOf(ref)).generation).toBe(5);
      expect((await jobOf(ref)).generation).toBe(5);
    });

    it('takes a new generation although an incremental diff has named one', async () => {
      const ref = await begun({ generation: 4 });
      await under.running.recordDiff(ref, {
        mode: 'incremental',
        modeReason: null,
        generation: 4,
        generationRecord: recipe,
        filesTotal: 1,
        filesDone: 0,
        plan: aPlan(),
        at: at(2),
      });
      expect(await under.running.takeGeneration(ref)).toBe(5);
    });
  });
};
