import type { BatchItem, JobRef } from '../contract/workflow-state.ts';

/** Workers that have nothing to do while a job still reads. */
export interface HeadStart {
  /**
   * A batch of a large job is there in full, with its texts. It may be embedded from now on, as the Map would have it done, beside the
   * reading of others: no limit can refuse it any more. Nothing depends on it. The Map comes to every batch, and finds done what is done.
   */
  staged(job: JobRef, item: BatchItem): void;
}
