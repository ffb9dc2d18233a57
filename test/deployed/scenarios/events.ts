import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JobList } from '../../../core/contract/api.ts';
import { createApi } from '../../support/api.ts';
import { verifySignature } from '../../support/webhook-receiver.ts';
import { code, type Given, many, registered, until } from './given.ts';

/** What comes in and goes out by itself: pushes, webhooks, schedules. */
export const eventScenarios = (given: Given) =>
  describe('events', () => {
    const jobsOf = async (id: string): Promise<JobList['jobs']> =>
      (await given().ann.call<JobList>('GET', `/api/repositories/${id}/jobs`)).body.jobs;

    it.concurrent('a push that a git host tells of starts a sync; one that nobody signed does not', async () => {
      const { ann, url } = given();
      const { git, secrets } = await registered(given(), 'events-push', { 'a.ts': code('pushed', 1) });
      await ann.synced('events-push');
      await git.write({ 'b.ts': code('pushedLater', 1) });
      await git.commit('pushed');
      const body = JSON.stringify({ ref: 'refs/heads/main', deleted: false });
      const push = (secret: string) =>
        createApi(url, null).call<{ outcome: string; job_id: string }>('POST', '/api/hooks/github/events-push', body, {
          'content-type': 'application/json',
          'X-GitHub-Event': 'push',
          'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
        });
      expect((await push('guessed')).status).toBe(401);
      // `owed`: the minute’s tick has seen the debt before this answer was made, and started the sync itself.
      const told = await push(secrets.push);
      expect(told).toMatchObject({ status: 202, body: { outcome: expect.stringMatching(/^(started|owed)$/) } });
      const job = await until('no sync follows the push', async () =>
        (await jobsOf('events-push')).find(({ requested_by }) => requested_by === 'github'),
      );
      expect(await ann.ended(job.job_id)).toMatchObject({ status: 'completed', counts: { added: 1 } });
      expect(await jobsOf('events-push')).toHaveLength(2);
    });

    it.concurrent('webhooks come as the table’s stream brings them, signed', async () => {
      const { ann, hooks, hookUrl } = given();
      const { secrets } = await registered(given(), 'events-told', many(3, 'told'));
      await ann.synced('events-told', { progress_webhook: hookUrl('/told') });
      const received = await hooks.untilType('/told', 'sync.completed');
      for (const each of received) verifySignature(secrets.webhook, each);
      expect(received.map(({ event }) => event.type)).toContain('sync.started');
      // The minute’s tick would bring them together: the first came while the sync ran.
      const [first, last] = [received[0]?.at ?? 0, received.at(-1)?.at ?? 0];
      expect(last - first).toBeGreaterThan(1000);
    });

    it.concurrent('a schedule starts a sync at its time, in nobody’s name', async () => {
      const { ann } = given();
      await registered(given(), 'events-scheduled', many(2, 'nightly'));
      const { status } = await ann.call('PATCH', '/api/repositories/events-scheduled', { schedule: '* * * * *' });
      expect(status).toBe(200);
      const job = await until('no schedule has fired', async () => (await jobsOf('events-scheduled'))[0], 100);
      expect(job.requested_by).toBe('schedule');
      expect(await ann.ended(job.job_id)).toMatchObject({ status: 'completed', counts: { indexed: 2 } });
      await ann.call('PATCH', '/api/repositories/events-scheduled', { schedule: null });
    });
  });
