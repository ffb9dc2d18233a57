import type { Delivery, DeliveryAttempt, DeliveryId } from '../contract/events.ts';
import type { RepositoryId } from '../contract/ids.ts';
import type { Page } from './repository-store.ts';

/**
 * Events on their way. A change of a job puts them into its own transaction, so none is lost and none is sent
 * that did not happen; a receiver may get one twice (same `webhook-id`).
 */
export interface Outbox {
  /**
   * Pending deliveries whose time has come, oldest first. Each is leased to the caller: no other caller gets it for
   * `leaseSeconds`, and after that it is due again (a deliverer that died).
   */
  lease(now: Date, limit: number, leaseSeconds: number): Promise<readonly Delivery[]>;
  /** Adds an attempt and sets what follows from it. `lost`: another deliverer has recorded since. */
  record(
    delivery: Delivery,
    attempt: DeliveryAttempt,
    next: { readonly status: 'delivered' | 'failed' | 'disabled' } | { readonly status: 'pending'; readonly at: Date },
  ): Promise<'kept' | 'lost'>;
  /** A repository's deliveries, newest first. Throws RangeError for a cursor that is not ours. */
  list(repository: RepositoryId, limit: number, cursor: string | null): Promise<Page<Delivery>>;
  /** Makes a delivery due now, whatever became of it; null when there is none. */
  redeliver(repository: RepositoryId, id: DeliveryId, at: Date): Promise<Delivery | null>;
  /** Addresses of the repository that answered 410. */
  disabled(repository: RepositoryId, url: string): Promise<boolean>;
}
