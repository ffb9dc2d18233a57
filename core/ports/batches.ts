import type { BatchProgress } from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import type { Kept } from './kept.ts';

/** The batches of a running job: many workers at once, each with its own. Every write checks the fence. */
export interface Batches {
  /** `done`: the batch has been folded before, there is nothing to do. */
  start(job: JobRef, progress: BatchProgress): Promise<Kept | 'done'>;
  /** Overwrites the batch's numbers; a smaller `files_done` than stored is kept out. */
  progress(job: JobRef, progress: BatchProgress): Promise<Kept>;
  /** Folds the finished batch into the job, once: a second call changes nothing and is `kept` too. */
  finish(job: JobRef, progress: BatchProgress): Promise<Kept>;
}
