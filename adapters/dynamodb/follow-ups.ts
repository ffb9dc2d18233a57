import { z } from 'zod';
import { RepositoryId } from '../../core/contract/ids.ts';
import type { TableNames } from '../../core/contract/tables.ts';
import type { FollowUp, FollowUps } from '../../core/ports/follow-ups.ts';
import { Database, type DatabaseOptions, type Item } from './database.ts';
import { dueKeys, dueShard } from './due.ts';
import { type ItemKey, updateOf } from './expression.ts';
import { expiresAt } from './job-items.ts';
import { parseStored } from './stored.ts';

/** What is left of a settled follow-up stays for 30 days, longer than any caller keeps what it has read of it. */
const RETENTION_SECONDS = 30 * 86_400;
const PREFIX = 'follow-up#';

const followUpKey = (tables: TableNames, repository: RepositoryId): ItemKey => ({
  TableName: tables.syncJobs,
  Key: { job_id: `${PREFIX}${repository}`, sk: 'FOLLOW-UP' },
});

const StoredFollowUp = z.object({
  version: z.int().min(1),
  branches: z.set(z.string()).default(new Set()),
  requested_by: z.string(),
});

/**
 * Follow-ups in the table of jobs, one item a repository. What is settled leaves its version behind: were the item
 * deleted, the next request would be the first again, and who had read the old one would settle it unseen.
 */
export const createDynamoFollowUps = (
  options: DatabaseOptions & { readonly tables: TableNames; readonly now?: (() => Date) | undefined },
): FollowUps => {
  const { tables, now: clock = () => new Date() } = options;
  const database = new Database(options);
  return {
    async request(repository, branches, requestedBy, at) {
      await database.update(
        updateOf(followUpKey(tables, repository), (e) => ({
          set: {
            requested_by: requestedBy,
            due_shard: dueShard('push', repository),
            due_at: at.toISOString(),
          },
          add: {
            version: 1,
            // A set is added to the branches that are waiting already, without reading them. DynamoDB knows no empty ones.
            ...(branches.length === 0 ? {} : { branches: new Set(branches) }),
          },
          remove: [e.path('expires_at')],
          when: [],
        })),
      );
    },

    async due(now, limit) {
      const keys = await dueKeys(database, tables, 'push', now, limit);
      const items = await Promise.all(keys.slice(0, limit).map((key) => database.get(key)));
      return items.filter((item) => item !== null && isOwed(item, now)).map((item) => parseFollowUp(item as Item));
    },

    async postpone({ repositoryId, version }, until) {
      await database.update(
        updateOf(followUpKey(tables, repositoryId), (e) => ({
          set: { due_at: until.toISOString() },
          when: [e.exists('due_shard'), e.equals(['version'], version)],
        })),
      );
    },

    async drop(followUp) {
      await database.update(settledFollowUp(tables, followUp, clock()));
    },
  };
};

/** The write that settles a follow-up, if it is still the one that was read. */
export const settledFollowUp = (tables: TableNames, { repositoryId, version }: FollowUp, at: Date) =>
  updateOf(followUpKey(tables, repositoryId), (e) => ({
    set: { expires_at: expiresAt(at, RETENTION_SECONDS) },
    remove: ['due_shard', 'due_at', 'branches', 'requested_by'].map((name) => e.path(name)),
    when: [e.exists('due_shard'), e.equals(['version'], version)],
  }));

const isOwed = (item: Item, now: Date): boolean => typeof item.due_at === 'string' && item.due_at <= now.toISOString();

const parseFollowUp = (item: Item): FollowUp => {
  const { version, branches, requested_by } = parseStored(StoredFollowUp, item, String(item.job_id));
  const repositoryId = parseStored(RepositoryId, String(item.job_id).slice(PREFIX.length), 'key of a follow-up');
  return { repositoryId, version, branches: [...branches].sort(), requestedBy: requested_by };
};
