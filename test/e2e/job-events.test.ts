import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobAnswer } from '../../core/contract/api.ts';
import type { JobView } from '../../core/ports/jobs.ts';
import { loadFunction } from '../../local/load-function.ts';
import { openEvents, type StreamedEvent } from '../support/event-stream.ts';
import { holdEmbedding } from '../support/faults.ts';
import type { GitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { api, faults } = world;

let git: GitRepository;
let count = 0;
beforeAll(async () => {
  git = await world.registered('watched', { 'a.ts': 'export const a = 1;\n' });
  await api.synced('watched');
});

const opened: { leave(): void }[] = [];
afterEach(() => {
  for (const stream of opened.splice(0)) stream.leave();
});
const open = async (jobId: string, headers: Record<string, string> = {}, token = world.server.token) => {
  const stream = await openEvents(world.server.url, token, jobId, headers);
  opened.push(stream);
  return stream;
};

/** A job that waits before the embedder, until the gate opens. */
const heldJob = async () => {
  count += 1;
  await git.write({ 'a.ts': `export const a = "${count} okapi";\n` });
  await git.commit();
  const gate = holdEmbedding(faults);
  const { body: job } = await api.sync('watched');
  await gate.reached;
  return { jobId: job.job_id, gate };
};

describe('GET /api/jobs/{job_id}/events', () => {
  it('sends the job as it is, then its news, and ends with its end', async () => {
    const { jobId, gate } = await heldJob();
    const { status, headers, events } = await open(jobId);
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      'text/event-stream',
      'no-cache',
    ]);
    const seen: StreamedEvent[] = [];
    for await (const event of events) {
      if (seen.length === 0) gate.open();
      seen.push(event);
    }
    expect(seen.length).toBeGreaterThanOrEqual(2);
    expect(seen[0]).toMatchObject({ event: 'progress', job: { job_id: jobId, status: 'running' } });
    expect(seen.at(-1)).toMatchObject({ event: 'completed', job: { status: 'completed', counts: { indexed: 1 } } });
    expect(seen.slice(0, -1).every(({ event }) => event === 'progress')).toBe(true);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    const percentages = seen.map(({ job }) => job.progress.percentage);
    expect(percentages).toEqual(percentages.toSorted((a, b) => a - b));
  });

  it('goes on after the last event that was seen, and has nothing to say after the end', async () => {
    const { jobId, gate } = await heldJob();
    const first = (await (await open(jobId)).events.next()).value as StreamedEvent;
    const again = await open(jobId, { 'last-event-id': first.id ?? '' });
    gate.open();
    const seen = await Array.fromAsync(again.events);
    expect(seen.map(({ id }) => id)).not.toContain(first.id);
    expect(seen.at(-1)?.event).toBe('completed');
    const [end] = await Array.fromAsync((await open(jobId)).events);
    expect(end).toMatchObject({ event: 'completed', id: seen.at(-1)?.id });
    expect((await open(jobId, { 'last-event-id': end?.id ?? '' })).status).toBe(204);
  });

  it('ends with cancelled', async () => {
    const { jobId, gate } = await heldJob();
    const { events } = await open(jobId);
    await events.next();
    await api.call('POST', `/api/jobs/${jobId}/cancel`);
    expect((await Array.fromAsync(events)).at(-1)?.event).toBe('cancelled');
    gate.open();
  });

  it('is as hidden as the job is, and ends for one who may not read it any more', async () => {
    const { jobId, gate } = await heldJob();
    const bob = await world.server.issuer.issue('bob');
    expect((await open(jobId, {}, bob)).status).toBe(404);
    expect((await open(jobId, {}, 'nonsense')).status).toBe(401);
    expect((await open('sync-6f1c2f0e-8d0b-4a5e-9c6f-2b7d1e3a4c5d')).status).toBe(404);
    await api.call('PUT', '/api/repositories/watched/grants/bob', { role: 'read' });
    // Who may look is asked each half minute: here each second.
    faults.set('clock', (real) => ({ every: (milliseconds, tick) => real.every(milliseconds / 30, tick) }));
    const { status, events } = await open(jobId, {}, bob);
    expect(status).toBe(200);
    await api.call('DELETE', '/api/repositories/watched/grants/bob');
    await Array.fromAsync(events);
    expect((await api.job(jobId)).status).toBe('running');
    gate.open();
    await api.ended(jobId);
  });

  it('costs one read a second, however many watch', async () => {
    const { jobId, gate } = await heldJob();
    const streams = await Promise.all(Array.from({ length: 500 }, () => open(jobId)));
    for (const { events } of streams) await events.next();
    const reads: number[] = [];
    faults.set('jobs', (real) => ({
      get: (id) => {
        reads.push(Date.now());
        return real.get(id);
      },
    }));
    while (reads.length < 4) await new Promise((resolve) => setTimeout(resolve, 50));
    const apart = reads.slice(1).map((at, i) => at - (reads[i] ?? 0));
    // Timers may come a little early, never five hundred times as often.
    expect(Math.min(...apart)).toBeGreaterThan(500);
    gate.open();
    const ends = await Promise.all(streams.map(({ events }) => Array.fromAsync(events)));
    for (const seen of ends) expect(seen.at(-1)?.event).toBe('completed');
    // With the last of them the reading ends.
    const last = reads.length;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(reads.length).toBe(last);
  }, 60_000);

  it('is read on by others where one of them leaves, and by none where all have left', async () => {
    const { jobId, gate } = await heldJob();
    const [one, other] = await Promise.all([open(jobId), open(jobId)]);
    await one.events.next();
    await other.events.next();
    one.leave();
    await expect(one.events.next()).rejects.toThrow();
    gate.open();
    expect((await Array.fromAsync(other.events)).at(-1)?.event).toBe('completed');
  });

  it('ends when the job cannot be read for a while: who comes again is told what is wrong', async () => {
    const { jobId, gate } = await heldJob();
    const { events } = await open(jobId);
    await events.next();
    faults.set('jobs', () => ({ get: async () => Promise.reject(new Error('the database is away')) }));
    await Array.fromAsync(events);
    const { status } = await open(jobId);
    expect(status).toBe(500);
    faults.clear();
    gate.open();
    expect((await api.ended(jobId)).status).toBe('completed');
  }, 60_000);
});

