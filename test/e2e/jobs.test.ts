import { beforeAll, describe, expect, it } from 'vitest';
import type { JobAnswer, JobList } from '../../core/contract/api.ts';
import { fieldsOf } from '../support/api.ts';
import { holdEmbedding } from '../support/faults.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { api, faults } = world;
const eve = world.as('eve');

describe('the history of a repository', () => {
  const ids: string[] = [];
  beforeAll(async () => {
    await world.registered('history', { 'a.ts': 'export const a = 1;\n' });
    for (let i = 0; i < 5; i++) ids.unshift((await api.synced('history')).job_id);
  });
  const page = (query: string) => api.call<JobList>('GET', `/api/repositories/history/jobs${query}`);

  it('is told newest first, page by page', async () => {
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const { status, body } = await page(`?limit=2${next === '' ? '' : `&cursor=${encodeURIComponent(next)}`}`);
      expect(status).toBe(200);
      expect(body.jobs.length).toBeLessThanOrEqual(2);
      seen.push(...body.jobs.map((job) => job.job_id));
      next = body.next;
    }
    expect(seen).toEqual(ids);
    expect((await page('')).body).toMatchObject({ jobs: { length: 5 }, next: null });
  });

  it('tells a running job as a look at it alone does', async () => {
    const gate = holdEmbedding(faults);
    const { body: job } = await api.sync('history', { full_reindex: true });
    await gate.reached;
    const [newest] = (await page('?limit=1')).body.jobs;
    expect(newest).toMatchObject({ job_id: job.job_id, status: 'running', progress: { phase: 'embed' } });
    gate.open();
    await api.ended(job.job_id);
  });

  it('refuses a cursor that it did not give, and limits out of range', async () => {
    for (const query of ['?cursor=nonsense', '?limit=0', '?limit=101', '?limit=x', '?more=1']) {
      const { status, body } = await api.call('GET', `/api/repositories/history/jobs${query}`);
      expect(status).toBe(400);
      expect(fieldsOf(body)).toEqual([
        query.startsWith('?cursor') ? 'query.cursor' : query.startsWith('?l') ? 'query.limit' : 'query.more',
      ]);
    }
  });

  it('is for those who may read the repository', async () => {
    expect((await eve.call('GET', '/api/repositories/history/jobs')).status).toBe(404);
    expect((await api.call('GET', '/api/repositories/nobody/jobs')).status).toBe(404);
  });
});

describe('the jobs of a repository that is gone', () => {
  it('are not told to whoever registers another one under its id', async () => {
    const git = await world.registered('reborn', { 'a.ts': 'export const a = 1;\n' });
    const { job_id } = await api.synced('reborn');
    expect((await api.call('DELETE', '/api/repositories/reborn')).status).toBe(204);
    expect((await api.call('GET', `/api/jobs/${job_id}`)).status).toBe(404);
    // In the same moment, and also where the clock of whoever registers is behind.
    faults.set('clock', () => ({ now: () => new Date(Date.now() - 4_000) }));
    await eve.register('reborn', git.path);
    faults.clear();
    expect((await eve.call('GET', '/api/repositories/reborn/jobs')).body).toEqual({ jobs: [], next: null });
    for (const call of ['', '/files']) expect((await eve.call('GET', `/api/jobs/${job_id}${call}`)).status).toBe(404);
    for (const call of ['/cancel', '/retry-failed'])
      expect((await eve.call('POST', `/api/jobs/${job_id}${call}`)).status).toBe(404);
  });
});

describe('looking at a job again', () => {
  it('answers 304 without a body while nothing has changed', async () => {
    await world.registered('tagged', { 'a.ts': 'export const a = 1;\n' });
    const { job_id } = await api.synced('tagged');
    const first = await api.call<JobAnswer>('GET', `/api/jobs/${job_id}`);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"[0-9a-f]+"$/);
    for (const tag of [etag, `"other", ${etag}`, etag.slice(2), '*']) {
      const again = await api.call('GET', `/api/jobs/${job_id}`, undefined, { 'if-none-match': tag });
      expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, null, etag]);
    }
    for (const tag of ['"other"', 'nonsense', '']) {
      const again = await api.call('GET', `/api/jobs/${job_id}`, undefined, { 'if-none-match': tag });
      expect([again.status, again.body]).toEqual([200, first.body]);
    }
  });

  it('has another tag once the job has gone on', async () => {
    const gate = holdEmbedding(faults);
    const { body } = await api.sync('tagged', { full_reindex: true });
    await gate.reached;
    const running = await api.call('GET', `/api/jobs/${body.job_id}`);
    gate.open();
    await api.ended(body.job_id);
    const headers = { 'if-none-match': running.headers.get('etag') ?? '' };
    expect((await api.call('GET', `/api/jobs/${body.job_id}`, undefined, headers)).status).toBe(200);
  });

  it('is refused to others, whatever tag they have', async () => {
    const { job_id } = await api.synced('tagged');
    expect((await eve.call('GET', `/api/jobs/${job_id}`, undefined, { 'if-none-match': '*' })).status).toBe(404);
  });
});

