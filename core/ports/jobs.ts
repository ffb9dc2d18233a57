import type { JobId, RepositoryId } from '../contract/ids.ts';
import type { BatchProgress, JobRecord } from '../contract/records.ts';
import type { Page } from './repository-store.ts';

/** A job as it is, with what its batches in flight have done. */
export interface JobView {
  readonly job: JobRecord;
  readonly inFlight: readonly BatchProgress[];
  /** Of a sync that has not begun, and is stored by no one yet: the job whose end it waits for; null: it is about to begin. */
  readonly waitsFor?: JobId | null;
}

/** What is stored of jobs, to look at. */
export interface Jobs {
  get(id: JobId): Promise<JobView | null>;
  /** A repository's jobs, newest first. Throws RangeError for a cursor that is not ours. */
  list(repository: RepositoryId, limit: number, cursor: string | null): Promise<Page<JobRecord>>;
  /** Every job that has not ended (eventually consistent: a job may be missing for a moment, or have ended since). */
  unfinished(): AsyncIterable<JobRecord>;
}