describe('GET /api/jobs/{job_id}/events where answers go out whole', () => {
  /** As API Gateway calls it: nothing in the context says that parts are passed on. */
  const ask = async (jobId: string, headers: Record<string, string> = {}) =>
    (await (
      await loadFunction('get-job-events')
    )({
      httpMethod: 'GET',
      path: `/api/jobs/${jobId}/events`,
      pathParameters: { job_id: jobId },
      headers,
      requestContext: { requestId: 'r', authorizer: { principalId: 'ann' } },
    })) as { readonly statusCode: number; readonly body: string };
  const parts = (body: string) => body.split('\n\n').filter((part) => part !== '');

  it('answers with the state that is there, and then waits for the next one', async () => {
    const { jobId, gate } = await heldJob();
    const first = await ask(jobId);
    expect(first.statusCode).toBe(200);
    expect(parts(first.body)).toEqual(['retry: 1000', expect.stringMatching(/^id: \w+\nevent: progress\ndata: {/)]);
    const id = /^id: (\w+)$/m.exec(first.body)?.[1] ?? '';
    const waiting = ask(jobId, { 'Last-Event-ID': id });
    gate.open();
    const next = await waiting;
    expect(parts(next.body)).toHaveLength(2);
    expect(next.body).not.toContain(`id: ${id}`);
    await api.ended(jobId);
    const end = await ask(jobId);
    expect(end.body).toContain('event: completed');
    const last = /^id: (\w+)$/m.exec(end.body)?.[1] ?? '';
    expect(await ask(jobId, { 'Last-Event-ID': last })).toMatchObject({ statusCode: 204, body: '' });
  });
});

describe('GET /api/jobs/{job_id}?wait=', () => {
  it('answers at the job’s end, or when the time is over', async () => {
    const { jobId, gate } = await heldJob();
    const early = await api.call<JobAnswer>('GET', `/api/jobs/${jobId}?wait=1`);
    expect([early.status, early.body.status]).toEqual([200, 'running']);
    const waiting = api.call<JobAnswer>('GET', `/api/jobs/${jobId}?wait=25`);
    gate.open();
    expect((await waiting).body.status).toBe('completed');
    // At once: it has ended.
    expect((await api.call<JobAnswer>('GET', `/api/jobs/${jobId}?wait=25`)).body.status).toBe('completed');
  });

  it('with an ETag answers as soon as the job is not as it was, else 304', async () => {
    const { jobId, gate } = await heldJob();
    // Heartbeats change it too: it is seen as it was until it has ended.
    let seen: JobView | null = null;
    faults.set('jobs', (real) => ({
      get: async (id) => {
        const view = await real.get(id);
        if (view?.job.ended_at === null) seen ??= view;
        return view?.job.ended_at === null ? seen : view;
      },
    }));
    const first = await api.call('GET', `/api/jobs/${jobId}`);
    const tag = { 'if-none-match': first.headers.get('etag') ?? '' };
    expect((await api.call('GET', `/api/jobs/${jobId}?wait=2`, undefined, tag)).status).toBe(304);
    const waiting = api.call<JobAnswer>('GET', `/api/jobs/${jobId}?wait=25`, undefined, tag);
    gate.open();
    const news = await waiting;
    expect(news.status).toBe(200);
    expect(news.headers.get('etag')).not.toBe(tag['if-none-match']);
  });

  it.each(['-1', '26', '1.5', 'long'])('refuses %s', async (wait) => {
    const { status, body } = await api.call('GET', `/api/jobs/sync-6f1c2f0e-8d0b-4a5e-9c6f-2b7d1e3a4c5d?wait=${wait}`);
    expect(status).toBe(400);
    expect(body.errors?.[0]?.field).toBe('query.wait');
  });
});
