import { z } from 'zod';
import type { RepositoryId } from '../../core/contract/ids.ts';
import { PushHookAnswer } from '../../core/contract/push-hooks.ts';
import type { TableNames } from '../../core/contract/tables.ts';
import { fingerprint } from '../../core/objects/fingerprint.ts';
import type { PushDeliveries } from '../../core/ports/push-deliveries.ts';
import { Database, type DatabaseOptions } from './database.ts';
import { type ItemKey, updateOf } from './expression.ts';
import { expiresAt } from './job-items.ts';
import { parseStored } from './stored.ts';

const KEPT_SECONDS = 86_400;

/** Ids are the host's, of any length: their fingerprint has one that a key may have. */
const deliveryKeyOf = async (tables: TableNames, repository: RepositoryId, id: string): Promise<ItemKey> => ({
  TableName: tables.syncJobs,
  Key: { job_id: `push#${repository}#${await fingerprint(id)}`, sk: 'PUSH' },
});

const StoredDelivery = z.object({
  /** Of the repository that was pushed to: another one of its id has another age. */
  registered: z.string(),
  answer: PushHookAnswer,
  expires_at: z.int(),
});

export const createDynamoPushDeliveries = (
  options: DatabaseOptions & { readonly tables: TableNames },
): PushDeliveries => {
  const { tables } = options;
  const database = new Database(options);
  return {
    async answerTo({ repository_id, created_at }, ids, at) {
      for (const id of ids) {
        const item = await database.get(await deliveryKeyOf(tables, repository_id, id));
        if (item === null) continue;
        const { registered, answer, expires_at } = parseStored(StoredDelivery, item, String(item.job_id));
        // DynamoDB deletes expired items when it comes by.
        if (registered === created_at && expires_at > expiresAt(at, 0)) return answer;
      }
      return null;
    },

    async remember({ repository_id, created_at }, ids, answer, at) {
      for (const id of ids)
        await database.update(
          updateOf(await deliveryKeyOf(tables, repository_id, id), () => ({
            set: { registered: created_at, answer, expires_at: expiresAt(at, KEPT_SECONDS) },
            when: [],
          })),
        );
    },
  };
};
