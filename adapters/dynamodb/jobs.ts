import { JobId, type RepositoryId } from '../../core/contract/ids.ts';
import type { JobRecord } from '../../core/contract/records.ts';
import { jobIndexes } from '../../core/contract/tables.ts';
import { isTerminal } from '../../core/domain/job-status.ts';
import type { Jobs, JobView } from '../../core/ports/jobs.ts';
import type { Page } from '../../core/ports/repository-store.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Item } from './database.ts';
import { Expression } from './expression.ts';
import { readJob, readJobView, shards } from './job-items.ts';
import { readRepository } from './repository-items.ts';
import { SharedReads } from './shared-reads.ts';
import { parseStored } from './stored.ts';
import { type JobTables, type JobTablesOptions, jobTables } from './sync-parts.ts';

const LIST_LIMIT = 100;
const CURSOR = 'jobs';

/** However many look at one job at once, one read of it is under way. */
export const createDynamoJobs = (options: JobTablesOptions): Jobs => {
  const tables = jobTables(options);
  const views = new SharedReads<JobView | null>();
  return {
    get: (id) => views.of(id, () => readJobView(tables.database, tables.tables, id)),
    list: (repository, limit, cursor) => list(tables, repository, limit, cursor),
    unfinished: () => unfinished(tables),
  };
};

/**
 * A page of a repository's jobs, newest first: their keys from the index, themselves from the table. What another
 * repository of the same name did, before it was deleted, is not shown any more.
 */
const list = async (
  { database, tables }: JobTables,
  repository: RepositoryId,
  limit: number,
  cursor: string | null,
): Promise<Page<JobRecord>> => {
  const start = cursor === null ? null : startOf(repository, cursor);
  const found = await readRepository(database, tables, repository);
  if (found === null || (start !== null && start.created_at < found.created_at)) return { items: [], next: null };
  const e = new Expression();
  const own = `${e.path('created_at')} >= ${e.value(found.created_at)}`;
  const page = await database.queryPage(
    {
      TableName: tables.syncJobs,
      IndexName: jobIndexes.byRepository,
      KeyConditionExpression: `${e.equals(['repository_id'], repository)} AND ${own}`,
      ScanIndexForward: false,
      ...(start === null ? {} : { ExclusiveStartKey: start }),
      ...e.attributes(),
    },
    Math.min(Math.max(1, limit), LIST_LIMIT),
  );
  const jobs = await Promise.all(page.items.map((item) => readJob(database, tables, jobIdOf(item))));
  const last = page.items.at(-1);
  return {
    // One may have expired since.
    items: jobs.filter((job) => job !== null),
    next:
      page.more && last !== undefined
        ? encodeCursor(CURSOR, [repository, String(last.created_at), String(last.job_id)])
        : null,
  };
};

const startOf = (repository: RepositoryId, cursor: string) => {
  const [of, created_at = '', id] = decodeCursor(CURSOR, 3, cursor);
  const job = JobId.safeParse(id);
  if (of !== repository || !job.success) throw new RangeError('not a cursor of this listing');
  return { repository_id: repository, created_at, job_id: job.data, sk: 'JOB' };
};

/** Jobs that have not ended, shard by shard, each read from the table: what the index still shows may have ended. */
async function* unfinished({ database, tables }: JobTables): AsyncGenerator<JobRecord> {
  for (const shard of shards) {
    const e = new Expression();
    const keys = database.query({
      TableName: tables.syncJobs,
      IndexName: jobIndexes.unfinished,
      KeyConditionExpression: e.equals(['unfinished'], shard),
      ...e.attributes(),
    });
    for await (const key of keys) {
      const job = await readJob(database, tables, jobIdOf(key));
      if (job !== null && !isTerminal(job.status)) yield job;
    }
  }
}

const jobIdOf = (item: Item): JobId => parseStored(JobId, item.job_id, 'key of a job');
