import type { DeliveryQuery } from '../contract/deliveries.ts';
import type { Delivery, DeliveryId } from '../contract/events.ts';
import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { Page } from '../ports/repository-store.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Access, withAccess } from '../repositories/with-access.ts';

/**
 * A repository's deliveries, newest first, for those who may sync it: an address may hold a secret of its receiver's. With a
 * status a page holds those of its deliveries that have it, which may be none: `next` says whether there are more.
 */
export const listDeliveries =
  (deps: Pick<Runtime, 'repositories' | 'outbox'>) =>
  async (
    id: RepositoryId,
    user: UserId,
    { limit, cursor, status }: DeliveryQuery,
  ): Promise<Access<{ readonly kind: 'found'; readonly page: Page<Delivery> }>> => {
    const access = await withAccess(deps, id, user, 'write');
    if (access.kind !== 'allowed') return access;
    const { items, next } = await deps.outbox.list(id, limit, cursor ?? null);
    return {
      kind: 'found',
      page: { items: items.filter((each) => status === undefined || each.status === status), next },
    };
  };

/** Sends a delivery again, now, whatever became of it; an address that had answered 410 is given another chance. */
export const redeliverWebhook =
  (deps: Pick<Runtime, 'repositories' | 'outbox' | 'clock' | 'logger'>) =>
  async (
    id: RepositoryId,
    user: UserId,
    delivery_id: DeliveryId,
  ): Promise<Access<{ readonly kind: 'due'; readonly delivery: Delivery } | { readonly kind: 'no-delivery' }>> => {
    const access = await withAccess(deps, id, user, 'write');
    if (access.kind !== 'allowed') return access;
    const delivery = await deps.outbox.redeliver(id, delivery_id, deps.clock.now());
    if (delivery === null) return { kind: 'no-delivery' };
    deps.logger.info('webhook redelivery asked for', { repository_id: id, delivery_id, user });
    return { kind: 'due', delivery };
  };
