import type { BatchProgress } from '../../core/contract/records.ts';
import type { JobRef } from '../../core/contract/workflow-state.ts';
import type { Batches } from '../../core/ports/batches.ts';
import type { Kept } from '../../core/ports/kept.ts';
import type { Item } from './database.ts';
import { checkOf, putNewOf, updateOf } from './expression.ts';
import { batchKey, expiresAt, jobIs, jobKey, resultKey } from './job-items.ts';
import { type JobTables, type SyncParts, type SyncPartsOptions, syncParts } from './sync-parts.ts';

/**
 * A batch in flight is an item of its own, so that progress never meets on one item: only a batch's start and its end
 * look at the job. What a batch item holds is absolute; it becomes a RESULT item in the transaction that folds it.
 */
export const createDynamoBatches = (options: SyncPartsOptions): Batches => {
  const parts = syncParts(options);
  return {
    start: (job, progress) => start(parts, job, progress),
    progress: (job, progress) => progressOne(parts, job, progress),
    finish: (job, progress) => finish(parts, job, progress),
  };
};

const start = async (
  { database, tables, retentionSeconds }: SyncParts,
  job: JobRef,
  progress: BatchProgress,
): Promise<Kept | 'done'> => {
  const refusals = await database.transact([
    { ConditionCheck: checkOf(jobKey(tables, job.job_id), (e) => jobIs(e, job, 'work')) },
    { ConditionCheck: checkOf(resultKey(tables, job.job_id, progress.batch), (e) => [e.absent('job_id')]) },
    {
      Update: updateOf(batchKey(tables, job.job_id, progress.batch), (e) => ({
        set: {
          ...numbersOf(progress),
          batch: progress.batch,
          fence: job.fence,
          expires_at: itemExpiry(progress, retentionSeconds),
        },
        // A retried batch begins at nought; what was shown of it stands until it gets there again.
        assign: [`${e.path('files_done')} = if_not_exists(${e.path('files_done')}, ${e.value(progress.files_done)})`],
        // The fence only grows.
        when: [`(${e.absent('fence')} OR ${e.path('fence')} <= ${e.value(job.fence)})`],
      })),
    },
  ]);
  if (refusals === null) return 'kept';
  if (refusals[0] != null || refusals[2] != null) return 'lost';
  return 'done';
};

/** One write to the batch's own item. The fence there is the claim's: the job that takes the claim over removes these items. */
const progressOne = async ({ database, tables }: JobTables, job: JobRef, progress: BatchProgress): Promise<Kept> => {
  const key = batchKey(tables, job.job_id, progress.batch);
  const refusal = await database.update(
    updateOf(key, (e) => ({
      set: { ...numbersOf(progress), files_done: progress.files_done },
      when: [e.equals(['fence'], job.fence), `${e.path('files_done')} <= ${e.value(progress.files_done)}`],
    })),
  );
  if (refusal === null) return 'kept';
  if (refusal.item === null) return foldedBefore({ database, tables }, job, progress);
  if (refusal.item.fence !== job.fence) return 'lost';
  // A smaller number is kept out; that the batch is alive is not.
  const beat = await database.update(
    updateOf(key, (e) => ({ set: numbersOf(progress), when: [e.equals(['fence'], job.fence)] })),
  );
  return beat === null ? 'kept' : 'lost';
};

/** A beat may still be under way when its batch is folded: that is no loss. */
const foldedBefore = async ({ database, tables }: JobTables, job: JobRef, { batch }: BatchProgress): Promise<Kept> => {
  const result = await database.get(resultKey(tables, job.job_id, batch));
  return result?.fence === job.fence ? 'kept' : 'lost';
};

const finish = async (
  { database, tables, retentionSeconds }: SyncParts,
  job: JobRef,
  progress: BatchProgress,
): Promise<Kept> => {
  const result: Item = {
    ...resultKey(tables, job.job_id, progress.batch).Key,
    ...progress,
    fence: job.fence,
    expires_at: itemExpiry(progress, retentionSeconds),
  };
  const refusals = await database.transact([
    {
      Update: updateOf(jobKey(tables, job.job_id), (e) => ({
        set: { updated_at: progress.updated_at, current_file: progress.current_file },
        add: { files_from_batches: progress.files_done, ...usedBy(progress) },
        when: jobIs(e, job, 'work'),
      })),
    },
    { Put: putNewOf(tables.syncJobs, result, 'job_id') },
    { Delete: batchKey(tables, job.job_id, progress.batch) },
  ]);
  // Only the result failed its condition: the batch has been folded.
  return refusals !== null && refusals[0] != null ? 'lost' : 'kept';
};

const usedBy = ({ used }: BatchProgress) =>
  used === undefined
    ? {}
    : {
        used_tokens: used.tokens,
        used_chunks_embedded: used.chunks_embedded,
        used_chunks_reused: used.chunks_reused,
      };

const numbersOf = ({ files_total, current_file, updated_at, last_error, working_on, left_out }: BatchProgress) => ({
  files_total,
  current_file,
  updated_at,
  // What a beat leaves out stays.
  ...(last_error === undefined ? {} : { last_error }),
  ...(working_on === undefined ? {} : { working_on }),
  ...(left_out === undefined ? {} : { left_out }),
});

/** No job runs as long as an ended one is kept, so a batch's items outlive their use. */
const itemExpiry = (progress: BatchProgress, retentionSeconds: number): number =>
  expiresAt(new Date(progress.updated_at), retentionSeconds);
