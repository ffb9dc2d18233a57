import { beforeEach, describe, expect, it } from 'vitest';
import type { RepositoryRecord } from '../../../core/contract/records.ts';
import type { JobEnds } from '../../../core/ports/job-ends.ts';
import type { RepositoryStore } from '../../../core/ports/repository-store.ts';
import type { SyncClaims } from '../../../core/ports/sync-claims.ts';
import { aJob, aRepository, aRepositoryId } from '../../support/sync-records.ts';
import type { RepositoryStoreUnderTest } from './repository-store.suite.ts';

/** What a RepositoryStore keeps of a schedule's runs, and what claims and ends make of it. */
export const scheduleRunsContract = (name: string, make: () => Promise<RepositoryStoreUnderTest>): void => {
  describe(`what a time of a schedule came to, in ${name}`, () => {
    let repositories: RepositoryStore;
    let claims: SyncClaims;
    let ends: JobEnds;
    beforeEach(async () => {
      ({ repositories, claims, ends } = await make());
    });
    const create = async (): Promise<RepositoryRecord> => {
      const repository = aRepository();
      expect(await repositories.create(repository)).toBe('created');
      return repository;
    };
    const run = (outcome: 'owed' | 'not_started') =>
      ({ at: '2026-01-03T03:00:00.000Z', outcome, job_id: null, error: null }) as const;
    const runOf = async ({ repository_id }: RepositoryRecord) =>
      (await repositories.get(repository_id))?.schedule_run?.outcome;

    it('is kept, and settings are as new as they were', async () => {
      const repository = await create();
      await repositories.noteScheduleRun(repository, run('not_started'));
      expect(await repositories.get(repository.repository_id)).toEqual({
        ...repository,
        schedule_run: run('not_started'),
      });
    });

    it('is not written into another repository of that id', async () => {
      const repository = await create();
      await repositories.noteScheduleRun({ ...repository, created_at: '2025-01-01T00:00:00.000Z' }, run('owed'));
      await repositories.noteScheduleRun({ ...repository, repository_id: aRepositoryId() }, run('owed'));
      expect(await runOf(repository)).toBeUndefined();
    });

    it('is not that none was started where a sync has been claimed since; that one waits, it may be', async () => {
      const repository = await create();
      const job = aJob(repository.repository_id, { trigger: 'schedule' });
      await claims.claim({ job, force: false, clearIndex: false });
      expect(await runOf(repository)).toBe('started');
      await repositories.noteScheduleRun(repository, run('not_started'));
      expect(await runOf(repository)).toBe('started');
      await repositories.noteScheduleRun(repository, run('owed'));
      expect(await runOf(repository)).toBe('owed');
      // By force, of which the claimer has read what was before: the time that has come since stays.
      const seen = { ...repository, fence: 1, lock: { job_id: job.job_id, fence: 1 } };
      const before = { at: job.created_at, outcome: 'started', job_id: job.job_id, error: null } as const;
      const forced = aJob(repository.repository_id);
      await claims.claim({ job: forced, force: true, clearIndex: false, seen: { ...seen, schedule_run: before } });
      expect(await runOf(repository)).toBe('owed');
    });

    it('stays where a sync of an earlier time is claimed late', async () => {
      const repository = await create();
      await repositories.noteScheduleRun(repository, run('not_started'));
      const created_at = '2026-01-03T02:59:59.000Z';
      const job = aJob(repository.repository_id, { trigger: 'schedule', created_at });
      expect(await claims.claim({ job, force: false, clearIndex: false })).toMatchObject({ kind: 'claimed' });
      expect(await runOf(repository)).toBe('not_started');
    });

    it('stays where it is the first one, and a claim has read the repository before it', async () => {
      const repository = await create();
      await repositories.noteScheduleRun(repository, run('not_started'));
      const created_at = '2026-01-03T02:59:59.000Z';
      const job = aJob(repository.repository_id, { trigger: 'schedule', created_at });
      const claim = { job, force: false, clearIndex: false, seen: repository };
      expect(await claims.claim(claim)).toMatchObject({ kind: 'claimed' });
      expect(await runOf(repository)).toBe('not_started');
    });

    it('is not one of an earlier time that is noted late', async () => {
      const repository = await create();
      await repositories.noteScheduleRun(repository, run('not_started'));
      await repositories.noteScheduleRun(repository, { ...run('owed'), at: '2026-01-03T02:59:59.000Z' });
      expect(await runOf(repository)).toBe('not_started');
      await repositories.noteScheduleRun(repository, { ...run('owed'), at: '2026-01-03T03:00:01.000Z' });
      expect(await runOf(repository)).toBe('owed');
    });

    it('is how its job ended, once the next one is claimed', async () => {
      const repository = await create();
      const job = aJob(repository.repository_id, { trigger: 'schedule' });
      await claims.claim({ job, force: false, clearIndex: false });
      const error = { code: 'SourceNotFoundError', message: 'not there' };
      const ref = { job_id: job.job_id, repository_id: job.repository_id, attempt: 1, fence: 1 };
      await ends.fail(ref, error, [], new Date('2026-01-02T01:00:00Z'));
      await claims.claim({ job: aJob(repository.repository_id), force: false, clearIndex: false });
      const { schedule_run } = (await repositories.get(repository.repository_id)) as RepositoryRecord;
      expect(schedule_run).toEqual({ at: job.created_at, outcome: 'failed', job_id: job.job_id, error });
    });

    it('is known from when the schedule was set', async () => {
      const repository = await create();
      const at = new Date('2026-02-01T00:00:00Z');
      expect((await repositories.update(repository.repository_id, { ignore_patterns: [] }, at))?.schedule_set_at).toBe(
        undefined,
      );
      const set = await repositories.update(repository.repository_id, { schedule: '0 3 * * *' }, at);
      expect(set?.schedule_set_at).toBe(at.toISOString());
    });
  });
};
