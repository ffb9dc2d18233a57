import { beforeAll } from 'vitest';
import type { Delivery } from '../../core/contract/events.ts';
import { createGitRepository } from './git-repository.ts';
import { type UsedWorld, useWorld } from './use-world.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

export interface Secrets {
  readonly webhook: string;
  readonly push: string;
}

export interface WebhookLab {
  readonly world: UsedWorld;
  readonly receiver: WebhookReceiver;
  /** Registers a repository of two files, or of another source; gives its secrets. */
  register(id: string, url?: string): Promise<Secrets>;
  /** Syncs with a webhook on a path of the test's own, and waits for the end. */
  synced(id: string, path: string): ReturnType<UsedWorld['api']['synced']>;
  deliveries(id: string, query?: string): Promise<readonly Delivery[]>;
  /** Waits until all deliveries of the repository, of which there are some, are as the test wants them. */
  untilDeliveries(id: string, fine: (each: Delivery) => boolean): Promise<readonly Delivery[]>;
}

/** The whole service for the tests of one file, allowed to reach a real receiver on loopback. */
export const useWebhookLab = (): WebhookLab => {
  const world = useWorld({
    git: () => createGitRepository({ 'a.ts': 'export const a = "axolotl";\n', 'b.ts': 'export const b = 2;\n' }),
    webhookAllow: ['127.0.0.1'],
  });
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    receiver = await startWebhookReceiver();
    world.closing(receiver.close);
  });
  const call = async <T>(status: number, ...request: Parameters<UsedWorld['api']['call']>): Promise<T> => {
    const reply = await world.api.call<T>(...request);
    if (reply.status !== status) throw new Error(`expected ${status}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const deliveries: WebhookLab['deliveries'] = async (id, query = '') =>
    (await call<{ deliveries: Delivery[] }>(200, 'GET', `/api/repositories/${id}/webhook-deliveries${query}`))
      .deliveries;
  return {
    world,
    get receiver(): WebhookReceiver {
      return receiver;
    },
    deliveries,
    register: async (id, url = world.git.path) =>
      (await call<{ secrets: Secrets }>(201, 'POST', '/api/repositories', { repository_id: id, source: { url } }))
        .secrets,
    synced: (id, path) => world.api.synced(id, { progress_webhook: receiver.url(path) }),
    untilDeliveries: async (id, fine) => {
      for (;;) {
        const found = await deliveries(id);
        if (found.length > 0 && found.every(fine)) return found;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
};
