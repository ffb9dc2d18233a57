import { describe, expect, it } from 'vitest';
import { refOf } from '../../../core/sync/execution.ts';
import { aBatch, aJob, aPointer, aPublication, aRepositoryId } from '../../support/sync-records.ts';
import { at, type JobPorts, recipe, setUpJobs } from './job-set-up.ts';

/** What every SyncClaims does when a repository is claimed. `make` gives ports over new, empty state. */
export const syncClaimsContract = (name: string, make: () => Promise<JobPorts>): void => {
  describe(`${name} as SyncClaims, when a repository is claimed`, () => {
    const { under, register, repositoryOf, jobOf, claim, begun, unfinished } = setUpJobs(make);

    describe('with a repository that was read before', () => {
      it('claims it, if it is as it was', async () => {
        const seen = await register({ fence: 7 });
        const asked = aJob(seen.repository_id);
        const outcome = await under.claims.claim({ job: asked, seen, force: false, clearIndex: false });
        expect(outcome).toMatchObject({ kind: 'claimed', job: { fence: 8 } });
      });

      it('does not claim what another has claimed since', async () => {
        const seen = await register();
        const { job_id } = await claim(seen);
        const outcome = await under.claims.claim({
          job: aJob(seen.repository_id),
          seen,
          force: false,
          clearIndex: false,
        });
        expect(outcome).toMatchObject({ kind: 'held', by: { job: { job_id } } });
      });

      it('claims what has been freed since, with a fence that nobody had', async () => {
        const idle = await register();
        const first = await claim(idle);
        const seen = await repositoryOf(idle);
        await under.ends.cancel(first.job_id, at(2));
        const outcome = await under.claims.claim({
          job: aJob(idle.repository_id),
          seen,
          force: false,
          clearIndex: false,
        });
        const { fence } = await repositoryOf(idle);
        expect(outcome).toMatchObject({ kind: 'claimed', job: { fence } });
        expect(fence).toBeGreaterThan(first.fence);
      });

      it('finds it gone', async () => {
        const seen = await register();
        await under.repositories.delete(seen.repository_id);
        const asked = { job: aJob(seen.repository_id), seen, force: false, clearIndex: false };
        expect(await under.claims.claim(asked)).toEqual({ kind: 'absent' });
      });
    });

    it('answers absent when another repository has the id by now, and leaves that one alone', async () => {
      const seen = await register();
      const job = aJob(seen.repository_id, { repository_created_at: seen.created_at });
      await under.repositories.delete(seen.repository_id);
      const other = await register({ repository_id: seen.repository_id, created_at: '2026-01-01T12:00:00.000Z' });
      for (const look of [{ seen }, {}])
        expect(await under.claims.claim({ job, ...look, force: true, clearIndex: true })).toEqual({ kind: 'absent' });
      expect(await under.repositories.get(seen.repository_id)).toEqual(other);
    });

    it('puts the job and the lock, under a fence that grows', async () => {
      const repository = await register({ fence: 7 });
      const asked = aJob(repository.repository_id);
      const outcome = await under.claims.claim({ job: asked, force: false, clearIndex: false });
      const job = { ...asked, fence: 8, repository_created_at: repository.created_at };
      expect(outcome).toEqual({ kind: 'claimed', job, replaced: null });
      expect(await under.jobs.get(asked.job_id)).toEqual({ job, inFlight: [] });
      const lock = { job_id: asked.job_id, fence: 8 };
      expect(await repositoryOf(repository)).toEqual({ ...repository, fence: 8, lock });
    });

    it('keeps the branches that it was asked for and that have no index, until one is published', async () => {
      const repository = await register({ branches: { main: aPointer() }, wanted_branches: ['old'] });
      const { options } = aJob(repository.repository_id);
      const asked = (...branches: string[]) => ({ options: { ...options, branches } });
      const first = await claim(repository, { job: asked('current', 'main', 'develop', 'late') });
      expect((await repositoryOf(repository)).wanted_branches).toEqual(['old', 'develop', 'late']);
      await under.ends.fail(refOf(first), { code: 'E', message: 'm' }, [], at(5));
      expect((await repositoryOf(repository)).wanted_branches).toEqual(['old', 'develop', 'late']);
      const ref = refOf(await claim(repository, { job: asked('old') }));
      await under.running.begin(ref, at(6));
      await under.ends.publish(ref, aPublication({ branches: { late: aPointer() } }));
      expect((await repositoryOf(repository)).wanted_branches).toEqual(['develop', 'old']);
    });

    it('keeps, where it clears the index, just the branches that it was asked for', async () => {
      const repository = await register({
        branches: { main: aPointer(), aside: aPointer() },
        wanted_branches: ['old'],
      });
      const { options } = aJob(repository.repository_id);
      await claim(repository, { force: true, clearIndex: true, job: { options: { ...options, branches: ['main'] } } });
      expect(await repositoryOf(repository)).toMatchObject({ branches: {}, wanted_branches: ['main'] });
    });

    it('keeps the webhook of a job that has one', async () => {
      const repository = await register();
      const { options } = aJob(repository.repository_id);
      const job = await claim(repository, {
        job: { options: { ...options, progress_webhook: 'https://h.example/x' } },
      });
      expect((await jobOf(job)).options.progress_webhook).toBe('https://h.example/x');
    });

    it('writes into the job and its events how old the repository is', async () => {
      const repository = await register();
      const { options } = aJob(repository.repository_id);
      const webhook = { ...options, progress_webhook: 'https://h.example/x' };
      const job = await claim(repository, { job: { options: webhook } });
      await under.running.begin(refOf(job), at(1));
      const { items } = await under.outbox.list(repository.repository_id, 1, null);
      const age = { repository_created_at: repository.created_at };
      expect([await jobOf(job), items[0]]).toMatchObject([age, age]);
    });

    it('answers absent for a repository that is not there, and puts no job', async () => {
      const job = aJob(aRepositoryId());
      expect(await under.claims.claim({ job, force: true, clearIndex: true })).toEqual({ kind: 'absent' });
      expect(await under.jobs.get(job.job_id)).toBeNull();
    });

    it('says who holds the lock, with the batches in flight, and changes nothing', async () => {
      const ref = await begun();
      await under.batches.start(ref, aBatch({ batch: 2, files_done: 4, current_file: 'a.ts' }));
      const before = await under.snapshot();
      const outcome = await under.claims.claim({ job: aJob(ref.repository_id), force: false, clearIndex: true });
      expect(outcome).toMatchObject({
        kind: 'held',
        by: { job: { job_id: ref.job_id }, inFlight: [{ batch: 2, files_done: 4 }] },
      });
      expect(await under.snapshot()).toEqual(before);
    });

    it('gives the same answer to a claim that is repeated', async () => {
      const repository = await register();
      const job = aJob(repository.repository_id);
      const first = await under.claims.claim({ job, force: true, clearIndex: false });
      expect(await under.claims.claim({ job, force: true, clearIndex: false })).toEqual(first);
      await under.ends.cancel(job.job_id, at(3));
      const after = await under.claims.claim({ job, force: false, clearIndex: false });
      expect(after).toMatchObject({ kind: 'claimed', job: { job_id: job.job_id, status: 'cancelled' } });
      expect((await repositoryOf(repository)).lock).toBeUndefined();
    });

    it('lets one of 100 parallel claims in, and tells the others its name', async () => {
      const repository = await register();
      const jobs = Array.from({ length: 100 }, () => aJob(repository.repository_id));
      const outcomes = await Promise.all(
        jobs.map((job) => under.claims.claim({ job, force: false, clearIndex: false })),
      );
      const winners = outcomes.flatMap((outcome) => (outcome.kind === 'claimed' ? [outcome.job.job_id] : []));
      expect(winners).toHaveLength(1);
      const holders = outcomes.flatMap((outcome) => (outcome.kind === 'held' ? [outcome.by.job.job_id] : []));
      expect(holders).toEqual(Array(99).fill(winners[0]));
      const stored = await Promise.all(jobs.map((job) => under.jobs.get(job.job_id)));
      expect(stored.filter((view) => view !== null)).toHaveLength(1);
      expect(await repositoryOf(repository)).toMatchObject({ fence: 1, lock: { job_id: winners[0], fence: 1 } });
    });

    it('with force on a free repository replaces nobody', async () => {
      const repository = await register();
      const outcome = await under.claims.claim({
        job: aJob(repository.repository_id),
        force: true,
        clearIndex: false,
      });
      expect(outcome).toMatchObject({ kind: 'claimed', replaced: null });
    });

    it('with force takes the lock, raises the fence and cancels the old job in one step', async () => {
      const ref = await begun();
      await under.batches.start(ref, aBatch());
      const outcome = await under.claims.claim({
        job: aJob(ref.repository_id, { created_at: at(20).toISOString() }),
        force: true,
        clearIndex: false,
      });
      if (outcome.kind !== 'claimed') throw new Error(outcome.kind);
      const ended = { status: 'cancelled', ended_at: at(20).toISOString(), attempt: 1 };
      expect(outcome.replaced).toMatchObject({ job: { job_id: ref.job_id, ...ended }, inFlight: [] });
      expect(await under.jobs.get(ref.job_id)).toEqual(outcome.replaced);
      expect(outcome.job.fence).toBe(ref.fence + 1);
      const lock = { job_id: outcome.job.job_id, fence: 2 };
      expect(await repositoryOf(ref)).toMatchObject({
        fence: 2,
        lock,
        last_sync: { job_id: ref.job_id, status: 'cancelled', ended_at: at(20).toISOString(), error: null },
      });
      expect(await unfinished()).toEqual([outcome.job.job_id]);
    });

    it('leaves exactly one owner after 20 parallel forces, on a lock that was held', async () => {
      const ref = await begun();
      const jobs = Array.from({ length: 20 }, () => aJob(ref.repository_id));
      const outcomes = await Promise.all(
        jobs.map((job) => under.claims.claim({ job, force: true, clearIndex: false })),
      );
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
        const status = (await under.jobs.get(job_id))?.job.status;
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
          ...Object.values(repository.branches).map(({ manifest_key }) => ({ kind: 'objects', prefix: manifest_key })),
          { kind: 'generation', generation: 1 },
          { kind: 'generation', generation: 2 },
        ],
      });
    });

    it('with force clears the index that the replaced job leaves', async () => {
      const ref = await begun({ branches: { main: aPointer({ generation: 3 }) } });
      await claim(ref, { force: true, clearIndex: true });
      expect(await repositoryOf(ref)).toMatchObject({
        branches: {},
        leftovers: [
          { kind: 'objects', prefix: aPointer().manifest_key },
          { kind: 'generation', generation: 3 },
        ],
      });
    });

    it('is free for the next job after each kind of end', async () => {
      const repository = await register();
      const published = refOf(await claim(repository));
      await under.running.begin(published, at(1));
      expect(await under.ends.publish(published, aPublication())).toBe('kept');
      const failed = refOf(await claim(repository));
      expect(await under.ends.fail(failed, { code: 'X', message: 'y' }, [], at(2))).toBe('kept');
      const cancelled = await claim(repository);
      expect((await under.ends.cancel(cancelled.job_id, at(3))).kind).toBe('cancelled');
      expect((await claim(repository)).fence).toBe(5);
    });
  });
};
