import type { JobId } from '../../core/contract/ids.ts';
import { updateOf } from './expression.ts';
import { jobKey, readJobItems } from './job-items.ts';
import type { JobTables, SyncParts } from './sync-parts.ts';

/** Takes the batches in flight from a job that has ended, so that their workers hear of it at their next beat. */
export const sweepBatches = (parts: SyncParts, id: JobId): Promise<void> =>
  afterCommit(parts, id, (key) => parts.database.delete(key));

/** Gives the batches in flight the new attempt's fence: the old attempt's workers are cut off, the numbers stay. */
export const refenceBatches = (parts: SyncParts, id: JobId, fence: number): Promise<void> =>
  afterCommit(parts, id, async (key) => {
    await parts.database.update(
      updateOf(key, (e) => ({ set: { fence }, when: [`${e.path('fence')} < ${e.value(fence)}`] })),
    );
  });

/**
 * The claim has moved in a transaction that is committed, and every start and end of a batch looks at it. What is left
 * is to tell workers sooner: when that fails, a worker hears of it at its batch's end, and nothing is wrong until then
 * but a number that is never shown.
 */
const afterCommit = async (
  parts: SyncParts,
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
  { database, tables }: JobTables,
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
