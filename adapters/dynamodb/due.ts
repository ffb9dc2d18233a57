import { DUE_SHARDS, jobIndexes, type TableNames } from '../../core/contract/tables.ts';
import type { Database, Item } from './database.ts';
import { Expression, type ItemKey } from './expression.ts';

/** What is due: events to send, syncs that a push asked for, removals to finish. They share the index, but no partition of it. */
export type DueKind = 'webhook' | 'push' | 'removal';

/** The partition of the index that something under this key belongs to: always the same one. */
export const dueShard = (kind: DueKind, key: string): string => {
  let sum = 0;
  for (let at = 0; at < key.length; at++) sum = (sum * 31 + key.charCodeAt(at)) % 65_521;
  return `${kind}-${sum % DUE_SHARDS}`;
};

const shardsOf = (kind: DueKind): readonly string[] =>
  Array.from({ length: DUE_SHARDS }, (_, shard) => `${kind}-${shard}`);

/**
 * Keys of what the index shows as due, oldest first: up to `limit` of each shard, so at least `limit` in all where there
 * are as many. The index lags behind the table: every write depends on a condition on the item itself.
 */
export const dueKeys = async (
  database: Database,
  tables: TableNames,
  kind: DueKind,
  now: Date,
  limit: number,
): Promise<readonly ItemKey[]> => {
  const found = await Promise.all(
    shardsOf(kind).map(async (shard) => {
      const e = new Expression();
      const { items } = await database.queryPage(
        {
          TableName: tables.syncJobs,
          IndexName: jobIndexes.due,
          KeyConditionExpression: `${e.equals(['due_shard'], shard)} AND ${e.path('due_at')} <= ${e.value(now.toISOString())}`,
          ...e.attributes(),
        },
        limit,
      );
      return items;
    }),
  );
  return found
    .flat()
    .sort((a, b) => (dueAt(a) < dueAt(b) ? -1 : 1))
    .map((item) => ({ TableName: tables.syncJobs, Key: { job_id: String(item.job_id), sk: String(item.sk) } }));
};

const dueAt = (item: Item): string => String(item.due_at);

/** It is (still) due: it has not been settled, leased or postponed. */
export const isDue = (e: Expression, now: Date): readonly string[] => [
  e.exists('due_shard'),
  `${e.path('due_at')} <= ${e.value(now.toISOString())}`,
];
