import type { RepositoryRecord } from '../../core/contract/records.ts';
import { Removal } from '../../core/contract/removal-records.ts';
import type { TableNames } from '../../core/contract/tables.ts';
import type { Removals } from '../../core/ports/removals.ts';
import { Database, type DatabaseOptions, type Item } from './database.ts';
import { dueKeys, dueShard } from './due.ts';
import { type ItemKey, updateOf } from './expression.ts';
import { parseStored } from './stored.ts';

/** Removals in the table of jobs: there is the index of what is due. */
export const createDynamoRemovals = (options: DatabaseOptions & { readonly tables: TableNames }): Removals => {
  const { tables } = options;
  const database = new Database(options);
  return {
    async of({ repository_id, created_at }) {
      const item = await database.get(removalKey(tables, { repository_id, registered: created_at }));
      return item === null ? null : parseRemoval(item);
    },

    async due(now, limit) {
      const keys = await dueKeys(database, tables, 'removal', now, limit);
      const items = await Promise.all(keys.slice(0, limit).map((key) => database.get(key)));
      // The index lags behind: it may show one that was put off just now.
      return items.flatMap((item) => (item !== null && isDueBy(item, now) ? [parseRemoval(item)] : []));
    },

    async cleared(removal, at, again) {
      await database.update(
        updateOf(removalKey(tables, removal), (e) => ({
          set: { due_at: again.toISOString() },
          assign: [e.equals(['removal', 'cleared_at'], at.toISOString())],
          when: [e.exists('removal')],
        })),
      );
    },

    settle: (removal) => database.delete(removalKey(tables, removal)),
  };
};

const removalKey = (
  tables: TableNames,
  { repository_id, registered }: Pick<Removal, 'repository_id' | 'registered'>,
): ItemKey => ({
  TableName: tables.syncJobs,
  Key: { job_id: `removal#${repository_id}#${registered}`, sk: 'REMOVAL' },
});

/** For the transaction that deletes the repository. It is due at once: the call that deletes it clears it too, and two that do no harm. */
export const removalItem = (tables: TableNames, repository: RepositoryRecord): Item => {
  const { repository_id, created_at, fence, generations, branches, leftovers } = repository;
  const numbers = [
    ...Object.keys(generations).map(Number),
    ...Object.values(branches).map(({ generation }) => generation),
    ...leftovers.flatMap((leftover) => (leftover.kind === 'objects' ? [] : [leftover.generation])),
  ];
  const removal: Removal = {
    repository_id,
    registered: created_at,
    fence,
    generations: [...new Set(numbers)],
    cleared_at: null,
  };
  return {
    ...removalKey(tables, removal).Key,
    removal,
    due_shard: dueShard('removal', repository_id),
    due_at: created_at,
  };
};

const isDueBy = ({ due_at }: Item, now: Date): boolean => typeof due_at === 'string' && due_at <= now.toISOString();

const parseRemoval = (item: Item): Removal => parseStored(Removal, item.removal, String(item.job_id));
