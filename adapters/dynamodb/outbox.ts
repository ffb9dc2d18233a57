import type { Delivery, DeliveryAttempt, DeliveryId } from '../../core/contract/events.ts';
import { DeliveryId as DeliveryIdSchema } from '../../core/contract/events.ts';
import type { RepositoryId } from '../../core/contract/ids.ts';
import type { TableNames } from '../../core/contract/tables.ts';
import { StoreBusyError } from '../../core/domain/errors.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { Outbox } from '../../core/ports/outbox.ts';
import type { Page } from '../../core/ports/repository-store.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { Database, type DatabaseOptions, type Refusals, TRIES, type TransactItem } from './database.ts';
import { deliveriesOf, deliveryKey, firstDeliveryId, parseDelivery } from './delivery-items.ts';
import { dueKeys, dueShard, isDue } from './due.ts';
import { type Change, Expression, type ItemKey, updateOf } from './expression.ts';
import { expiresAt } from './job-items.ts';
import { readRepository, repositoryKey } from './repository-items.ts';

/** A delivery is kept for 30 days after its end. */
const RETENTION_SECONDS = 30 * 86_400;
/** Attempts that a delivery's log keeps; `tries` counts them all. */
const ATTEMPTS_KEPT = 10;
/** Addresses that a repository's list keeps, the last ones: 50 of 2 KB are a quarter of what an item may hold. */
const DISABLED_KEPT = 50;
const LIST_LIMIT = 100;
const CURSOR = 'deliveries';

interface Parts {
  readonly database: Database;
  readonly tables: TableNames;
  readonly logger: Logger | undefined;
}

/**
 * Deliveries in the table of jobs; core/contract/tables.ts has the shapes. A lease is `due_at`, moved to the lease's end
 * under the condition that it has come: until then the index does not show the delivery, and any other deliverer that has seen it is
 * refused. An outcome is recorded under the condition that nothing was recorded, and no redelivery asked for, since.
 */
export const createDynamoOutbox = (
  options: DatabaseOptions & { readonly tables: TableNames; readonly logger?: Logger | undefined },
): Outbox => {
  const parts: Parts = { database: new Database(options), tables: options.tables, logger: options.logger };
  return {
    lease: (now, limit, leaseSeconds) => leaseDue(parts, now, limit, leaseSeconds),
    record: (delivery, attempt, next) => record(parts, delivery, attempt, next),
    list: (repository, limit, cursor) => list(parts, repository, limit, cursor),
    redeliver: (repository, id, at) => redeliver(parts, repository, id, at),
    async disabled(repository, url) {
      const found = await readRepository(parts.database, parts.tables, repository);
      return found?.disabled_webhooks.includes(url) ?? false;
    },
  };
};

const leaseDue = async (parts: Parts, now: Date, limit: number, leaseSeconds: number): Promise<readonly Delivery[]> => {
  const until = new Date(now.getTime() + leaseSeconds * 1000);
  const keys = await dueKeys(parts.database, parts.tables, 'webhook', now, limit);
  const leased: Delivery[] = [];
  for (let next = 0; next < keys.length && leased.length < limit; ) {
    const some = keys.slice(next, next + limit - leased.length);
    next += some.length;
    const taken = await Promise.all(some.map((key) => leaseOne(parts, key, now, until)));
    leased.push(...taken.filter((delivery) => delivery !== null));
  }
  return leased;
};

/** Null when another deliverer was faster. */
const leaseOne = async (
  { database, logger }: Parts,
  key: ItemKey,
  now: Date,
  until: Date,
): Promise<Delivery | null> => {
  const outcome = await database.change(
    updateOf(key, (e) => ({ set: { due_at: until.toISOString() }, when: isDue(e, now) })),
  );
  if (!('written' in outcome)) return null;
  try {
    return parseDelivery(outcome.written);
  } catch (error) {
    // One that cannot be read must not hold up the others; it comes again when its lease ends.
    logger?.error('a stored delivery is malformed', { delivery_id: key.Key.sk, error: String(error) });
    return null;
  }
};

type Next = Parameters<Outbox['record']>[2];

const record = async (
  parts: Parts,
  delivery: Delivery,
  attempt: DeliveryAttempt,
  next: Next,
): Promise<'kept' | 'lost'> => {
  const { tables, database } = parts;
  const update: TransactItem = {
    Update: updateOf(deliveryKey(tables, delivery.repository_id, delivery.delivery_id), (e) => ({
      ...outcomeOf(e, delivery, attempt, next),
      when: [
        e.equals(['delivery', 'tries'], delivery.tries),
        e.equals(['delivery', 'next_attempt_at'], delivery.next_attempt_at),
      ],
    })),
  };
  const refusals =
    next.status === 'disabled'
      ? await withDisabled(parts, delivery.repository_id, update, (urls) =>
          urls.includes(delivery.url) ? urls : [...urls, delivery.url].slice(-DISABLED_KEPT),
        )
      : await database.transact([update]);
  return refusals === null ? 'kept' : 'lost';
};

