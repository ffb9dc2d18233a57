import { describe, expect, it } from 'vitest';
import type { JobRef } from '../../../core/contract/workflow-state.ts';
import { refOf } from '../../../core/sync/execution.ts';
import { aBatch, aPlan, aPointer, aPublication } from '../../support/sync-records.ts';
import { at, type JobPorts, recipe, setUpJobs } from './job-set-up.ts';

/** Who owns a job: one attempt at a time, by whatever port it is taken away. `make` gives ports over new, empty state. */
export const syncClaimsOwnershipContract = (name: string, make: () => Promise<JobPorts>): void => {
  describe(`${name} as SyncClaims, of who owns a job`, () => {
    const { under, register, repositoryOf, jobOf, claim, begun, unfinished } = setUpJobs(make);

    describe('resume', () => {
      it('raises the fence of job and lock and counts the attempt', async () => {
        const ref = await begun();
        const before = await jobOf(ref);
        const resumed = await under.claims.resume(ref, at(30));
        expect(resumed).toEqual({ ...before, fence: 2, attempt: 2, updated_at: at(30).toISOString() });
        expect(await repositoryOf(ref)).toMatchObject({ fence: 2, lock: { job_id: ref.job_id, fence: 2 } });
        expect(await unfinished()).toEqual([ref.job_id]);
        expect(await under.running.begin({ ...ref, fence: 2 }, at(31))).toMatchObject({
          started_at: before.started_at,
          attempt: 2,
        });
      });

      it('leaves a queued job queued', async () => {
        const ref = refOf(await claim(await register()));
        expect(await under.claims.resume(ref, at(30))).toMatchObject({ status: 'queued', attempt: 2 });
      });

      it('lets one of many parallel resumes win', async () => {
        const ref = await begun();
        const outcomes = await Promise.all(Array.from({ length: 10 }, () => under.claims.resume(ref, at(30))));
        expect(outcomes.filter((outcome) => outcome !== 'lost')).toHaveLength(1);
        expect(await jobOf(ref)).toMatchObject({ fence: 2, attempt: 2 });
      });
    });

    describe('a zombie', () => {
      const takeaways: readonly (readonly [string, (ref: JobRef) => Promise<unknown>])[] = [
        ['a force', (ref) => claim(ref, { force: true })],
        ['a resume', (ref) => under.claims.resume(ref, at(8))],
        ['a cancel', (ref) => under.ends.cancel(ref.job_id, at(8))],
        ['a publish', (ref) => under.ends.publish(ref, aPublication())],
        ['a failure', (ref) => under.ends.fail(ref, { code: 'X', message: 'y' }, [], at(8))],
        [
          'a cancel and another claim',
          async (ref) => {
            await under.ends.cancel(ref.job_id, at(8));
            await claim(ref);
          },
        ],
      ];
      it.each(takeaways)('changes nothing after %s, by any method', async (_, takeAway) => {
        const ref = await begun({ branches: { main: aPointer() }, generations: { 1: recipe } });
        await under.batches.start(ref, aBatch({ batch: 0, files_done: 2 }));
        await under.batches.finish(ref, aBatch({ batch: 1, files_done: 2 }));
        await takeAway(ref);
        const before = await under.snapshot();
        const late = { at: at(40) };
        const generation = { generation: 7, generationRecord: recipe, filesTotal: 1, filesDone: 1, plan: aPlan() };
        const outcomes = {
          begin: await under.running.begin(ref, at(40)),
          heartbeat: await under.running.heartbeat(ref, { phase: 'embed', ...late }),
          recordPull: await under.running.recordPull(ref, {
            reports: [],
            branches: [],
            current: null,
            sightings: {},
            at: at(40),
          }),
          recordDiff: await under.running.recordDiff(ref, {
            mode: 'full',
            modeReason: 'requested',
            ...generation,
            ...late,
          }),
          takeGeneration: await under.running.takeGeneration(ref),
          startBatch: await under.batches.start(ref, aBatch({ batch: 2 })),
          startAgain: await under.batches.start(ref, aBatch({ batch: 0 })),
          startDone: await under.batches.start(ref, aBatch({ batch: 1 })),
          progressBatch: await under.batches.progress(ref, aBatch({ batch: 0, files_done: 9 })),
          progressLess: await under.batches.progress(ref, aBatch({ batch: 0, files_done: 1 })),
          finishBatch: await under.batches.finish(ref, aBatch({ batch: 0, files_done: 9 })),
          finishAgain: await under.batches.finish(ref, aBatch({ batch: 1, files_done: 9 })),
          publish: await under.ends.publish(
            ref,
            aPublication({ branches: { main: aPointer({ generation: 7 }) }, ...late }),
          ),
          fail: await under.ends.fail(
            ref,
            { code: 'late', message: 'late' },
            [{ kind: 'objects', prefix: 'late/' }],
            at(40),
          ),
          resume: await under.claims.resume(ref, at(40)),
        };
        expect(new Set(Object.values(outcomes)), JSON.stringify(outcomes)).toEqual(new Set(['lost']));
        expect(await under.snapshot()).toEqual(before);
      });
    });

    describe('races', () => {
      it('publish and cancel: exactly one wins', async () => {
        for (let round = 0; round < 8; round++) {
          const ref = await begun();
          const calls = [
            () => under.ends.publish(ref, aPublication()),
            () => under.ends.cancel(ref.job_id, at(9)),
          ] as const;
          const [published, cancelled] = await Promise.all([calls[0](), calls[1]()]);
          const { status } = await jobOf(ref);
          const repository = await repositoryOf(ref);
          expect(repository.lock).toBeUndefined();
          if (published === 'kept') {
            expect([cancelled.kind, status]).toEqual(['ended', 'completed']);
            expect(Object.keys(repository.branches)).toEqual(['main']);
          } else {
            expect([cancelled.kind, status]).toEqual(['cancelled', 'cancelled']);
            expect(repository.branches).toEqual({});
          }
        }
      });

      it('publish and force: the index is published or cleared, and the new job owns the lock', async () => {
        for (let round = 0; round < 8; round++) {
          const ref = await begun();
          const [published, forced] = await Promise.all([
            under.ends.publish(ref, aPublication({ branches: { main: aPointer({ generation: 5 }) } })),
            claim(ref, { force: true, clearIndex: true }),
          ]);
          const repository = await repositoryOf(ref);
          expect(repository).toMatchObject({ lock: { job_id: forced.job_id, fence: forced.fence }, branches: {} });
          expect((await jobOf(ref)).status).toBe(published === 'kept' ? 'completed' : 'cancelled');
          const cleared = [
            { kind: 'objects', prefix: aPointer().manifest_key },
            { kind: 'generation', generation: 5 },
          ];
          expect(repository.leftovers).toEqual(published === 'kept' ? cleared : []);
        }
      });

      it('resume and cancel: the job ends cancelled, and no attempt goes on', async () => {
        for (let round = 0; round < 8; round++) {
          const ref = await begun();
          const [resumed, cancelled] = await Promise.all([
            under.claims.resume(ref, at(8)),
            under.ends.cancel(ref.job_id, at(9)),
          ]);
          expect(cancelled.kind).toBe('cancelled');
          expect((await jobOf(ref)).status).toBe('cancelled');
          expect((await repositoryOf(ref)).lock).toBeUndefined();
          if (resumed !== 'lost') expect(await under.running.begin(refOf(resumed), at(10))).toBe('lost');
        }
      });
    });
  });
};
