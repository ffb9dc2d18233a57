import { describe, expect, it } from 'vitest';
import type { Problem } from '../../core/contract/api.ts';
import type { Delivery } from '../../core/contract/events.ts';
import { useWebhookLab } from '../support/webhook-lab.ts';
import { verifySignature } from '../support/webhook-receiver.ts';

const lab = useWebhookLab();

describe('a receiver that answers 410', () => {
  it('gets nothing more, until somebody asks for a redelivery', async () => {
    await lab.register('gone');
    lab.receiver.answer('/gone', (_, response) => response.writeHead(410).end());
    await lab.synced('gone', '/gone');
    const log = await lab.untilDeliveries('gone', ({ status }) => status === 'disabled');
    expect(lab.receiver.received('/gone')).toHaveLength(1);
    expect(log.at(-1)?.attempts[0]).toMatchObject({ status: 410 });
    await lab.synced('gone', '/gone');
    // An event is written down with what it tells of: where none waits, none will come.
    expect(await lab.deliveries('gone')).toEqual(log);
    expect(lab.receiver.received('/gone')).toHaveLength(1);

    lab.receiver.answer('/gone', (_, response) => response.writeHead(200).end());
    const id = log.at(-1)?.delivery_id;
    const reply = await lab.world.api.call<Delivery>(
      'POST',
      `/api/repositories/gone/webhook-deliveries/${id}/redeliver`,
    );
    expect(reply).toMatchObject({ status: 202, body: { delivery_id: id, status: 'pending' } });
    const [, second] = await lab.receiver.until('/gone', 2);
    expect(second?.headers['webhook-id']).toBe(id);
    await lab.synced('gone', '/gone');
    expect((await lab.receiver.untilType('/gone', 'sync.completed')).length).toBeGreaterThan(2);
  });
});

describe('the delivery log', () => {
  it('is paged, can be narrowed by status, and never holds a secret', async () => {
    const own = await lab.register('logged');
    await lab.synced('logged', '/logged');
    const log = await lab.untilDeliveries('logged', ({ status }) => status === 'delivered');
    const seen: string[] = [];
    for (let query = '?limit=1'; ; ) {
      const { body } = await lab.world.api.call<{ deliveries: Delivery[]; next: string | null }>(
        'GET',
        `/api/repositories/logged/webhook-deliveries${query}`,
      );
      seen.push(...body.deliveries.map((each) => each.delivery_id));
      if (body.next === null) break;
      query = `?limit=1&cursor=${encodeURIComponent(body.next)}`;
    }
    expect(seen).toEqual(log.map((each) => each.delivery_id));
    expect(await lab.deliveries('logged', '?status=delivered')).toHaveLength(log.length);
    expect(await lab.deliveries('logged', '?status=failed')).toEqual([]);
    expect(JSON.stringify(log)).not.toContain('whsec_');
    expect(JSON.stringify(lab.receiver.received('/logged'))).not.toContain(own.webhook);
  });

  it('is for those who may sync, and refuses what it does not know', async () => {
    const bob = lab.world.as('bob');
    const path = '/api/repositories/logged/webhook-deliveries';
    const [first] = await lab.deliveries('logged');
    const again = `${path}/${first?.delivery_id}/redeliver`;
    expect((await bob.call('GET', path)).status).toBe(404);
    expect((await bob.call('POST', again)).status).toBe(404);
    await lab.world.api.call('PUT', '/api/repositories/logged/grants/bob', { role: 'read' });
    expect((await bob.call('GET', path)).status).toBe(403);
    await lab.world.api.call('PUT', '/api/repositories/logged/grants/bob', { role: 'write' });
    expect((await bob.call('GET', path)).status).toBe(200);
    expect((await bob.call('POST', again)).status).toBe(202);

    const unknown = `msg-${crypto.randomUUID()}`;
    expect((await lab.world.api.call('POST', `${path}/${unknown}/redeliver`)).status).toBe(404);
    expect((await lab.world.api.call('POST', `${path}/nonsense/redeliver`)).status).toBe(400);
    expect((await lab.world.api.call('GET', '/api/repositories/nowhere/webhook-deliveries')).status).toBe(404);
    expect(
      (await lab.world.api.call('POST', `/api/repositories/nowhere/webhook-deliveries/${unknown}/redeliver`)).status,
    ).toBe(404);
    for (const query of ['?status=lost', '?limit=0', '?cursor=nonsense', '?other=1'])
      expect((await lab.world.api.call('GET', `${path}${query}`)).status).toBe(400);
  });
});

