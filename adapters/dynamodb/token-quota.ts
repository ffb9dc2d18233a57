import { z } from 'zod';
import type { TableNames } from '../../core/contract/tables.ts';
import type { TokenQuota } from '../../core/ports/token-quota.ts';
import { Database, type DatabaseOptions } from './database.ts';
import { type ItemKey, updateOf } from './expression.ts';
import { expiresAt } from './job-items.ts';
import { parseStored } from './stored.ts';

/** A day is of no use after it; kept a little longer, so that it can be looked at. */
const KEPT_SECONDS = 7 * 86_400;

const StoredDay = z.object({ tokens: z.number() });

/** One number a user and day, in the table of jobs, which removes what has expired. */
export const createDynamoTokenQuota = (options: DatabaseOptions & { readonly tables: TableNames }): TokenQuota => {
  const database = new Database(options);
  const keyOf = (user: string, day: string): ItemKey => ({
    TableName: options.tables.syncJobs,
    Key: { job_id: `quota#${user}`, sk: `TOKENS#${day}` },
  });
  const expires_at = (day: string): number => expiresAt(new Date(`${day}T00:00:00.000Z`), KEPT_SECONDS);
  return {
    async take(user, day, tokens, limit) {
      if (tokens > limit) return 'refused';
      const refusal = await database.update(
        updateOf(keyOf(user, day), (e) => ({
          add: { tokens },
          set: { expires_at: expires_at(day) },
          when: [`(${e.absent('tokens')} OR ${e.path('tokens')} <= ${e.value(limit - tokens)})`],
        })),
      );
      return refusal === null ? 'taken' : 'refused';
    },

    async giveBack(user, day, tokens) {
      await database.update(
        updateOf(keyOf(user, day), (e) => ({ add: { tokens: -tokens }, when: [e.exists('tokens')] })),
      );
    },

    async used(user, day) {
      const item = await database.get(keyOf(user, day));
      return item === null ? 0 : parseStored(StoredDay, item, `quota of ${user}`).tokens;
    },
  };
};
