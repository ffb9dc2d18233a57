import { beforeEach, describe, expect, it } from 'vitest';
import type { JobRecord, RepositoryRecord } from '../../../core/contract/records.ts';
import type { JobRef } from '../../../core/contract/workflow-state.ts';
import type { RepositoryStore } from '../../../core/ports/repository-store.ts';
import type { SyncStore } from '../../../core/ports/sync-store.ts';
import {
  aBatch,
  aJob,
  aPointer,
  aPublication,
  aRepository,
  aRepositoryId,
  aUser,
  someCounts,
} from '../../support/sync-records.ts';

export interface SyncStoreUnderTest {
  readonly repositories: RepositoryStore;
  readonly sync: SyncStore;
  /** Everything that is stored, in a comparable form. */
  snapshot(): Promise<unknown>;
}

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 2, 0, 0, second));
const recipe = { embedder_id: 'hash-512', dimensions: 512, chunker_version: 'c1' };
const refOf = ({ repository_id, job_id, fence }: JobRecord): JobRef => ({ repository_id, job_id, fence });

/** What every SyncStore does. `make` gives stores over new, empty state. */
export const syncStoreContract = (name: string, make: () => Promise<SyncStoreUnderTest>): void => {
  describe(`${name} as a SyncStore`, () => {
    let under: SyncStoreUnderTest;
    let sync: SyncStore;
    beforeEach(async () => {
      under = await make();
      ({ sync } = under);
    });

    const register = async (parts: Partial<RepositoryRecord> = {}): Promise<RepositoryRecord> => {
      const repository = aRepository(parts);
      await under.repositories.create(repository);
      return repository;
    };
    const repositoryOf = async ({ repository_id }: Pick<JobRef, 'repository_id'>): Promise<RepositoryRecord> => {
      const repository = await under.repositories.get(repository_id);
      if (repository === null) throw new Error('the repository is gone');
      return repository;
    };
    const jobOf = async ({ job_id }: Pick<JobRef, 'job_id'>): Promise<JobRecord> => {
      const view = await sync.job(job_id);
      if (view === null) throw new Error('the job is gone');
      return view.job;
    };
    const claim = async (
      repository: Pick<RepositoryRecord, 'repository_id'>,
      parts: { force?: boolean; clearIndex?: boolean; job?: Partial<JobRecord> } = {},
    ): Promise<JobRecord> => {
      const { force = false, clearIndex = false, job = {} } = parts;
      const outcome = await sync.claim({ job: aJob(repository.repository_id, job), force, clearIndex });
      if (outcome.kind !== 'claimed') throw new Error(`the claim is ${outcome.kind}`);
      return outcome.job;
    };
    const running = async (parts: Partial<RepositoryRecord> = {}): Promise<JobRef> => {
      const ref = refOf(await claim(await register(parts)));
      await sync.begin(ref, at(1));
      return ref;
    };
    const unfinished = async (): Promise<string[]> => {
      const ids: string[] = [];
      for await (const job of sync.unfinished()) ids.push(job.job_id);
      return ids.sort();
    };

    describe('claim', () => {
      describe('with a repository that was read before', () => {
        it('claims it, if it is as it was', async () => {
          const seen = await register({ fence: 7 });
          const asked = aJob(seen.repository_id);
          const outcome = await sync.claim({ job: asked, seen, force: false, clearIndex: false });
          expect(outcome).toMatchObject({ kind: 'claimed', job: { fence: 8 } });
        });

        it('does not claim what another has claimed since', async () => {
          const seen = await register();
          const { job_id } = await claim(seen);
          const outcome = await sync.claim({ job: aJob(seen.repository_id), seen, force: false, clearIndex: false });
          expect(outcome).toMatchObject({ kind: 'held', by: { job: { job_id } } });
        });

        it('claims what has been freed since, with a fence that nobody had', async () => {
          const idle = await register();
          const first = await claim(idle);
          const seen = await repositoryOf(idle);
          await sync.cancel(first.job_id, at(2));
          const outcome = await sync.claim({ job: aJob(idle.repository_id), seen, force: false, clearIndex: false });
          const { fence } = await repositoryOf(idle);
          expect(outcome).toMatchObject({ kind: 'claimed', job: { fence } });
          expect(fence).toBeGreaterThan(first.fence);
        });

        it('finds it gone', async () => {
          const seen = await register();
          await under.repositories.delete(seen.repository_id);
          const asked = { job: aJob(seen.repository_id), seen, force: false, clearIndex: false };
          expect(await sync.claim(asked)).toEqual({ kind: 'absent' });
        });
      });

      it('puts the job and the lock, under a fence that grows', async () => {
        const repository = await register({ fence: 7 });
        const asked = aJob(repository.repository_id);
        const outcome = await sync.claim({ job: asked, force: false, clearIndex: false });
        expect(outcome).toEqual({ kind: 'claimed', job: { ...asked, fence: 8 }, replaced: null });
        expect(await sync.job(asked.job_id)).toEqual({ job: { ...asked, fence: 8 }, inFlight: [] });
        const lock = { job_id: asked.job_id, fence: 8 };
        expect(await repositoryOf(repository)).toEqual({ ...repository, fence: 8, lock });
      });

      it('keeps the webhook of a job that has one', async () => {
        const repository = await register();
        const { options } = aJob(repository.repository_id);
        const job = await claim(repository, {
          job: { options: { ...options, progress_webhook: 'https://h.example/x' } },
        });
        expect((await jobOf(job)).options.progress_webhook).toBe('https://h.example/x');
      });

      it('answers absent for a repository that is not there, and puts no job', async () => {
        const job = aJob(aRepositoryId());
        expect(await sync.claim({ job, force: true, clearIndex: true })).toEqual({ kind: 'absent' });
        expect(await sync.job(job.job_id)).toBeNull();
      });

      it('says who holds the lock, with the batches in flight, and changes nothing', async () => {
        const ref = await running();
        await sync.startBatch(ref, aBatch({ batch: 2, files_done: 4, current_file: 'a.ts' }));
        const before = await under.snapshot();
        const outcome = await sync.claim({ job: aJob(ref.repository_id), force: false, clearIndex: true });
        expect(outcome).toMatchObject({
          kind: 'held',
          by: { job: { job_id: ref.job_id }, inFlight: [{ batch: 2, files_done: 4 }] },
        });
        expect(await under.snapshot()).toEqual(before);
      });

      it('gives the same answer to a claim that is repeated', async () => {
        const repository = await register();
        const job = aJob(repository.repository_id);
        const first = await sync.claim({ job, force: true, clearIndex: false });
        expect(await sync.claim({ job, force: true, clearIndex: false })).toEqual(first);
        await sync.cancel(job.job_id, at(3));
        const after = await sync.claim({ job, force: false, clearIndex: false });
        expect(after).toMatchObject({ kind: 'claimed', job: { job_id: job.job_id, status: 'cancelled' } });
        expect((await repositoryOf(repository)).lock).toBeUndefined();
      });

      it('lets one of 100 parallel claims in, and tells the others its name', async () => {
        const repository = await register();
        const jobs = Array.from({ length: 100 }, () => aJob(repository.repository_id));
        const outcomes = await Promise.all(jobs.map((job) => sync.claim({ job, force: false, clearIndex: false })));
        const winners = outcomes.flatMap((outcome) => (outcome.kind === 'claimed' ? [outcome.job.job_id] : []));
        expect(winners).toHaveLength(1);
        const holders = outcomes.flatMap((outcome) => (outcome.kind === 'held' ? [outcome.by.job.job_id] : []));
        expect(holders).toEqual(Array(99).fill(winners[0]));
        const stored = await Promise.all(jobs.map((job) => sync.job(job.job_id)));
        expect(stored.filter((view) => view !== null)).toHaveLength(1);
        expect(await repositoryOf(repository)).toMatchObject({ fence: 1, lock: { job_id: winners[0], fence: 1 } });
      });

      it('with force on a free repository replaces nobody', async () => {
        const repository = await register();
        const outcome = await sync.claim({ job: aJob(repository.repository_id), force: true, clearIndex: false });
        expect(outcome).toMatchObject({ kind: 'claimed', replaced: null });
      });

      it('with force takes the lock, raises the fence and cancels the old job in one step', async () => {
        const ref = await running();
        await sync.startBatch(ref, aBatch());
        const outcome = await sync.claim({
          job: aJob(ref.repository_id, { created_at: at(20).toISOString() }),
          force: true,
          clearIndex: false,
        });
        if (outcome.kind !== 'claimed') throw new Error(outcome.kind);
        const ended = { status: 'cancelled', ended_at: at(20).toISOString(), attempt: 1 };
        expect(outcome.replaced).toMatchObject({ job: { job_id: ref.job_id, ...ended }, inFlight: [] });
        expect(await sync.job(ref.job_id)).toEqual(outcome.replaced);
        expect(outcome.job.fence).toBe(ref.fence + 1);
        const lock = { job_id: outcome.job.job_id, fence: 2 };
        expect(await repositoryOf(ref)).toMatchObject({ fence: 2, lock });
        expect(await unfinished()).toEqual([outcome.job.job_id]);
      });

      it('leaves exactly one owner after 20 parallel forces, on a lock that was held', async () => {
        const ref = await running();
        const jobs = Array.from({ length: 20 }, () => aJob(ref.repository_id));
        const outcomes = await Promise.all(jobs.map((job) => sync.claim({ job, force: true, clearIndex: false })));
        const repository = await repositoryOf(ref);
        const claimed = outcomes.flatMap((outcome) => (outcome.kind === 'claimed' ? [outcome] : []));
        expect(claimed.length).toBeGreaterThan(0);
        expect(outcomes.every(({ kind }) => kind === 'claimed' || kind === 'held')).toBe(true);
        // Every claim replaced the one before: a chain that begins with the old job and ends with the owner.
        claimed.sort((a, b) => a.job.fence - b.job.fence);
        expect(claimed.map(({ replaced }) => replaced?.job.job_id)).toEqual(
          [ref, ...claimed.map(({ job }) => job)].slice(0, -1).map(({ job_id }) => job_id),
        );
        const owner = claimed.at(-1)?.job;
        expect(repository).toMatchObject({ fence: owner?.fence, lock: { job_id: owner?.job_id, fence: owner?.fence } });
        expect(await unfinished()).toEqual([owner?.job_id]);
        for (const [i, { job_id }] of jobs.entries()) {
          const status = (await sync.job(job_id))?.job.status;
          expect(status).toBe(
            outcomes[i]?.kind === 'held' ? undefined : job_id === owner?.job_id ? 'queued' : 'cancelled',
          );
        }
      });

      it('clears the index with the claim, and leaves each generation that was pointed to over', async () => {
        const repository = await register({
          branches: {
            main: aPointer({ generation: 2 }),
            'a/b.c': aPointer({ generation: 1 }),
            dev: aPointer({ generation: 2 }),
          },
          generations: { 1: recipe, 2: recipe },
          leftovers: [{ kind: 'objects', prefix: 'old/' }],
        });
        await claim(repository, { clearIndex: true });
        expect(await repositoryOf(repository)).toMatchObject({
          branches: {},
          leftovers: [
            { kind: 'objects', prefix: 'old/' },
            { kind: 'generation', generation: 1 },
            { kind: 'generation', generation: 2 },
          ],
        });
      });

      it('with force clears the index that the replaced job leaves', async () => {
        const ref = await running({ branches: { main: aPointer({ generation: 3 }) } });
        await claim(ref, { force: true, clearIndex: true });
        expect(await repositoryOf(ref)).toMatchObject({
          branches: {},
          leftovers: [{ kind: 'generation', generation: 3 }],
        });
      });

      it('is free for the next job after each kind of end', async () => {
        const repository = await register();
        const published = refOf(await claim(repository));
        await sync.begin(published, at(1));
        expect(await sync.publish(published, aPublication())).toBe('kept');
        const failed = refOf(await claim(repository));
        expect(await sync.fail(failed, { code: 'X', message: 'y' }, [], at(2))).toBe('kept');
        const cancelled = await claim(repository);
        expect((await sync.cancel(cancelled.job_id, at(3))).kind).toBe('cancelled');
        expect((await claim(repository)).fence).toBe(5);
      });
    });

    describe('a job at work', () => {
      it('begins: queued becomes running, once', async () => {
        const job = await claim(await register());
        const started = {
          status: 'running',
          phase: 'pull',
          started_at: at(1).toISOString(),
          updated_at: at(1).toISOString(),
        };
        expect(await sync.begin(refOf(job), at(1))).toEqual({ ...job, ...started });
        const again = { ...job, ...started, updated_at: at(2).toISOString() };
        expect(await sync.begin(refOf(job), at(2))).toEqual(again);
        expect(await jobOf(job)).toEqual(again);
      });

      it('beats: what a beat leaves out stays', async () => {
        const ref = await running();
        const estimatedCompletion = at(50);
        await sync.heartbeat(ref, {
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
        expect(await sync.heartbeat(ref, { phase: 'diff', at: at(6) })).toBe('kept');
        expect(await jobOf(ref)).toMatchObject({ ...first, updated_at: at(6).toISOString() });
        await sync.heartbeat(ref, { phase: 'stage', currentFile: null, estimatedCompletion: null, at: at(7) });
        expect(await jobOf(ref)).toMatchObject({ phase: 'stage', current_file: null, estimated_completion: null });
      });

      it('records pull and diff', async () => {
        const ref = await running();
        const pull = [
          { remote: 'origin', branch: 'main', from: null, to: 'b'.repeat(40), commit_count: null, rewritten: false },
        ];
        expect(await sync.recordPull(ref, pull, at(2))).toBe('kept');
        const report = { mode: 'full' as const, generation: 1, generationRecord: recipe, filesTotal: 30, filesDone: 4 };
        expect(await sync.recordDiff(ref, { ...report, at: at(3) })).toBe('kept');
        expect(await jobOf(ref)).toMatchObject({
          pull,
          mode: 'full',
          generation: 1,
          files_total: 30,
          files_done: 4,
          updated_at: at(3).toISOString(),
        });
        expect((await repositoryOf(ref)).generations).toEqual({ 1: recipe });
        await sync.recordDiff(ref, { ...report, generationRecord: { ...recipe, embedder_id: 'other' }, at: at(4) });
        expect((await repositoryOf(ref)).generations).toEqual({ 1: recipe });
      });

      it('counts the diff and every folded batch once, also when the diff is made again', async () => {
        const ref = await running();
        const report = {
          mode: 'full' as const,
          generation: 1,
          generationRecord: recipe,
          filesTotal: 30,
          filesDone: 4,
          at: at(3),
        };
        await sync.recordDiff(ref, report);
        await sync.finishBatch(ref, aBatch({ batch: 0, files_done: 10 }));
        await sync.recordDiff(ref, report);
        expect((await jobOf(ref)).files_done).toBe(14);
      });

      it('takes one generation a job, whoever asks how often', async () => {
        const ref = await running({ generation: 4 });
        const taken = await Promise.all(Array.from({ length: 5 }, () => sync.takeGeneration(ref)));
        expect(taken).toEqual([5, 5, 5, 5, 5]);
        const resumed = await sync.resume(ref, at(4));
        if (resumed === 'lost') throw new Error('lost');
        await sync.begin(refOf(resumed), at(5));
        expect(await sync.takeGeneration(refOf(resumed))).toBe(5);
        expect((await repositoryOf(ref)).generation).toBe(5);
        expect((await jobOf(ref)).generation).toBe(5);
      });

      it('takes a new generation although an incremental diff has named one', async () => {
        const ref = await running({ generation: 4 });
        await sync.recordDiff(ref, {
          mode: 'incremental',
          generation: 4,
          generationRecord: recipe,
          filesTotal: 1,
          filesDone: 0,
          at: at(2),
        });
        expect(await sync.takeGeneration(ref)).toBe(5);
      });
    });

    describe('batches', () => {
      it('show what is in flight, the latest heartbeat and its file', async () => {
        const ref = await running();
        await sync.heartbeat(ref, { phase: 'embed', currentFile: 'old.ts', at: at(5) });
        expect(await sync.startBatch(ref, aBatch({ batch: 11 }))).toBe('kept');
        expect(await sync.startBatch(ref, aBatch({ batch: 2 }))).toBe('kept');
        const late = aBatch({ batch: 2, files_done: 3, current_file: 'new.ts', updated_at: at(9).toISOString() });
        expect(await sync.progressBatch(ref, late)).toBe('kept');
        await sync.progressBatch(
          ref,
          aBatch({ batch: 11, files_done: 1, current_file: 'mid.ts', updated_at: at(7).toISOString() }),
        );
        const view = await sync.job(ref.job_id);
        expect(view?.inFlight.map(({ batch, files_done }) => [batch, files_done])).toEqual([
          [2, 3],
          [11, 1],
        ]);
        expect(view?.job).toMatchObject({ updated_at: at(9).toISOString(), current_file: 'new.ts', files_done: 0 });
        await sync.heartbeat(ref, { phase: 'embed', currentFile: 'newest.ts', at: at(10) });
        expect(await jobOf(ref)).toMatchObject({ updated_at: at(10).toISOString(), current_file: 'newest.ts' });
      });

      it('fold into the job once', async () => {
        const ref = await running();
        await sync.startBatch(ref, aBatch({ batch: 1 }));
        const done = aBatch({ batch: 1, files_done: 10, current_file: 'z.ts', updated_at: at(8).toISOString() });
        expect(await sync.finishBatch(ref, done)).toBe('kept');
        const folded = await under.snapshot();
        expect(await sync.job(ref.job_id)).toMatchObject({
          job: { files_done: 10, updated_at: at(8).toISOString(), current_file: 'z.ts' },
          inFlight: [],
        });
        expect(await sync.finishBatch(ref, done)).toBe('kept');
        expect(await sync.startBatch(ref, aBatch({ batch: 1 }))).toBe('done');
        // A beat that was under way when the batch was folded.
        expect(await sync.progressBatch(ref, done)).toBe('kept');
        expect(await under.snapshot()).toEqual(folded);
      });

      it('fold once when the same one ends in parallel', async () => {
        const ref = await running();
        const done = aBatch({ batch: 1, files_done: 10 });
        await sync.startBatch(ref, aBatch({ batch: 1 }));
        expect(await Promise.all([1, 2, 3, 4].map(() => sync.finishBatch(ref, done)))).toEqual(Array(4).fill('kept'));
        expect((await jobOf(ref)).files_done).toBe(10);
      });

      it('fold 50 in parallel without losing one', async () => {
        const ref = await running();
        await Promise.all(
          Array.from({ length: 50 }, async (_, batch) => {
            await sync.startBatch(ref, aBatch({ batch }));
            await sync.finishBatch(ref, aBatch({ batch, files_done: 3 }));
          }),
        );
        expect(await sync.job(ref.job_id)).toMatchObject({ job: { files_done: 150 }, inFlight: [] });
      });

      it('never go back: a smaller number is kept out, its heartbeat is not', async () => {
        const ref = await running();
        await sync.startBatch(ref, aBatch({ files_done: 6 }));
        expect(await sync.progressBatch(ref, aBatch({ files_done: 2, updated_at: at(9).toISOString() }))).toBe('kept');
        expect(await sync.startBatch(ref, aBatch({ files_done: 0, updated_at: at(10).toISOString() }))).toBe('kept');
        expect((await sync.job(ref.job_id))?.inFlight).toMatchObject([
          { files_done: 6, updated_at: at(10).toISOString() },
        ]);
        await sync.progressBatch(
          ref,
          aBatch({ files_done: 1, current_file: 'b.ts', updated_at: at(11).toISOString() }),
        );
        expect(await jobOf(ref)).toMatchObject({ updated_at: at(11).toISOString(), current_file: 'b.ts' });
        expect(await sync.progressBatch(ref, aBatch({ files_done: 7 }))).toBe('kept');
        expect((await sync.job(ref.job_id))?.inFlight).toMatchObject([{ files_done: 7 }]);
      });

      it('are lost where they were never started', async () => {
        const ref = await running();
        const before = await under.snapshot();
        expect(await sync.progressBatch(ref, aBatch())).toBe('lost');
        expect(await under.snapshot()).toEqual(before);
      });

      it('stay in view through a resume, for the new attempt alone', async () => {
        const ref = await running();
        await sync.startBatch(ref, aBatch({ files_done: 6 }));
        const resumed = await sync.resume(ref, at(6));
        if (resumed === 'lost') throw new Error('lost');
        expect((await sync.job(ref.job_id))?.inFlight).toMatchObject([{ files_done: 6 }]);
        expect(await sync.progressBatch(ref, aBatch({ files_done: 9 }))).toBe('lost');
        expect(await sync.progressBatch(refOf(resumed), aBatch({ files_done: 7 }))).toBe('kept');
      });

      it('are all read, also when they fill more than one answer of 1 MB', async () => {
        const ref = await running();
        const current_file = 'x'.repeat(50_000);
        const batches = Array.from({ length: 25 }, (_, batch) => batch);
        await Promise.all(batches.map((batch) => sync.startBatch(ref, aBatch({ batch, current_file }))));
        expect((await sync.job(ref.job_id))?.inFlight.map(({ batch }) => batch)).toEqual(batches);
      });
    });

    describe('ends', () => {
      it('publish flips the pointers, replaces the leftovers, frees the lock and ends the job', async () => {
        const ref = await running({
          branches: {
            'feature/x.y-z': aPointer(),
            gone: aPointer({ generation: 2 }),
            main: aPointer({ generation: 1 }),
          },
          generations: { 1: recipe, 2: recipe, 3: recipe },
          leftovers: [{ kind: 'generation', generation: 9 }],
        });
        const before = await repositoryOf(ref);
        const leftovers = [{ kind: 'blobs' as const, generation: 3, key: 'garbage' }];
        const publication = aPublication({
          status: 'completed_with_errors',
          branches: { main: aPointer({ generation: 3 }), 'a.b/c': aPointer({ generation: 3 }) },
          removedBranches: ['gone'],
          leftovers,
        });
        expect(await sync.publish(ref, publication)).toBe('kept');
        const { lock: _, ...free } = before;
        expect(await repositoryOf(ref)).toEqual({
          ...free,
          updated_at: at(10).toISOString(),
          default_branch: 'main',
          branches: {
            'feature/x.y-z': aPointer(),
            main: aPointer({ generation: 3 }),
            'a.b/c': aPointer({ generation: 3 }),
          },
          generations: { 1: recipe, 3: recipe },
          leftovers,
          rates: publication.rates,
        });
        expect(await jobOf(ref)).toMatchObject({
          status: 'completed_with_errors',
          phase: 'ended',
          phase_done: 1,
          counts: someCounts,
          ended_at: at(10).toISOString(),
          updated_at: at(10).toISOString(),
        });
        expect(await unfinished()).toEqual([]);
      });

      it('publish leaves a default branch that is known', async () => {
        const ref = await running({ default_branch: 'trunk' });
        await sync.publish(ref, aPublication());
        expect((await repositoryOf(ref)).default_branch).toBe('trunk');
      });

      it('publish takes 100 branches with long names', async () => {
        const ref = await running();
        const branches = Object.fromEntries(
          Array.from({ length: 100 }, (_, i) => [`feature/${'n'.repeat(220)}.${i}`, aPointer()]),
        );
        expect(await sync.publish(ref, aPublication({ branches }))).toBe('kept');
        expect((await repositoryOf(ref)).branches).toEqual(branches);
      });

      it('a grant at the same time as a publish stays', async () => {
        const ref = await running();
        await Promise.all([
          sync.publish(ref, aPublication()),
          under.repositories.grant(ref.repository_id, aUser('bob'), 'read'),
        ]);
        expect(await repositoryOf(ref)).toMatchObject({ grants: { bob: 'read' }, branches: { main: aPointer() } });
      });

      it('a queued job is not published', async () => {
        const ref = refOf(await claim(await register()));
        expect(await sync.publish(ref, aPublication())).toBe('lost');
        expect((await jobOf(ref)).status).toBe('queued');
      });

      it('fail keeps the cause, adds its leftovers and leaves the index', async () => {
        const ref = await running({ branches: { main: aPointer() }, leftovers: [{ kind: 'objects', prefix: 'a/' }] });
        const error = { code: 'SourceNotFoundError', message: 'gone' };
        expect(await sync.fail(ref, error, [{ kind: 'objects', prefix: 'b/' }], at(12))).toBe('kept');
        expect(await jobOf(ref)).toMatchObject({
          status: 'failed',
          phase: 'pull',
          error,
          ended_at: at(12).toISOString(),
        });
        const repository = await repositoryOf(ref);
        expect(repository.lock).toBeUndefined();
        expect(repository).toMatchObject({
          branches: { main: aPointer() },
          leftovers: [{ prefix: 'a/' }, { prefix: 'b/' }],
        });
      });

      it('cancel ends a queued or running job and raises the fence', async () => {
        const ref = await running();
        const outcome = await sync.cancel(ref.job_id, at(9));
        expect(outcome).toEqual({ kind: 'cancelled', job: await jobOf(ref) });
        expect(await jobOf(ref)).toMatchObject({ status: 'cancelled', ended_at: at(9).toISOString() });
        const repository = await repositoryOf(ref);
        expect(repository.lock).toBeUndefined();
        expect(repository.fence).toBe(ref.fence + 1);
      });

      it('cancel leaves a job that has ended as it is', async () => {
        const ref = await running();
        await sync.publish(ref, aPublication());
        const before = await under.snapshot();
        expect(await sync.cancel(ref.job_id, at(20))).toEqual({ kind: 'ended', job: await jobOf(ref) });
        expect(await sync.cancel(aJob(ref.repository_id).job_id, at(20))).toEqual({ kind: 'absent' });
        expect(await under.snapshot()).toEqual(before);
      });
    });

    describe('resume', () => {
      it('raises the fence of job and lock and counts the attempt', async () => {
        const ref = await running();
        const before = await jobOf(ref);
        const resumed = await sync.resume(ref, at(30));
        expect(resumed).toEqual({ ...before, fence: 2, attempt: 2, updated_at: at(30).toISOString() });
        expect(await repositoryOf(ref)).toMatchObject({ fence: 2, lock: { job_id: ref.job_id, fence: 2 } });
        expect(await unfinished()).toEqual([ref.job_id]);
        expect(await sync.begin({ ...ref, fence: 2 }, at(31))).toMatchObject({
          started_at: before.started_at,
          attempt: 2,
        });
      });

      it('leaves a queued job queued', async () => {
        const ref = refOf(await claim(await register()));
        expect(await sync.resume(ref, at(30))).toMatchObject({ status: 'queued', attempt: 2 });
      });

      it('lets one of many parallel resumes win', async () => {
        const ref = await running();
        const outcomes = await Promise.all(Array.from({ length: 10 }, () => sync.resume(ref, at(30))));
        expect(outcomes.filter((outcome) => outcome !== 'lost')).toHaveLength(1);
        expect(await jobOf(ref)).toMatchObject({ fence: 2, attempt: 2 });
      });
    });

    describe('a zombie', () => {
      const takeaways: readonly (readonly [string, (ref: JobRef) => Promise<unknown>])[] = [
        ['a force', (ref) => claim(ref, { force: true })],
        ['a resume', (ref) => sync.resume(ref, at(8))],
        ['a cancel', (ref) => sync.cancel(ref.job_id, at(8))],
        ['a publish', (ref) => sync.publish(ref, aPublication())],
        ['a failure', (ref) => sync.fail(ref, { code: 'X', message: 'y' }, [], at(8))],
        [
          'a cancel and another claim',
          async (ref) => {
            await sync.cancel(ref.job_id, at(8));
            await claim(ref);
          },
        ],
      ];
      it.each(takeaways)('changes nothing after %s, by any method', async (_, takeAway) => {
        const ref = await running({ branches: { main: aPointer() } });
        await sync.startBatch(ref, aBatch({ batch: 0, files_done: 2 }));
        await sync.finishBatch(ref, aBatch({ batch: 1, files_done: 2 }));
        await takeAway(ref);
        const before = await under.snapshot();
        const late = { at: at(40) };
        const generation = { generation: 7, generationRecord: recipe, filesTotal: 1, filesDone: 1 };
        const outcomes = {
          begin: await sync.begin(ref, at(40)),
          heartbeat: await sync.heartbeat(ref, { phase: 'embed', ...late }),
          recordPull: await sync.recordPull(ref, [], at(40)),
          recordDiff: await sync.recordDiff(ref, { mode: 'full', ...generation, ...late }),
          takeGeneration: await sync.takeGeneration(ref),
          startBatch: await sync.startBatch(ref, aBatch({ batch: 2 })),
          startAgain: await sync.startBatch(ref, aBatch({ batch: 0 })),
          startDone: await sync.startBatch(ref, aBatch({ batch: 1 })),
          progressBatch: await sync.progressBatch(ref, aBatch({ batch: 0, files_done: 9 })),
          progressLess: await sync.progressBatch(ref, aBatch({ batch: 0, files_done: 1 })),
          finishBatch: await sync.finishBatch(ref, aBatch({ batch: 0, files_done: 9 })),
          finishAgain: await sync.finishBatch(ref, aBatch({ batch: 1, files_done: 9 })),
          publish: await sync.publish(ref, aPublication({ branches: { main: aPointer({ generation: 7 }) }, ...late })),
          fail: await sync.fail(ref, { code: 'late', message: 'late' }, [{ kind: 'objects', prefix: 'late/' }], at(40)),
          resume: await sync.resume(ref, at(40)),
        };
        expect(new Set(Object.values(outcomes)), JSON.stringify(outcomes)).toEqual(new Set(['lost']));
        expect(await under.snapshot()).toEqual(before);
      });
    });

    describe('races', () => {
      it('publish and cancel: exactly one wins', async () => {
        for (let round = 0; round < 8; round++) {
          const ref = await running();
          const calls = [() => sync.publish(ref, aPublication()), () => sync.cancel(ref.job_id, at(9))] as const;
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
          const ref = await running();
          const [published, forced] = await Promise.all([
            sync.publish(ref, aPublication({ branches: { main: aPointer({ generation: 5 }) } })),
            claim(ref, { force: true, clearIndex: true }),
          ]);
          const repository = await repositoryOf(ref);
          expect(repository).toMatchObject({ lock: { job_id: forced.job_id, fence: forced.fence }, branches: {} });
          expect((await jobOf(ref)).status).toBe(published === 'kept' ? 'completed' : 'cancelled');
          expect(repository.leftovers).toEqual(published === 'kept' ? [{ kind: 'generation', generation: 5 }] : []);
        }
      });

      it('resume and cancel: the job ends cancelled, and no attempt goes on', async () => {
        for (let round = 0; round < 8; round++) {
          const ref = await running();
          const [resumed, cancelled] = await Promise.all([sync.resume(ref, at(8)), sync.cancel(ref.job_id, at(9))]);
          expect(cancelled.kind).toBe('cancelled');
          expect((await jobOf(ref)).status).toBe('cancelled');
          expect((await repositoryOf(ref)).lock).toBeUndefined();
          if (resumed !== 'lost') expect(await sync.begin(refOf(resumed), at(10))).toBe('lost');
        }
      });
    });

    describe('lists', () => {
      it('jobs of a repository, newest first, page by page', async () => {
        const repository = await register();
        const ids: string[] = [];
        for (let i = 0; i < 5; i++) {
          const job = await claim(repository, { force: true, job: { created_at: at(i).toISOString() } });
          ids.unshift(job.job_id);
        }
        await claim(await register());
        const pages: string[][] = [];
        let cursor: string | null = null;
        do {
          const page = await sync.jobs(repository.repository_id, 2, cursor);
          pages.push(page.items.map((job) => job.job_id));
          cursor = page.next;
        } while (cursor !== null && pages.length < 10);
        expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
        expect((await sync.jobs(repository.repository_id, 5, null)).next).toBeNull();
        expect((await sync.jobs(repository.repository_id, 1, null)).items).toEqual([
          await jobOf({ job_id: ids[0] as JobRef['job_id'] }),
        ]);
        expect(await sync.jobs(aRepositoryId(), 5, null)).toEqual({ items: [], next: null });
      });

      it('goes on among jobs of the same moment', async () => {
        const repository = await register();
        for (let i = 0; i < 3; i++) await claim(repository, { force: true });
        const first = await sync.jobs(repository.repository_id, 2, null);
        const second = await sync.jobs(repository.repository_id, 2, first.next);
        expect(new Set([...first.items, ...second.items].map((job) => job.job_id)).size).toBe(3);
      });

      it.each([
        ['no base64', '???'],
        ['another listing', Buffer.from('["repositories","a","b"]').toString('base64url')],
        [
          'another repository',
          Buffer.from(JSON.stringify(['jobs', 'repo-x', at(0).toISOString(), aJob(aRepositoryId()).job_id])).toString(
            'base64url',
          ),
        ],
        ['no job id', Buffer.from(JSON.stringify(['jobs', 'repo-y', at(0).toISOString(), 'x'])).toString('base64url')],
      ])('throws RangeError for a cursor that is not ours: %s', async (_, cursor) => {
        const { repository_id } = await register({ repository_id: 'repo-y' as JobRef['repository_id'] });
        await expect(sync.jobs(repository_id, 2, cursor)).rejects.toThrow(RangeError);
      });

      it('does not show what another repository of the same name did', async () => {
        const repository = await register();
        const old = await claim(repository);
        await sync.cancel(old.job_id, at(1));
        await claim(repository, { job: { created_at: at(2).toISOString() } }).then((job) =>
          sync.cancel(job.job_id, at(3)),
        );
        const { next } = await sync.jobs(repository.repository_id, 1, null);
        await under.repositories.delete(repository.repository_id);
        await register({ repository_id: repository.repository_id, created_at: at(5).toISOString() });
        expect(await sync.jobs(repository.repository_id, 5, null)).toEqual({ items: [], next: null });
        expect(await sync.jobs(repository.repository_id, 5, next)).toEqual({ items: [], next: null });
        const own = await claim(repository, { job: { created_at: at(6).toISOString() } });
        expect((await sync.jobs(repository.repository_id, 5, null)).items).toEqual([own]);
      });

      it('unfinished jobs, of every repository', async () => {
        const jobs = await Promise.all(Array.from({ length: 20 }, async () => claim(await register())));
        const ended = jobs.splice(0, 5);
        for (const job of ended) await sync.cancel(job.job_id, at(9));
        expect(await unfinished()).toEqual(jobs.map((job) => job.job_id).sort());
      });
    });
  });
};