describe('secrets', () => {
  it('are told once, when the repository is registered', async () => {
    const own = await lab.register('secretive');
    expect(own.webhook).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(own.push).toMatch(/^whsec_/);
    expect(own.push).not.toBe(own.webhook);
    const texts = JSON.stringify([
      await lab.world.api.repository('secretive'),
      (await lab.world.api.call('GET', '/api/repositories')).body,
      await lab.synced('secretive', '/secretive'),
    ]);
    expect(texts).not.toContain('whsec_');
  });

  it('are made anew on request, and sign from then on', async () => {
    const old = await lab.register('rotated');
    const path = '/api/repositories/rotated/secrets';
    const reply = await lab.world.api.call<{ secret: string }>('POST', `${path}/webhook`);
    expect(reply).toMatchObject({ status: 201, body: { repository_id: 'rotated', name: 'webhook' } });
    expect(reply.body.secret).not.toBe(old.webhook);
    await lab.synced('rotated', '/rotated');
    const [first] = await lab.receiver.until('/rotated', 1);
    if (first === undefined) throw new Error('nothing came');
    verifySignature(reply.body.secret, first);
    expect(() => verifySignature(old.webhook, first)).toThrow();
    const push = await lab.world.api.call<{ secret: string }>('POST', `${path}/push`);
    expect(push.status).toBe(201);
    const stored = await lab.world.server.runtime.repositories.get('rotated' as never);
    expect(stored?.secrets).toEqual({ webhook: reply.body.secret, push: push.body.secret });
  });

  it('are the owner’s matter', async () => {
    const bob = lab.world.as('bob');
    await lab.world.api.call('PUT', '/api/repositories/rotated/grants/bob', { role: 'write' });
    expect((await bob.call('POST', '/api/repositories/rotated/secrets/webhook')).status).toBe(403);
    expect((await lab.world.api.call('POST', '/api/repositories/rotated/secrets/other')).status).toBe(400);
    expect((await lab.world.api.call('POST', '/api/repositories/nowhere/secrets/push')).status).toBe(404);
  });
});

describe('progress_webhook', () => {
  it.each(['ftp://example.com/', 'https://user:secret@example.com/', 'nonsense', 7])('%s is refused', async (url) => {
    const reply = await lab.world.api.sync<{ errors: { field: string }[] }>('secretive', { progress_webhook: url });
    expect(reply.status).toBe(400);
    expect(reply.body.errors.map(({ field }) => field)).toEqual(['progress_webhook']);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.8/',
    'https://[fd00::1]:8443/hook',
    'http://[::ffff:127.0.0.2]/',
    'http://2130706434/',
    'http://192.168.0.1:80/',
    'https://metadata.google.internal/',
  ])('%s, which leads inward, is refused at once', async (url) => {
    const reply = await lab.world.api.sync<Problem>('secretive', { progress_webhook: url });
    expect(reply.status).toBe(400);
    expect(reply.body.errors).toEqual([
      { field: 'progress_webhook', message: 'must be on the public internet, or be allowed by the operator' },
    ]);
  });

  it('is refused together with whatever else cannot be used', async () => {
    const reply = await lab.world.api.sync<{ errors: { field: string }[] }>('secretive', {
      remote: 'upstream',
      progress_webhook: 'https://user@example.com/',
    });
    expect(reply.body.errors.map(({ field }) => field)).toEqual(['remote', 'progress_webhook']);
  });
});