describe('cancelling a job', () => {
  it('ends it, keeps the old index and lets the next sync begin at once', async () => {
    const git = await world.registered('cancel', { 'a.ts': 'export const a = "axolotl";\n' });
    await api.synced('cancel');
    await git.write({ 'b.ts': 'export const b = "bongo";\n' });
    await git.commit();
    const gate = holdEmbedding(faults);
    const { body: job } = await api.sync('cancel');
    await gate.reached;
    const reply = await api.call<JobAnswer>('POST', `/api/jobs/${job.job_id}/cancel`);
    expect(reply.status).toBe(202);
    expect(reply.headers.get('location')).toBe(`/api/jobs/${job.job_id}`);
    expect(reply.body).toMatchObject({ job_id: job.job_id, status: 'cancelled', ended_at: expect.any(String) });
    expect(await api.repository('cancel')).toMatchObject({ status: 'idle', active_job_id: null });
    const next = await api.sync('cancel');
    expect(next.status).toBe(202);
    faults.clear();
    gate.open();
    expect(await api.ended(next.body.job_id)).toMatchObject({ status: 'completed', counts: { added: 1 } });
    expect(await api.job(job.job_id)).toMatchObject({ status: 'cancelled', counts: null });
    expect((await api.found('cancel', 'bongo'))[0]).toBe('b.ts');
  });

  it('answers 409 with its status when it has ended already', async () => {
    const { job_id } = await api.synced('cancel');
    const { status, body } = await api.call('POST', `/api/jobs/${job_id}/cancel`);
    expect(status).toBe(409);
    expect(body).toMatchObject({ title: 'Job has ended', job_id, job_status: 'completed' });
  });

  it('needs the role write', async () => {
    const gate = holdEmbedding(faults);
    const { body: job } = await api.sync('cancel', { full_reindex: true });
    await gate.reached;
    await api.call('PUT', '/api/repositories/cancel/grants/eve', { role: 'read' });
    expect((await eve.call('POST', `/api/jobs/${job.job_id}/cancel`)).status).toBe(403);
    await api.call('PUT', '/api/repositories/cancel/grants/eve', { role: 'write' });
    expect((await eve.call('POST', `/api/jobs/${job.job_id}/cancel`)).status).toBe(202);
    gate.open();
    expect((await api.call('POST', '/api/jobs/sync-00000000-0000-4000-8000-000000000000/cancel')).status).toBe(404);
    expect((await api.call('POST', '/api/jobs/nonsense/cancel')).status).toBe(400);
  });

  it('is done even when the execution cannot be stopped: its worker finds out by itself', async () => {
    const gate = holdEmbedding(faults);
    const { body: job } = await api.sync('cancel', { full_reindex: true });
    await gate.reached;
    faults.set('workflow', () => ({
      stop: async () => {
        throw new Error('no answer');
      },
    }));
    expect((await api.call('POST', `/api/jobs/${job.job_id}/cancel`)).status).toBe(202);
    gate.open();
    faults.clear();
    expect(await api.synced('cancel')).toMatchObject({ status: 'completed' });
    expect(await api.job(job.job_id)).toMatchObject({ status: 'cancelled' });
  });
});

describe('a second try of a test', () => {
  it('may register what the first has left in the middle of a sync', { repeats: 1 }, async () => {
    await world.registered('tried', { 'a.ts': 'export const a = 1;\n' });
    const gate = holdEmbedding(faults);
    expect((await api.sync('tried')).status).toBe(202);
    await gate.reached;
  });
});
