import { describe, expect, it } from 'vitest';
import type { JobAnswer } from '../../../core/contract/api.ts';
import { historyOf, stateTimes } from '../executions.ts';
import { code, type Given, many, registered } from './given.ts';

/** The story's five scenarios, against the deployed system. */
export const storyScenarios = (given: Given) =>
  describe.concurrent('the story', () => {
    it.concurrent('1: answers 202 with a queued job for an outdated index, and the repository is syncing', async () => {
      const { ann } = given();
      const { git } = await registered(given(), 'story-1', many(30, 'outdated'));
      await ann.synced('story-1');
      const fresh = Array.from({ length: 10 }, (_, n) => [`src/${n}/outdated-${n}.ts`, code('fresh', n)]);
      await git.write(Object.fromEntries(fresh));
      await git.commit('10 files modified');
      const { status, body } = await ann.sync('story-1');
      expect({ status, body }).toMatchObject({ status: 202, body: { status: 'queued' } });
      expect(await ann.repository('story-1')).toMatchObject({ status: 'syncing', active_job_id: body.job_id });
      expect(await ann.ended(body.job_id)).toMatchObject({
        status: 'completed',
        progress: { files_processed: 10 },
        counts: { modified: 10 },
      });
    });

    it.concurrent('2: answers 409 with the message, the running job’s id and its progress', async () => {
      const { ann, bedrock } = given();
      await registered(given(), 'story-2', many(5, 'busyBee'));
      const gate = bedrock.hold('busyBee');
      const running = await ann.sync('story-2');
      await gate.reached;
      const reply = await ann.sync<Pick<JobAnswer, 'job_id' | 'progress'>>('story-2');
      gate.open();
      expect(reply).toMatchObject({
        status: 409,
        body: { message: 'Sync already in progress', job_id: running.body.job_id },
      });
      expect(reply.body.progress.percentage).toBeGreaterThan(0);
      expect(reply.body.progress.percentage).toBeLessThan(100);
      expect(await ann.ended(running.body.job_id)).toMatchObject({ status: 'completed' });
    });

    it.concurrent('3: clears the index, reindexes the branches asked for, and estimates when it is done', async () => {
      const { ann, bedrock } = given();
      const { git } = await registered(given(), 'story-3', many(10, 'forced'));
      await git.branch('develop');
      await git.write({ 'only-develop.ts': code('onlyDevelop', 1) });
      await git.commit('develop');
      await git.switch('main');
      await ann.synced('story-3', { branches: ['main', 'develop'] });
      const gate = bedrock.hold('onlyDevelop');
      const options = { force: true, full_reindex: true, branches: ['main', 'develop'] };
      const { status, body } = await ann.sync('story-3', options);
      expect({ status, options: body.options }).toMatchObject({ status: 202, options });
      expect(Date.parse(body.estimated_completion ?? '')).toBeGreaterThan(Date.parse(body.created_at));
      await gate.reached;
      expect((await ann.repository('story-3')).index.branches).toEqual([]);
      expect((await ann.search('story-3', { q: 'forced3' })).status).toBe(404);
      gate.open();
      expect(await ann.ended(body.job_id)).toMatchObject({ status: 'completed', mode: 'full' });
      expect((await ann.found('story-3', 'onlyDevelop1', { branch: 'develop' }))[0]).toBe('only-develop.ts');
    });

    it.concurrent('5: pulls first, indexes the new files, and tells how many commits were pulled', async () => {
      const { ann } = given();
      const { git } = await registered(given(), 'story-5', { 'a.ts': code('first', 1) });
      await ann.synced('story-5');
      for (const n of [1, 2, 3]) {
        await git.write({ [`pulled-${n}.ts`]: code('pulled', n) });
        await git.commit(`commit ${n}`);
      }
      const { status, body } = await ann.sync('story-5', { pull_remote: true, remote: 'origin', branch: 'main' });
      expect(status).toBe(202);
      // A count that does not come within the answer's time comes with the job.
      expect([3, null]).toContain(body.pulled_commits);
      expect(await ann.ended(body.job_id)).toMatchObject({
        status: 'completed',
        counts: { added: 3 },
        pulled_commits: 3,
        pull: [{ remote: 'origin', branch: 'main', to: await git.head(), commit_count: 3 }],
      });
      expect((await ann.found('story-5', 'pulled2'))[0]).toBe('pulled-2.ts');
    });
  });

/** By itself: it keeps the machine busy. */
export const largeScenarios = (given: Given) =>
  describe('the story, 4', () => {
    it('indexes 5,000 files through the Map, then the 8 changed ones alone', async () => {
      const { ann, bedrock } = given();
      const { git } = await registered(given(), 'story-4', many(5000, 'indexed'));
      const full = await ann.synced('story-4');
      expect(full).toMatchObject({ status: 'completed', mode: 'full', counts: { indexed: 5000 } });
      expect(bedrock.embedded('indexed').length).toBe(5000);
      await git.write({
        ...Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`src/new/added-${n}.ts`, code('added', n)])),
        ...Object.fromEntries([1, 2, 3].map((n) => [`src/${n}/indexed-${n}.ts`, code('changed', n)])),
      });
      await git.commit('5 added, 3 modified');
      const job = await ann.synced('story-4');
      expect(job).toMatchObject({
        status: 'completed',
        mode: 'incremental',
        progress: { files_processed: 8, files_total: 8 },
        counts: { added: 5, modified: 3, unchanged: 4997, chunks_embedded: 8 },
      });
      const took = (one: JobAnswer): number => Date.parse(one.ended_at ?? '') - Date.parse(one.started_at ?? '');
      expect(took(job)).toBeLessThan(took(full));
      expect((await ann.found('story-4', 'indexed4321'))[0]).toBe('src/1/indexed-4321.ts');
      // For docs/adr/0012: what one function in place of three could save.
      const times = stateTimes(await historyOf(given().stateMachineArn, job.job_id));
      expect(times.map(({ state }) => state)).toContain('Publish');
      const line = times.map(({ state, milliseconds }) => `${state} ${milliseconds}`).join(', ');
      process.stdout.write(`8 files of 5,000, milliseconds by state: ${line}; in all ${took(job)}\n`);
    });
  });
