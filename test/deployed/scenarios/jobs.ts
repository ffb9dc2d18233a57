import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import type { JobList } from '../../../core/contract/api.ts';
import { administrator } from '../cloud.ts';
import { code, type Given, many, registered, until } from './given.ts';

/** Jobs, their lock and their end. */
export const jobScenarios = (given: Given) =>
  describe('jobs', () => {
    const states = new SFNClient(administrator);
    const executionOf = async (jobId: string): Promise<string> =>
      until(`no execution of ${jobId}`, async () => {
        const { stateMachineArn } = given();
        const { executions = [] } = await states.send(new ListExecutionsCommand({ stateMachineArn }));
        return executions.find(({ name }) => name?.startsWith(jobId))?.executionArn;
      });

    it.concurrent('deleted files go without an embedding, and nothing changed means nothing done', async () => {
      const { ann, bedrock } = given();
      const { git } = await registered(given(), 'jobs-deleted', many(12, 'dodo'));
      await ann.synced('jobs-deleted');
      await git.remove('src/3/dodo-3.ts', 'src/4/dodo-4.ts');
      await git.commit('2 deleted');
      expect(await ann.synced('jobs-deleted')).toMatchObject({
        status: 'completed',
        mode: 'incremental',
        counts: { deleted: 2, unchanged: 10, chunks_embedded: 0 },
      });
      expect(await ann.found('jobs-deleted', 'dodo3')).not.toContain('src/3/dodo-3.ts');
      expect(await ann.synced('jobs-deleted')).toMatchObject({
        status: 'completed',
        progress: { files_total: 0 },
        counts: { added: 0, modified: 0, deleted: 0 },
      });
      expect(bedrock.embedded('dodo').filter((text) => text.includes('export'))).toHaveLength(12);
    });

    it.concurrent('of ten that come at once one is taken, and the others are told of it', async () => {
      const { ann } = given();
      await registered(given(), 'jobs-race', many(3, 'racer'));
      const replies = await Promise.all(Array.from({ length: 10 }, () => ann.sync('jobs-race')));
      const taken = replies.filter(({ status }) => status === 202);
      expect(replies.map(({ status }) => status).sort()).toEqual([202, ...Array(9).fill(409)]);
      const [job] = taken;
      for (const { body } of replies) expect(body.job_id).toBe(job?.body.job_id);
      expect(await ann.ended(job?.body.job_id ?? '')).toMatchObject({ status: 'completed' });
      expect((await ann.call<JobList>('GET', '/api/repositories/jobs-race/jobs')).body.jobs).toHaveLength(1);
    });

    it.concurrent('a request that is repeated with its key gets the first one’s answer', async () => {
      const { ann } = given();
      await registered(given(), 'jobs-key', many(2, 'idem'));
      const ask = () =>
        ann.call<{ job_id: string }>('POST', '/api/repositories/jobs-key/sync', {}, { 'Idempotency-Key': 'once-only' });
      const first = await ask();
      expect(first.status).toBe(202);
      const again = await ask();
      expect(again).toMatchObject({ status: 202, body: { job_id: first.body.job_id } });
      expect(await ann.ended(first.body.job_id)).toMatchObject({ status: 'completed' });
      expect((await ask()).body.job_id).toBe(first.body.job_id);
    });

    it.concurrent('one that is cancelled stops its execution, and the next is accepted at once', async () => {
      const { ann, bedrock } = given();
      await registered(given(), 'jobs-cancel', many(4, 'cancelled'));
      const gate = bedrock.hold('cancelled');
      const { body } = await ann.sync('jobs-cancel');
      await gate.reached;
      const executionArn = await executionOf(body.job_id);
      expect((await ann.call('POST', `/api/jobs/${body.job_id}/cancel`)).status).toBe(202);
      expect(await ann.job(body.job_id)).toMatchObject({ status: 'cancelled' });
      const { status } = await states.send(new DescribeExecutionCommand({ executionArn }));
      expect(status).toBe('ABORTED');
      gate.open();
      expect(await ann.synced('jobs-cancel')).toMatchObject({ status: 'completed', counts: { indexed: 4 } });
    });

    it.concurrent('one whose execution an operator stops is resumed by the reconciler, which the stop’s event calls', async () => {
      const { ann, bedrock } = given();
      await registered(given(), 'jobs-stopped', many(4, 'stopped'));
      const gate = bedrock.hold('stopped');
      const { body } = await ann.sync('jobs-stopped');
      await gate.reached;
      const executionArn = await executionOf(body.job_id);
      await states.send(new StopExecutionCommand({ executionArn, cause: 'an operator was here' }));
      gate.open();
      expect(await ann.ended(body.job_id)).toMatchObject({ status: 'completed', attempt: 2, counts: { indexed: 4 } });
    });

    it.concurrent('one of two branches keeps them apart', async () => {
      const { ann } = given();
      const { git } = await registered(given(), 'jobs-branches', { 'both.ts': code('both', 1) });
      await git.branch('feature');
      await git.write({ 'feature.ts': code('featureOnly', 1) });
      await git.commit('feature');
      await git.switch('main');
      await ann.synced('jobs-branches', { branches: ['main', 'feature'] });
      expect(await ann.found('jobs-branches', 'featureOnly1', { branch: 'main' })).toEqual(['both.ts']);
      expect((await ann.found('jobs-branches', 'featureOnly1', { branch: 'feature' }))[0]).toBe('feature.ts');
    });
  });
