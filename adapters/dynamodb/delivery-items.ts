import { createHash } from 'node:crypto';
import { Delivery, DeliveryId, type SyncEvent } from '../../core/contract/events.ts';
import type { RepositoryId } from '../../core/contract/ids.ts';
import type { TableNames } from '../../core/contract/tables.ts';
import type { JobView } from '../../core/ports/jobs.ts';
import { jobAnswer } from '../../core/sync/job-answer.ts';
import type { Database, Item, TransactItem } from './database.ts';
import { dueShard } from './due.ts';
import type { ItemKey } from './expression.ts';
import { readRepository } from './repository-items.ts';
import { parseStored } from './stored.ts';

/** A repository's deliveries are one item collection; no job id contains `#`. */
export const deliveriesOf = (repository: RepositoryId): string => `webhooks#${repository}`;

export const deliveryKey = (tables: TableNames, repository: RepositoryId, id: DeliveryId): ItemKey => ({
  TableName: tables.syncJobs,
  Key: { job_id: deliveriesOf(repository), sk: id },
});

export const parseDelivery = (item: Item): Delivery =>
  parseStored(Delivery, item.delivery, `delivery ${String(item.sk)}`);

/**
 * An id that sorts by time: a UUID of version 8, whose first 48 bits are milliseconds since 1970, whose next 12 are the
 * event's place among those of its job, and whose rest says which event of which job it is. The same event has the same
 * id, however often its transaction is sent.
 */
const deliveryId = (job: string, type: SyncEvent['type'], percentage: number, at: Date): DeliveryId => {
  const time = at.getTime().toString(16).padStart(12, '0');
  const place = (type === 'sync.started' ? 0 : type === 'sync.progress' ? percentage : 0xfff)
    .toString(16)
    .padStart(3, '0');
  const hash = createHash('sha256').update(`${job} ${type} ${percentage}`).digest('hex');
  // 8, 9, a or b: the variant's two bits.
  const variant = ((Number.parseInt(hash[0] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return DeliveryId.parse(
    `msg-${time.slice(0, 8)}-${time.slice(8)}-8${place}-${variant}${hash.slice(1, 4)}-${hash.slice(4, 16)}`,
  );
};

/** The first delivery id that a moment can have. */
export const firstDeliveryId = (at: Date): string => {
  const time = at.getTime().toString(16).padStart(12, '0');
  return `msg-${time.slice(0, 8)}-${time.slice(8)}`;
};

/**
 * The outbox's item for what has become of a job, for the transaction that makes it so. Nothing for a job without a
 * webhook, or whose webhook's address has said 410.
 *
 * @param view the job after the transaction.
 */
export const eventItems = async (
  { database, tables }: { readonly database: Database; readonly tables: TableNames },
  type: SyncEvent['type'],
  view: JobView,
  at: Date,
): Promise<readonly TransactItem[]> => {
  const { job } = view;
  const url = job.options.progress_webhook;
  if (url === undefined) return [];
  // The deliverer checks again: an address that is disabled between this look and the write gets nothing either.
  const repository = await readRepository(database, tables, job.repository_id);
  if (repository?.disabled_webhooks.includes(url)) return [];
  const now = at.toISOString();
  const data = jobAnswer(view, at);
  const delivery: Delivery = {
    delivery_id: deliveryId(job.job_id, type, data.progress.percentage, at),
    repository_id: job.repository_id,
    job_id: job.job_id,
    url,
    event: { type, timestamp: now, data },
    status: 'pending',
    attempts: [],
    tries: 0,
    next_attempt_at: now,
    created_at: now,
    repository_created_at: job.repository_created_at,
  };
  const { TableName, Key } = deliveryKey(tables, job.repository_id, delivery.delivery_id);
  const due = { due_shard: dueShard('webhook', job.job_id), due_at: now };
  return [{ Put: { TableName, Item: { ...Key, delivery, ...due } } }];
};
