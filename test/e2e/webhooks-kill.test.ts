import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Delivery } from '../../core/contract/events.ts';
import { createGitRepository } from '../support/git-repository.ts';
import { useService } from '../support/use-service.ts';
import { startWebhookReceiver, verifySignature, type WebhookReceiver } from '../support/webhook-receiver.ts';

const service = useService(() => createGitRepository({ 'a.ts': 'export const a = 1;\n' }), {
  WEBHOOK_ALLOW: 'localhost, 127.0.0.0/8',
});
let receiver: WebhookReceiver;
beforeAll(async () => {
  receiver = await startWebhookReceiver();
});
afterAll(() => receiver.close());

it('kill -9 between the end of a sync and its delivery: the event comes after the restart', async () => {
  const { body } = await service.api.call<{ secrets: { webhook: string } }>('POST', '/api/repositories', {
    repository_id: 'killed',
    source: { url: service.git.path },
  });
  // The outbox is looked at each second: a kill right at the end of a sync mostly comes before that.
  for (let round = 1; ; round++) {
    expect(round).toBeLessThan(10);
    const path = `/round-${round}`;
    const reply = await service.api.sync('killed', { full_reindex: true, progress_webhook: receiver.url(path) });
    expect(reply.status).toBe(202);
    while ((await service.api.job(reply.body.job_id)).status !== 'completed')
      await new Promise((resolve) => setTimeout(resolve, 5));
    await service.process.kill();
    const told = receiver.received(path).some(({ event }) => event.type === 'sync.completed');
    await service.startAgain();
    if (told) continue;
    const received = await receiver.untilType(path, 'sync.completed');
    expect(received[0]?.event.type).toBe('sync.started');
    for (const each of received) verifySignature(body.secrets.webhook, each);
    expect(received.at(-1)?.event.data).toMatchObject({ job_id: reply.body.job_id, status: 'completed' });
    return;
  }
  // What was in hand at the kill comes again when its lease of 30 s ends.
}, 90_000);

it('an address that is no longer allowed is refused', async () => {
  const url = receiver.url('/refused');
  receiver.answer('/refused', (_, response) => response.writeHead(503).end());
  await service.api.synced('killed', { progress_webhook: url });
  // What is in hand at a kill waits for its lease: each has been tried, and waits for its next try.
  await untilDeliveries('/refused', ({ tries }) => tries > 0);
  await service.process.kill();
  await service.startAgain({ WEBHOOK_ALLOW: '' });
  expect((await service.api.sync('killed', { progress_webhook: url })).status).toBe(400);
  const before = receiver.received('/refused').length;
  await untilDeliveries('/refused', ({ status }) => status === 'failed');
  expect(receiver.received('/refused')).toHaveLength(before);
});

const untilDeliveries = async (path: string, fine: (each: Delivery) => boolean): Promise<void> => {
  for (;;) {
    const { body } = await service.api.call<{ deliveries: Delivery[] }>(
      'GET',
      '/api/repositories/killed/webhook-deliveries',
    );
    const own = body.deliveries.filter(({ url }) => url.endsWith(path));
    if (own.length > 0 && own.every(fine)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
