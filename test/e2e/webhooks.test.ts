import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { holdEmbedding } from '../support/faults.ts';
import { useWebhookLab } from '../support/webhook-lab.ts';
import { verifySignature, type WebhookReceiver } from '../support/webhook-receiver.ts';

const lab = useWebhookLab();

const types = (path: string): string[] => lab.receiver.received(path).map(({ event }) => event.type);

/** Lets retries come at once: whoever asks what is due asks as of tomorrow. */
const hurry = (): void =>
  lab.world.faults.set('outbox', (real) => ({
    lease: (now, limit, seconds) => real.lease(new Date(now.getTime() + 86_400_000), limit, seconds),
  }));

describe('webhook notifications', () => {
  it('tell of start, progress and completion in order, each signed with the repository’s secret', async () => {
    const own = await lab.register('told');
    const job = await lab.synced('told', '/told');
    const received = await lab.receiver.untilType('/told', 'sync.completed');
    for (const each of received) verifySignature(own.webhook, each);
    const told = types('/told');
    expect(told[0]).toBe('sync.started');
    expect(told.at(-1)).toBe('sync.completed');
    expect(told.slice(1, -1).length).toBeGreaterThan(0);
    expect(new Set(told.slice(1, -1))).toEqual(new Set(['sync.progress']));
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(received.length);

    const [started] = received;
    expect(started?.event.data).toMatchObject({ job_id: job.job_id, repository_id: 'told', status: 'running' });
    const percentages = received.map(({ event }) => event.data.progress.percentage);
    expect(percentages).toEqual([...percentages].sort((a, b) => a - b));
    expect(received.at(-1)?.event.data).toMatchObject({
      status: 'completed',
      progress: { percentage: 100 },
      counts: { indexed: 2 },
    });
    const log = await lab.untilDeliveries('told', ({ status }) => status === 'delivered');
    expect(log.map(({ event }) => event.type).toReversed()).toEqual(told);
    for (const { attempts } of log)
      expect(attempts).toEqual([
        { at: expect.any(String), status: 204, error: null, milliseconds: expect.any(Number) },
      ]);
  });

  it('tell of progress at each ten points that the job is seen at, each once', async () => {
    const files = Array.from({ length: 3000 }, (_, i) => [`f${i}.ts`, `export const f${i} = ${i};\n`] as const);
    const many = await lab.world.makeRepository(Object.fromEntries(files));
    await lab.register('tens', many.path);
    await lab.synced('tens', '/tens');
    const received = await lab.receiver.untilType('/tens', 'sync.completed');
    const tens = received
      .filter(({ event }) => event.type === 'sync.progress')
      .map(({ event }) => Math.floor(event.data.progress.percentage / 10) * 10);
    expect(tens).toEqual(tens.toSorted((a, b) => a - b));
    expect(new Set(tens).size).toBe(tens.length);
    // 80 of 100 points are the twelve batches', more than run at once: each is folded, and told, by itself.
    expect(new Set(tens).size).toBeGreaterThanOrEqual(4);
  });

  it('tell of a failure, with its cause', async () => {
    const own = await lab.register('failing');
    lab.world.faults.set('objects', () => ({
      putLines: async () => {
        throw new RangeError('no space left');
      },
    }));
    await lab.synced('failing', '/failing');
    const failed = (await lab.receiver.untilType('/failing', 'sync.failed')).at(-1);
    if (failed === undefined) throw new Error('nothing came');
    verifySignature(own.webhook, failed);
    expect(failed.event.data).toMatchObject({ status: 'failed', error: { code: 'RangeError' } });
    // Not our own words: those are in the log, under the job's id.
    expect(failed.event.data.error?.message).toContain(failed.event.data.job_id);
    expect(JSON.stringify(failed.event)).not.toContain('no space left');
  });

  it('tell of a cancellation', async () => {
    const own = await lab.register('stopped');
    const gate = holdEmbedding(lab.world.faults);
    const { body } = await lab.world.api.sync('stopped', { progress_webhook: lab.receiver.url('/stopped') });
    await gate.reached;
    expect((await lab.world.api.call('POST', `/api/jobs/${body.job_id}/cancel`)).status).toBe(202);
    gate.open();
    const cancelled = (await lab.receiver.untilType('/stopped', 'sync.cancelled')).at(-1);
    if (cancelled === undefined) throw new Error('nothing came');
    verifySignature(own.webhook, cancelled);
    expect(cancelled.event.data).toMatchObject({ job_id: body.job_id, status: 'cancelled' });
    expect(types('/stopped')).not.toContain('sync.completed');
  });

  it('are not made for a sync without a webhook', async () => {
    await lab.register('quiet');
    await lab.world.api.synced('quiet');
    expect(await lab.deliveries('quiet')).toEqual([]);
  });
});

