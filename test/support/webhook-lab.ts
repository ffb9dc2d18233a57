import type { Delivery } from '../../core/contract/events.ts';
import { createFaults, type Faults } from './faults.ts';
import { createGitRepository, type GitRepository } from './git-repository.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';
import { startWorld, type World } from './world.ts';

export interface Secrets {
  readonly webhook: string;
  readonly push: string;
}

export interface WebhookLab {
  readonly world: World;
  readonly receiver: WebhookReceiver;
  readonly git: GitRepository;
  readonly faults: Faults;
  /** Registers a repository of two files, or of another source; gives its secrets. */
  register(id: string, url?: string): Promise<Secrets>;
  /** Syncs with a webhook on a path of the test's own, and waits for the end. */
  synced(id: string, path: string): ReturnType<World['api']['synced']>;
  deliveries(id: string, query?: string): Promise<readonly Delivery[]>;
  /** Waits until all deliveries of the repository, of which there are some, are as the test wants them. */
  untilDeliveries(id: string, fine: (each: Delivery) => boolean): Promise<readonly Delivery[]>;
  close(): Promise<void>;
}

/** The whole service, allowed to reach a real receiver on loopback. */
export const startWebhookLab = async (): Promise<WebhookLab> => {
  const faults = createFaults();
  const world = await startWorld(faults.decorate, { webhookAllow: ['127.0.0.1'] });
  const receiver = await startWebhookReceiver();
  const git = await createGitRepository({ 'a.ts': 'export const a = "axolotl";\n', 'b.ts': 'export const b = 2;\n' });
  const call = async <T>(status: number, ...request: Parameters<World['api']['call']>): Promise<T> => {
    const reply = await world.api.call<T>(...request);
    if (reply.status !== status) throw new Error(`expected ${status}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const deliveries: WebhookLab['deliveries'] = async (id, query = '') =>
    (await call<{ deliveries: Delivery[] }>(200, 'GET', `/api/repositories/${id}/webhook-deliveries${query}`))
      .deliveries;
  return {
    world,
    receiver,
    git,
    faults,
    deliveries,
    register: async (id, url = git.path) =>
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
    close: async () => {
      await world.close();
      await receiver.close();
      await git.cleanup();
    },
  };
};
