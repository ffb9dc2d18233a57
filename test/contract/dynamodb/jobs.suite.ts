import { describe, expect, it } from 'vitest';
import type { JobRef } from '../../../core/contract/workflow-state.ts';
import { aJob, aRepositoryId } from '../../support/sync-records.ts';
import { at, type JobPorts, setUpJobs } from './job-set-up.ts';

/** What every Jobs lists. `make` gives ports over new, empty state. */
export const jobsContract = (name: string, make: () => Promise<JobPorts>): void => {
  describe(`${name} as Jobs, which lists`, () => {
    const { under, register, jobOf, claim, unfinished } = setUpJobs(make);

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
        const page = await under.jobs.list(repository.repository_id, 2, cursor);
        pages.push(page.items.map((job) => job.job_id));
        cursor = page.next;
      } while (cursor !== null && pages.length < 10);
      expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
      expect((await under.jobs.list(repository.repository_id, 5, null)).next).toBeNull();
      expect((await under.jobs.list(repository.repository_id, 1, null)).items).toEqual([
        await jobOf({ job_id: ids[0] as JobRef['job_id'] }),
      ]);
      expect(await under.jobs.list(aRepositoryId(), 5, null)).toEqual({ items: [], next: null });
    });

    it('goes on among jobs of the same moment', async () => {
      const repository = await register();
      for (let i = 0; i < 3; i++) await claim(repository, { force: true });
      const first = await under.jobs.list(repository.repository_id, 2, null);
      const second = await under.jobs.list(repository.repository_id, 2, first.next);
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
      await expect(under.jobs.list(repository_id, 2, cursor)).rejects.toThrow(RangeError);
    });

    it('does not show what another repository of the same name did', async () => {
      const repository = await register();
      const old = await claim(repository);
      await under.ends.cancel(old.job_id, at(1));
      await claim(repository, { job: { created_at: at(2).toISOString() } }).then((job) =>
        under.ends.cancel(job.job_id, at(3)),
      );
      const { next } = await under.jobs.list(repository.repository_id, 1, null);
      await under.repositories.delete(repository.repository_id);
      await register({ repository_id: repository.repository_id, created_at: at(5).toISOString() });
      expect(await under.jobs.list(repository.repository_id, 5, null)).toEqual({ items: [], next: null });
      expect(await under.jobs.list(repository.repository_id, 5, next)).toEqual({ items: [], next: null });
      const own = await claim(repository, { job: { created_at: at(6).toISOString() } });
      expect((await under.jobs.list(repository.repository_id, 5, null)).items).toEqual([own]);
    });

    it('unfinished jobs, of every repository', async () => {
      const jobs = await Promise.all(Array.from({ length: 20 }, async () => claim(await register())));
      const ended = jobs.splice(0, 5);
      for (const job of ended) await under.ends.cancel(job.job_id, at(9));
      expect(await unfinished()).toEqual(jobs.map((job) => job.job_id).sort());
    });
  });
};