describe('a receiver that fails', () => {
  const hanging: ServerResponse[] = [];

  it.each([
    ['hangs', '/hangs', (_: unknown, response) => hanging.push(response)],
    ['answers 500', '/breaks', (_: unknown, response) => response.writeHead(500).end()],
    ['resets the connection', '/resets', (_: unknown, __: unknown, request) => request.socket.resetAndDestroy()],
  ] as [string, string, Parameters<WebhookReceiver['answer']>[1]][])(
    'and %s neither fails nor slows a sync',
    async (_, path, answering) => {
      const id = `repo${path.replace('/', '-')}`;
      await lab.register(id);
      lab.receiver.answer(path, answering);
      const began = Date.now();
      expect(await lab.synced(id, path)).toMatchObject({ status: 'completed' });
      expect(Date.now() - began).toBeLessThan(5000);
      expect(await lab.world.api.found(id, 'axolotl')).toContain('a.ts');
    },
  );

  it('and hangs holds up nobody else', async () => {
    await expect.poll(() => hanging.length, { timeout: 10_000 }).toBeGreaterThan(0);
    await lab.register('lively');
    const began = Date.now();
    await lab.synced('lively', '/lively');
    await lab.receiver.untilType('/lively', 'sync.completed');
    expect(Date.now() - began).toBeLessThan(6000);
    expect(hanging.every((response) => !response.writableEnded && !response.destroyed)).toBe(true);
    lab.receiver.answer('/hangs', (_, response) => response.end());
    for (const response of hanging) response.end();
  });

  it('and cannot be reached, or may not be, does neither', async () => {
    // As if it were a name that resolves inward: only the connection can tell that.
    lab.world.faults.set('webhookAddresses', () => ({ refuse: () => null }));
    for (const [id, url] of [
      ['nobody', 'http://127.0.0.1:1/'],
      ['forbidden', 'http://169.254.169.254/latest/meta-data'],
    ] as const) {
      await lab.register(id);
      expect(await lab.world.api.synced(id, { progress_webhook: url })).toMatchObject({ status: 'completed' });
    }
    lab.world.faults.clear();
    const refused = await lab.untilDeliveries('forbidden', ({ status }) => status === 'failed');
    for (const { tries, attempts } of refused) {
      expect(tries).toBe(1);
      expect(attempts[0]).toMatchObject({ status: null, error: '169.254.169.254 is not on the public internet' });
    }
    const tried = await lab.untilDeliveries('nobody', ({ tries }) => tries > 0);
    for (const { status, next_attempt_at, attempts } of tried) {
      expect(status).toBe('pending');
      expect(Date.parse(next_attempt_at ?? '')).toBeGreaterThan(Date.parse(attempts[0]?.at ?? ''));
      expect(attempts[0]).toMatchObject({ status: null, error: 'ECONNREFUSED' });
    }
  });

  it('gets each event again, under the same id and with a signature of its own time, until it takes it', async () => {
    const own = await lab.register('again');
    lab.receiver.answer('/again', ({ headers }, response) => {
      const seen = lab.receiver
        .received('/again')
        .filter((each) => each.headers['webhook-id'] === headers['webhook-id']);
      response.writeHead(seen.length < 3 ? 503 : 200).end();
    });
    hurry();
    await lab.synced('again', '/again');
    const log = await lab.untilDeliveries('again', ({ status }) => status === 'delivered');
    for (const { tries, attempts } of log) {
      expect(tries).toBe(3);
      expect(attempts.map(({ status }) => status)).toEqual([503, 503, 200]);
    }
    const received = lab.receiver.received('/again');
    for (const each of received) verifySignature(own.webhook, each);
    expect(received).toHaveLength(log.length * 3);
    const bodies = new Map(received.map(({ headers, body }) => [headers['webhook-id'], body]));
    for (const { headers, body } of received) expect(body).toBe(bodies.get(headers['webhook-id']));
  });

  it('and asks for time gets it', async () => {
    await lab.register('patient');
    lab.receiver.answer('/patient', (_, response) => response.writeHead(429, { 'retry-after': '3600' }).end());
    await lab.synced('patient', '/patient');
    for (const { attempts, next_attempt_at } of await lab.untilDeliveries('patient', ({ tries }) => tries > 0)) {
      const wait = Date.parse(next_attempt_at ?? '') - Date.parse(attempts[0]?.at ?? '');
      expect(wait).toBeGreaterThanOrEqual(3_600_000);
      expect(wait).toBeLessThan(4_600_000);
    }
  });

  it('and redirects is not followed', async () => {
    await lab.register('moved');
    lab.receiver.answer('/moved', (_, response) =>
      response.writeHead(302, { location: lab.receiver.url('/lured') }).end(),
    );
    await lab.synced('moved', '/moved');
    for (const { attempts } of await lab.untilDeliveries('moved', ({ tries }) => tries > 0))
      expect(attempts[0]?.status).toBe(302);
    expect(lab.receiver.received('/lured')).toEqual([]);
  });
});
