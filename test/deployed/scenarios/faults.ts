import { describe, expect, it } from 'vitest';
import { createGitRepository } from '../../support/git-repository.ts';
import { historyOf } from '../executions.ts';
import { code, type Given, many, registered } from './given.ts';

/** What others do wrong, by the names that the state machine retries. */
export const faultScenarios = (given: Given) =>
  describe.concurrent('faults', () => {
    /** The errors of the tasks of a job's execution, in their order. */
    const errorsOf = async (jobId: string): Promise<string[]> => {
      const events = await historyOf(given().stateMachineArn, jobId);
      return events.flatMap(({ taskFailedEventDetails }) => taskFailedEventDetails?.error ?? []);
    };

    it.concurrent('a model that is throttled is asked again later, and the job completes', async () => {
      const { ann, bedrock } = given();
      await registered(given(), 'faults-throttled', many(3, 'throttled'));
      // More than the client's own tries.
      bedrock.throttle('throttled', 6);
      const job = await ann.synced('faults-throttled');
      expect(job).toMatchObject({ status: 'completed', counts: { indexed: 3 } });
      expect(await errorsOf(job.job_id)).toEqual(['EmbedderThrottledError']);
    });

    it.concurrent('a git host that answers 503 is asked again later, and the job completes', async () => {
      const { ann, serveUnsteadily } = given();
      const git = await createGitRepository({ 'a.ts': code('unsteady', 1) });
      const { url } = await serveUnsteadily(git, 3);
      await ann.register('faults-503', url);
      const job = await ann.synced('faults-503');
      expect(job).toMatchObject({ status: 'completed', counts: { indexed: 1 } });
      expect(new Set(await errorsOf(job.job_id))).toEqual(new Set(['SourceUnavailableError']));
    });

    it.concurrent('a repository that is not there fails its job at once, and frees its lock', async () => {
      const { ann, sourceOf } = given();
      const git = await createGitRepository({ 'a.ts': code('gone', 1) });
      await ann.register('faults-gone', `${sourceOf(git).replace('/.git', '')}-gone/.git`);
      const job = await ann.synced('faults-gone');
      expect(job).toMatchObject({ status: 'failed', error: { code: 'SourceNotFoundError' } });
      expect(await ann.repository('faults-gone')).toMatchObject({ status: 'idle', active_job_id: null });
    });
  });
