import { describe, expect, it } from 'vitest';
import { refOf } from '../../../core/sync/execution.ts';
import { aJob, aPlan, aPointer, aPublication, aRepositoryId, aUser, someCounts } from '../../support/sync-records.ts';
import { at, type JobPorts, recipe, setUpJobs } from './job-set-up.ts';

/** What every JobEnds does. `make` gives ports over new, empty state. */
export const jobEndsContract = (name: string, make: () => Promise<JobPorts>): void => {
  describe(`${name} as JobEnds`, () => {
    const { under, register, repositoryOf, jobOf, claim, begun, unfinished } = setUpJobs(make);

    it('plan frees the lock and ends the job with its plan, and leaves the repository as it was', async () => {
      const options = { ...aJob(aRepositoryId()).options, dry_run: true };
      const ref = await begun({ branches: { main: aPointer() }, generations: { 1: recipe } }, { options });
      const { lock: _, ...free } = await repositoryOf(ref);
      const plan = aPlan({ exact: true, tokens: 40 });
      expect(await under.ends.plan(ref, plan, at(10))).toBe('kept');
      expect(await repositoryOf(ref)).toEqual(free);
      expect(await jobOf(ref)).toMatchObject({ status: 'completed', phase: 'ended', plan, counts: null });
      expect(await unfinished()).toEqual([]);
      expect(await under.ends.plan(ref, plan, at(11))).toBe('lost');
    });

    it.each(['fail', 'cancel', 'force'] as const)('of a plan by %s says nothing of the index', async (end) => {
      const options = { ...aJob(aRepositoryId()).options, dry_run: true };
      const ref = await begun({}, { options });
      if (end === 'fail') await under.ends.fail(ref, { code: 'Fault', message: 'fault' }, [], at(9));
      else if (end === 'cancel') await under.ends.cancel(ref.job_id, at(9));
      else await under.claims.claim({ job: aJob(ref.repository_id), force: true, clearIndex: false });
      const { last_sync, lock } = await repositoryOf(ref);
      expect(last_sync).toBeUndefined();
      expect(lock === undefined).toBe(end !== 'force');
    });

    it('of a sync that its own limit has refused leaves how the last one ended', async () => {
      const repository = await register();
      const failed = refOf(await claim(repository));
      const error = { code: 'SourceNotFoundError', message: 'gone' };
      await under.ends.fail(failed, error, [], at(9));
      const refused = refOf(await claim(repository));
      await under.ends.fail(refused, { code: 'OverLimitError', reason: 'over_limit', message: 'over' }, [], at(10));
      expect(await jobOf(refused)).toMatchObject({ status: 'failed', error: { reason: 'over_limit' } });
      const { last_sync, lock } = await repositoryOf(refused);
      expect(lock).toBeUndefined();
      expect(last_sync).toMatchObject({ job_id: failed.job_id, error });
    });

    it('a lock tells that its job is only to plan, also once it was resumed', async () => {
      const options = { ...aJob(aRepositoryId()).options, dry_run: true };
      const ref = await begun({}, { options });
      expect((await repositoryOf(ref)).lock).toEqual({ job_id: ref.job_id, fence: ref.fence, dry_run: true });
      const resumed = await under.claims.resume(ref, at(8));
      if (resumed === 'lost') throw new Error(resumed);
      expect((await repositoryOf(ref)).lock).toEqual({ job_id: ref.job_id, fence: resumed.fence, dry_run: true });
      const sync = await begun();
      expect((await repositoryOf(sync)).lock).toEqual({ job_id: sync.job_id, fence: sync.fence });
    });

    it('publish counts no rows any more of a generation that lost some of them, since a branch has left it', async () => {
      const counted = { ...recipe, rows: 10, newest: ['a'.repeat(40)] };
      const branches = { main: aPointer({ generation: 1 }), dev: aPointer({ generation: 1 }) };
      const leftovers = [{ kind: 'manifest' as const, generation: 1, key: 'm' }];
      for (const [left, first] of [
        [leftovers, recipe],
        [[], counted],
      ] as const) {
        const ref = await begun({ branches, generations: { 1: counted, 2: recipe }, leftovers: [...left] });
        const generation = { number: 2, rows: 4, newest: [] };
        const publication = aPublication({
          branches: { main: aPointer({ generation: 2 }) },
          leftovers: [],
          generation,
        });
        expect(await under.ends.publish(ref, publication)).toBe('kept');
        const { generations } = await repositoryOf(ref);
        expect(generations).toEqual({ 1: first, 2: { ...recipe, rows: 4, newest: [] } });
      }
    });

    it('publish flips the pointers, replaces the leftovers, frees the lock and ends the job', async () => {
      const ref = await begun({
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
      expect(await under.ends.publish(ref, publication)).toBe('kept');
      const { lock: _, ...free } = before;
      expect(await repositoryOf(ref)).toEqual({
        ...free,
        updated_at: at(10).toISOString(),
        head_branch: 'main',
        branches: {
          'feature/x.y-z': aPointer(),
          main: aPointer({ generation: 3 }),
          'a.b/c': aPointer({ generation: 3 }),
        },
        generations: { 1: recipe, 3: recipe },
        leftovers,
        rates: publication.rates,
        last_sync: {
          job_id: ref.job_id,
          status: 'completed_with_errors',
          ended_at: at(10).toISOString(),
          error: null,
        },
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

    it('publish moves the branch that HEAD names, and leaves the one that a user has named', async () => {
      const ref = await begun({ default_branch: 'trunk', head_branch: 'master' });
      await under.ends.publish(ref, aPublication());
      expect(await repositoryOf(ref)).toMatchObject({ default_branch: 'trunk', head_branch: 'main' });
    });

    it('publish leaves the branch that HEAD names when it has found no other', async () => {
      const ref = await begun({ head_branch: 'master' });
      await under.ends.publish(ref, aPublication({ headBranch: null }));
      expect(await repositoryOf(ref)).toMatchObject({ default_branch: null, head_branch: 'master' });
    });

    it('publish takes 100 branches with long names', async () => {
      const ref = await begun();
      const branches = Object.fromEntries(
        Array.from({ length: 100 }, (_, i) => [`feature/${'n'.repeat(220)}.${i}`, aPointer()]),
      );
      expect(await under.ends.publish(ref, aPublication({ branches }))).toBe('kept');
      expect((await repositoryOf(ref)).branches).toEqual(branches);
    });

    it('a grant at the same time as a publish stays', async () => {
      const ref = await begun();
      await Promise.all([
        under.ends.publish(ref, aPublication()),
        under.repositories.grant(ref.repository_id, aUser('bob'), 'read'),
      ]);
      expect(await repositoryOf(ref)).toMatchObject({ grants: { bob: 'read' }, branches: { main: aPointer() } });
    });

    it('a queued job is not published', async () => {
      const ref = refOf(await claim(await register()));
      expect(await under.ends.publish(ref, aPublication())).toBe('lost');
      expect((await jobOf(ref)).status).toBe('queued');
    });

    it('fail keeps the cause, adds its leftovers and leaves the index', async () => {
      const ref = await begun({ branches: { main: aPointer() }, leftovers: [{ kind: 'objects', prefix: 'a/' }] });
      const error = { code: 'SourceNotFoundError', message: 'gone' };
      expect(await under.ends.fail(ref, error, [{ kind: 'objects', prefix: 'b/' }], at(12))).toBe('kept');
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
        last_sync: { job_id: ref.job_id, status: 'failed', ended_at: at(12).toISOString(), error },
      });
    });

    it('cancel ends a queued or running job and raises the fence', async () => {
      const ref = await begun();
      const outcome = await under.ends.cancel(ref.job_id, at(9));
      expect(outcome).toEqual({ kind: 'cancelled', job: await jobOf(ref) });
      expect(await jobOf(ref)).toMatchObject({ status: 'cancelled', ended_at: at(9).toISOString() });
      const repository = await repositoryOf(ref);
      expect(repository.lock).toBeUndefined();
      expect(repository.fence).toBe(ref.fence + 1);
      expect(repository.last_sync).toEqual({
        job_id: ref.job_id,
        status: 'cancelled',
        ended_at: at(9).toISOString(),
        error: null,
      });
    });

    it('the repository keeps how its newest job ended, and keeps it while the next one runs', async () => {
      const repository = await register();
      expect(repository.last_sync).toBeUndefined();
      const failed = refOf(await claim(repository));
      const error = { code: 'SourceNotFoundError', message: 'gone' };
      await under.ends.fail(failed, error, [], at(12));
      const next = refOf(await claim(repository));
      await under.running.begin(next, at(13));
      expect((await repositoryOf(repository)).last_sync).toMatchObject({ job_id: failed.job_id, error });
      // The job that failed writes nothing more.
      expect(await under.ends.fail(failed, { code: 'late', message: 'late' }, [], at(14))).toBe('lost');
      expect((await repositoryOf(repository)).last_sync).toMatchObject({ job_id: failed.job_id, error });
      await under.ends.publish(next, aPublication({ at: at(20) }));
      expect((await repositoryOf(repository)).last_sync).toEqual({
        job_id: next.job_id,
        status: 'completed',
        ended_at: at(20).toISOString(),
        error: null,
      });
    });

    it('cancel leaves a job that has ended as it is', async () => {
      const ref = await begun();
      await under.ends.publish(ref, aPublication());
      const before = await under.snapshot();
      expect(await under.ends.cancel(ref.job_id, at(20))).toEqual({ kind: 'ended', job: await jobOf(ref) });
      expect(await under.ends.cancel(aJob(ref.repository_id).job_id, at(20))).toEqual({ kind: 'absent' });
      expect(await under.snapshot()).toEqual(before);
    });
  });
};
