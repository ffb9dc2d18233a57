import { z } from 'zod';
import type { JobId } from '../../core/contract/ids.ts';
import { BatchProgress, JobRecord } from '../../core/contract/records.ts';
import { type TableNames, UNFINISHED_SHARDS } from '../../core/contract/tables.ts';
import type { JobRef } from '../../core/contract/workflow-state.ts';
import { allowedPriorStatuses, isTerminal, type TerminalStatus } from '../../core/domain/job-status.ts';
import type { JobView } from '../../core/ports/jobs.ts';
import type { Database, Item } from './database.ts';
import { Expression, type ItemKey } from './expression.ts';
import { parseStored } from './stored.ts';

/** `BATCH#…` < `JOB` < `RESULT#…`: one query up to `JOB` reads a job with its batches in flight. */
const JOB = 'JOB';
const BATCH = 'BATCH#';
const digits = (batch: number): string => String(batch).padStart(8, '0');

const keyOf = (tables: TableNames, id: JobId, sk: string): ItemKey => ({
  TableName: tables.syncJobs,
  Key: { job_id: id, sk },
});
export const jobKey = (tables: TableNames, id: JobId): ItemKey => keyOf(tables, id, JOB);
export const batchKey = (tables: TableNames, id: JobId, batch: number): ItemKey =>
  keyOf(tables, id, `${BATCH}${digits(batch)}`);
export const resultKey = (tables: TableNames, id: JobId, batch: number): ItemKey =>
  keyOf(tables, id, `RESULT#${digits(batch)}`);

/**
 * As stored, `files_done` is two numbers: what the diff found done, which a resumed job's diff sets again, and the sum of
 * the folded batches, which stays. The JOB item also holds `unfinished` until it ends and `expires_at` from then on, and
 * `generation_taken` once the job has taken a generation of its own, and `points_told` once its webhook has been told of
 * progress.
 */
const StoredJob = JobRecord.omit({ files_done: true })
  .extend({ files_from_diff: z.int(), files_from_batches: z.int() })
  .transform(
    ({ files_from_diff, files_from_batches, ...job }): JobRecord => ({
      ...job,
      files_done: files_from_diff + files_from_batches,
    }),
  );

export const parseJob = (item: Item): JobRecord => parseStored(StoredJob, item, `job ${String(item.job_id)}`);

export const newJobItem = ({ files_done, ...job }: JobRecord): Item => ({
  ...job,
  sk: JOB,
  unfinished: shards[job.job_id.charCodeAt(job.job_id.length - 1) % UNFINISHED_SHARDS],
  files_from_diff: files_done,
  files_from_batches: 0,
});

/** Partition keys of the index `unfinished`. */
export const shards: readonly string[] = Array.from({ length: UNFINISHED_SHARDS }, (_, shard) => `shard-${shard}`);

/** The claim that a write is made under, and a status that the move may start from. */
export const jobIs = (
  e: Expression,
  job: Pick<JobRef, 'fence'>,
  move: keyof typeof allowedPriorStatuses,
): readonly string[] => [e.equals(['fence'], job.fence), e.isOneOf('status', allowedPriorStatuses[move])];

/** What every end sets. */
export const endOf = (status: TerminalStatus, at: Date, retentionSeconds: number) => ({
  status,
  // How far it came stands for a job that did not get to its end.
  ...(status === 'completed' || status === 'completed_with_errors' ? { phase: 'ended' as const } : {}),
  current_file: null,
  ended_at: at.toISOString(),
  updated_at: at.toISOString(),
  expires_at: expiresAt(at, retentionSeconds),
});

/** Seconds since 1970. */
export const expiresAt = (at: Date, retentionSeconds: number): number =>
  Math.floor(at.getTime() / 1000) + retentionSeconds;

/** Strongly consistent; null when there is none. */
export const readJob = async (database: Database, tables: TableNames, id: JobId): Promise<JobRecord | null> => {
  const item = await database.get(jobKey(tables, id));
  return item === null ? null : parseJob(item);
};

/** Every BATCH item, and the JOB item last. Strongly consistent. */
export const readJobItems = async (database: Database, tables: TableNames, id: JobId): Promise<readonly Item[]> => {
  const e = new Expression();
  const items = database.query({
    TableName: tables.syncJobs,
    ConsistentRead: true,
    KeyConditionExpression: `${e.path('job_id')} = ${e.value(id)} AND ${e.path('sk')} <= ${e.value(JOB)}`,
    ...e.attributes(),
  });
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
};

/**
 * The job with its batches in flight. Its heartbeat is the latest of them all, and its current file that one's; so is its last error. A job
 * that has ended has no batches in flight, whatever a batch left behind.
 */
export const readJobView = async (database: Database, tables: TableNames, id: JobId): Promise<JobView | null> => {
  const items = await readJobItems(database, tables, id);
  const last = items.at(-1);
  if (last === undefined) return null;
  // Batches without their job: it expired before them.
  if (last.sk !== JOB) return null;
  const job = parseJob(last);
  if (isTerminal(job.status)) return { job, inFlight: [] };
  const inFlight = items
    .slice(0, -1)
    .map((item) => parseStored(BatchProgress, item, `batch ${String(item.sk)} of job ${id}`));
  const latest = inFlight.reduce(
    (newest: Pick<JobRecord, 'updated_at' | 'current_file'>, batch) =>
      Date.parse(batch.updated_at) >= Date.parse(newest.updated_at) ? batch : newest,
    job,
  );
  const errors = [job, ...inFlight].flatMap(({ last_error }) => last_error ?? []);
  const lastError = errors.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
  const shown = lastError === undefined ? {} : { last_error: lastError };
  return { job: { ...job, ...shown, updated_at: latest.updated_at, current_file: latest.current_file }, inFlight };
};
