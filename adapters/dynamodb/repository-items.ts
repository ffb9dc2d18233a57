import type { RepositoryId, UserId } from '../../core/contract/ids.ts';
import { type JobRecord, type Lock, RepositoryRecord } from '../../core/contract/records.ts';
import type { TableNames } from '../../core/contract/tables.ts';
import type { JobRef } from '../../core/contract/workflow-state.ts';
import type { Database, Item } from './database.ts';
import type { Expression, ItemKey } from './expression.ts';
import { parseStored } from './stored.ts';
import { namesAsGiven, storedNames } from './stored-names.ts';

export const SORT_KEY = 'REPOSITORY';

export const repositoryKey = (tables: TableNames, id: RepositoryId): ItemKey => ({
  TableName: tables.repositories,
  Key: { repository_id: id, sk: SORT_KEY },
});

export const repositoryItem = (repository: RepositoryRecord): Item => ({
  ...repository,
  grants: storedNames(repository.grants),
  branches: storedNames(repository.branches),
  sightings: storedNames(repository.sightings),
  sk: SORT_KEY,
});

/** Partition key of the repositories that a user owns or has a grant on; the sort key is the repository's id. */
export const memberPartition = (user: string): string => `user#${user}`;

export const membershipKey = (tables: TableNames, user: string, id: RepositoryId): ItemKey => ({
  TableName: tables.repositories,
  Key: { repository_id: memberPartition(user), sk: id },
});

/** How many repositories a user owns. */
export const ownedKey = (tables: TableNames, user: string): ItemKey => ({
  TableName: tables.repositories,
  Key: { repository_id: `quota#${user}`, sk: 'REPOSITORIES' },
});

/** What stays of a repository that was removed. */
export const removedKey = (tables: TableNames, id: RepositoryId): ItemKey => ({
  TableName: tables.repositories,
  Key: { repository_id: id, sk: 'GENERATIONS' },
});

export const parseRepository = (item: Item): RepositoryRecord =>
  parseStored(
    RepositoryRecord,
    {
      ...item,
      grants: namesAsGiven(item.grants),
      branches: namesAsGiven(item.branches),
      sightings: namesAsGiven(item.sightings),
    },
    `repository ${String(item.repository_id)}`,
  );

/** Strongly consistent; null when there is none. */
export const readRepository = async (
  database: Database,
  tables: TableNames,
  id: RepositoryId,
): Promise<RepositoryRecord | null> => {
  const item = await database.get(repositoryKey(tables, id));
  return item === null ? null : parseRepository(item);
};

export const isMember = (repository: RepositoryRecord, user: UserId): boolean =>
  repository.owner === user || Object.hasOwn(repository.grants, user);

/** The lock that a job has: whose, under which fence, and whether it is only to plan. */
export const lockOf = ({ job_id, options }: Pick<JobRecord, 'job_id' | 'options'>, fence: number): Lock => ({
  job_id,
  fence,
  ...(options.dry_run === true ? { dry_run: true } : {}),
});

/** The lock is this job's, under this fence. */
export const lockIs = (e: Expression, job: Pick<JobRef, 'job_id' | 'fence'>): readonly string[] => [
  e.equals(['lock', 'job_id'], job.job_id),
  e.equals(['lock', 'fence'], job.fence),
];