const outcomeOf = (
  e: Expression,
  delivery: Delivery,
  attempt: DeliveryAttempt,
  next: Next,
): Required<Pick<Change, 'set' | 'assign' | 'remove'>> => {
  const at = next.status === 'pending' ? next.at.toISOString() : null;
  return {
    set: at === null ? { expires_at: expiresAt(new Date(attempt.at), RETENTION_SECONDS) } : { due_at: at },
    assign: [
      e.equals(['delivery', 'status'], next.status),
      e.equals(['delivery', 'attempts'], [...delivery.attempts, attempt].slice(-ATTEMPTS_KEPT)),
      e.equals(['delivery', 'tries'], delivery.tries + 1),
      e.equals(['delivery', 'next_attempt_at'], at),
    ],
    remove: at === null ? [e.path('due_shard'), e.path('due_at')] : [],
  };
};

/**
 * Writes a delivery, and in the same transaction the repository's list of addresses that nothing is sent to. The list is
 * replaced on the condition that it is still the one that was read. Null when it was written; a repository that is gone has no
 * list.
 */
const withDisabled = async (
  { database, tables }: Parts,
  repository: RepositoryId,
  delivery: TransactItem,
  change: (urls: readonly string[]) => readonly string[],
): Promise<Refusals | null> => {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const found = await readRepository(database, tables, repository);
    const before = found?.disabled_webhooks ?? [];
    const after = change(before);
    if (found === null || after === before) return database.transact([delivery]);
    const refusals = await database.transact([
      delivery,
      {
        Update: updateOf(repositoryKey(tables, repository), (e) => ({
          set: { disabled_webhooks: after },
          when: [e.equals(['disabled_webhooks'], before)],
        })),
      },
    ]);
    if (refusals === null || refusals[0] != null) return refusals;
    await database.pause(attempt);
  }
  throw new StoreBusyError(`the disabled webhooks of ${repository} changed ${TRIES} times while they were changed`);
};

const list = async (
  { database, tables }: Parts,
  repository: RepositoryId,
  limit: number,
  cursor: string | null,
): Promise<Page<Delivery>> => {
  const before = cursor === null ? null : positionOf(repository, cursor);
  const first = await firstOf({ database, tables }, repository);
  // What was sent for another repository of the same name is not shown any more.
  if (first === null || (before !== null && before <= first)) return { items: [], next: null };
  const e = new Expression();
  const page = await database.queryPage(
    {
      TableName: tables.syncJobs,
      ConsistentRead: true,
      KeyConditionExpression: `${e.equals(['job_id'], deliveriesOf(repository))} AND ${e.path('sk')} >= ${e.value(first)}`,
      ScanIndexForward: false,
      ...(before === null ? {} : { ExclusiveStartKey: { job_id: deliveriesOf(repository), sk: before } }),
      ...e.attributes(),
    },
    Math.min(Math.max(1, limit), LIST_LIMIT),
  );
  const items = page.items.map(parseDelivery);
  const last = items.at(-1);
  return { items, next: page.more && last !== undefined ? encodeCursor(CURSOR, [repository, last.delivery_id]) : null };
};

const positionOf = (repository: RepositoryId, cursor: string): DeliveryId => {
  const [of, id] = decodeCursor(CURSOR, 2, cursor);
  const position = DeliveryIdSchema.safeParse(id);
  if (of !== repository || !position.success) throw new RangeError('not a cursor of this listing');
  return position.data;
};

/** Before every id of this repository's deliveries; null when there is no such repository. */
const firstOf = async (
  { database, tables }: Pick<Parts, 'database' | 'tables'>,
  repository: RepositoryId,
): Promise<string | null> => {
  const found = await readRepository(database, tables, repository);
  return found === null ? null : firstDeliveryId(new Date(found.created_at));
};

const redeliver = async (
  parts: Parts,
  repository: RepositoryId,
  id: DeliveryId,
  at: Date,
): Promise<Delivery | null> => {
  const { database, tables } = parts;
  const key = deliveryKey(tables, repository, id);
  const first = await firstOf(parts, repository);
  const item = first === null || id < first ? null : await database.get(key);
  if (item === null) return null;
  const { url, job_id } = parseDelivery(item);
  const now = at.toISOString();
  const refusals = await withDisabled(
    parts,
    repository,
    {
      Update: updateOf(key, (e) => ({
        set: { due_shard: dueShard('webhook', job_id), due_at: now },
        assign: [e.equals(['delivery', 'status'], 'pending'), e.equals(['delivery', 'next_attempt_at'], now)],
        remove: [e.path('expires_at')],
        when: [e.exists('job_id')],
      })),
    },
    (urls) => (urls.includes(url) ? urls.filter((each) => each !== url) : urls),
  );
  if (refusals !== null) return null;
  const renewed = await database.get(key);
  return renewed === null ? null : parseDelivery(renewed);
};
