import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { JobRef } from '../../core/contract/workflow-state.ts';
import { jobAnswer } from '../../core/sync/job-answer.ts';
import type { TransactItem } from './database.ts';
import { eventItems } from './delivery-items.ts';
import { updateOf } from './expression.ts';
import { jobIs, jobKey, readJobView } from './job-items.ts';
import type { JobTables } from './sync-parts.ts';

/**
 * Tells a job's webhook how far it is. The mark on the job says what was sent last: of all workers that see a new ten at
 * once, one gets to put the event, and one that comes late puts none.
 */
export const noteProgress = async (parts: JobTables, job: JobRef, points: number, at: Date): Promise<void> => {
  const { database, tables } = parts;
  const view = await readJobView(database, tables, job.job_id);
  // Looked at first, so that a job without a webhook costs a read and no write.
  if (view === null || view.job.fence !== job.fence) return;
  // The event tells what the job's progress is now: that is what counts as told, not what the caller saw before.
  const told = Math.max(points, Math.min(90, Math.floor(jobAnswer(view, at).progress.percentage / 10) * 10));
  const event = await eventItems(parts, 'sync.progress', view, at);
  if (event.length === 0) return;
  await writeWith(
    parts,
    updateOf(jobKey(tables, job.job_id), (e) => ({
      set: { points_told: told },
      when: [...jobIs(e, job, 'work'), `(${e.absent('points_told')} OR ${e.path('points_told')} < ${e.value(told)})`],
    })),
    event,
  );
};

/** One update, and the events that go with it: a transaction only where there are any. True when it was refused. */
export const writeWith = async (
  { database }: JobTables,
  update: UpdateCommandInput & { readonly UpdateExpression: string },
  events: readonly TransactItem[],
): Promise<boolean> => {
  if (events.length === 0) return (await database.update(update)) !== null;
  return (await database.transact([{ Update: update }, ...events])) !== null;
};
