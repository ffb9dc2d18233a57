import type { JobId } from '../../core/contract/ids.ts';
import type { BatchProgress } from '../../core/contract/records.ts';
import type { JobRef } from '../../core/contract/workflow-state.ts';
import type { Kept } from '../../core/ports/sync-store.ts';
import type { Item } from './database.ts';
import { checkOf, putNewOf, updateOf } from './expression.ts';
import { batchKey, expiresAt, jobIs, jobKey, readJobItems, resultKey } from './job-items.ts';
import type { SyncStoreParts } from './sync-parts.ts';

/**
 * A batch in flight is an item of its own, so that progress never meets on one item: only a batch's start and its end
 * look at the job. What a batch item holds is absolute; it becomes a RESULT item in the transaction that folds it.
 */
export const startBatch = async (
  { database, tables, retentionSeconds }: SyncStoreParts,
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

/** One write to the batch's own item. The fence there is the claim's: the job that takes over the claim sweeps these items. */
export const progressBatch = async (
  { database, tables }: SyncStoreParts,
  job: JobRef,
  progress: BatchProgress,
): Promise<Kept> => {
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
const foldedBefore = async (
  { database, tables }: Pick<SyncStoreParts, 'database' | 'tables'>,
  job: JobRef,
  { batch }: BatchProgress,
): Promise<Kept> => {
  const result = await database.get(resultKey(tables, job.job_id, batch));
  return result?.fence === job.fence ? 'kept' : 'lost';
};

export const finishBatch = async (
  { database, tables, retentionSeconds }: SyncStoreParts,
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
        add: { files_from_batches: progress.files_done },
        when: jobIs(e, job, 'work'),
      })),
    },
    { Put: putNewOf(tables.syncJobs, result, 'job_id') },
    { Delete: batchKey(tables, job.job_id, progress.batch) },
  ]);
  // Only the result failed its condition: the batch has been folded.
  return refusals !== null && refusals[0] != null ? 'lost' : 'kept';
};

/** Takes the batches in flight from a job that has ended, so that their workers hear of it at their next beat. */
export const sweepBatches = (parts: SyncStoreParts, id: JobId): Promise<void> =>
  afterCommit(parts, id, (key) => parts.database.delete(key));

/** Gives the batches in flight the new attempt's fence: the old attempt's workers are cut off, the numbers stay. */
export const refenceBatches = (parts: SyncStoreParts, id: JobId, fence: number): Promise<void> =>
  afterCommit(parts, id, async (key) => {
    await parts.database.update(
      updateOf(key, (e) => ({ set: { fence }, when: [`${e.path('fence')} < ${e.value(fence)}`] })),
    );
  });

/**
 * The claim has moved in a transaction that is committed, and every start and end of a batch looks at it. What is left
 * is to tell workers sooner: when that fails, a worker hears of it at its batch's end, and nothing is wrong until then
 * but a number that is not shown.
 */
const afterCommit = async (
  parts: SyncStoreParts,
  id: JobId,
  act: (key: ReturnType<typeof jobKey>) => Promise<void>,
): Promise<void> => {
  try {
    await eachBatch(parts, id, act);
  } catch (error) {
    parts.logger?.warn('batches in flight not told of the end', { job_id: id, error: String(error) });
  }
};

/** Requests under way at once. */
const AT_ONCE = 16;

const eachBatch = async (
  { database, tables }: SyncStoreParts,
  id: JobId,
  act: (key: ReturnType<typeof jobKey>) => Promise<void>,
): Promise<void> => {
  const job = jobKey(tables, id);
  const batches = (await readJobItems(database, tables, id)).filter((item) => item.sk !== job.Key.sk);
  const next = batches.values();
  const worker = async (): Promise<void> => {
    for (const item of next) await act({ ...job, Key: { job_id: id, sk: String(item.sk) } });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
};

const numbersOf = ({ files_total, current_file, updated_at }: BatchProgress) => ({
  files_total,
  current_file,
  updated_at,
});

/** No job runs as long as an ended one is kept, so a batch's items outlive their use. */
const itemExpiry = (progress: BatchProgress, retentionSeconds: number): number =>
  expiresAt(new Date(progress.updated_at), retentionSeconds);
