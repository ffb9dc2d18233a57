import type { JobId, RepositoryId } from '../contract/ids.ts';
import type {
  BatchProgress,
  BranchPointer,
  GenerationRecord,
  JobCounts,
  JobError,
  JobPace,
  JobRecord,
  Leftover,
  PullReport,
  RepositoryRecord,
  SyncRates,
} from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import type { JobPhase } from '../domain/job-status.ts';
import type { FollowUp } from './follow-ups.ts';
import type { Page } from './repository-store.ts';

/** A job as it is now, with what its batches in flight have done. */
export interface JobView {
  readonly job: JobRecord;
  readonly inFlight: readonly BatchProgress[];
}

export type ClaimOutcome =
  | { readonly kind: 'claimed'; readonly job: JobRecord; readonly replaced: JobView | null }
  | { readonly kind: 'held'; readonly by: JobView }
  /** The same request was answered before: with this text, or (null) its answer was not kept in time. */
  | { readonly kind: 'replayed'; readonly job: JobView; readonly answer: string | null }
  /** The idempotency key was used with another request. */
  | { readonly kind: 'key-conflict' }
  /** The follow-up has been settled or joined by another request since it was read; look again. */
  | { readonly kind: 'follow-up-changed' }
  | { readonly kind: 'absent' };

export interface Claim {
  /** The job to put, without its fence: the store gives it. */
  readonly job: Omit<JobRecord, 'fence'>;
  /** Takes the lock from a running job, which ends as `cancelled` in the same transaction. */
  readonly force: boolean;
  /** The repository as the caller has read it: saves a read. One that has changed since costs one more try, and nothing else. */
  readonly seen?: RepositoryRecord | undefined;
  /** Clears every branch pointer in the same transaction (force and full_reindex: O(1), the old generations become leftovers). */
  readonly clearIndex: boolean;
  /** Kept for 24 h in the claim's transaction. A claim that is not made keeps nothing. */
  readonly idempotency?: { readonly key: string; readonly fingerprint: string } | undefined;
  /** The follow-up that this claim settles: removed in the same transaction, if it is still the one that was read. */
  readonly followUp?: FollowUp | undefined;
}

/** `lost`: this job, attempt or fence does not own the repository any more. Nothing was written. */
export type Kept = 'kept' | 'lost';

export interface Heartbeat {
  readonly phase: JobPhase;
  readonly phaseDone?: number | undefined;
  readonly currentFile?: string | null | undefined;
  readonly at: Date;
  readonly estimatedCompletion?: Date | null | undefined;
  readonly pace?: JobPace | undefined;
}

/** What the diff has found. */
export interface DiffReport {
  readonly mode: 'full' | 'incremental';
  readonly generation: number;
  readonly generationRecord: GenerationRecord;
  readonly filesTotal: number;
  /** Files that need no content: deleted, renamed, skipped by their path, or already in the index. */
  readonly filesDone: number;
  readonly at: Date;
}

export interface Publication {
  readonly status: 'completed' | 'completed_with_errors';
  readonly branches: Readonly<Record<string, BranchPointer>>;
  /** Branches that are gone from the source, or that must not be found any more. */
  readonly removedBranches: readonly string[];
  /** Replaces the repository's list. */
  readonly leftovers: readonly Leftover[];
  readonly counts: JobCounts;
  readonly rates: SyncRates;
  /** Set when it was unknown so far. */
  readonly defaultBranch: string | null;
  readonly at: Date;
}

export type CancelOutcome =
  | { readonly kind: 'cancelled'; readonly job: JobRecord }
  | { readonly kind: 'ended'; readonly job: JobRecord }
  | { readonly kind: 'absent' };

/**
 * Jobs, and the repository's lock. Every write of a job checks the fence. A terminal status is never overwritten.
 * Ends (publish, fail, cancel, a force) release the lock in the same transaction. Where the job has a progress_webhook, its
 * start (begin, once) and its end put the matching event into the outbox in that transaction too.
 */
export interface SyncStore {
  claim(claim: Claim): Promise<ClaimOutcome>;
  /** queued → running; a resumed job stays running. */
  /** Keeps the answer that a repetition of the claim's request gets. */
  rememberAnswer(repository: RepositoryId, key: string, answer: string): Promise<void>;
  /** Puts sync.progress for this many points (10, 20 … 90) into the outbox, once, and only when more than told before. */
  noteProgress(job: JobRef, points: number, at: Date): Promise<void>;
  begin(job: JobRef, at: Date): Promise<JobRecord | 'lost'>;
  heartbeat(job: JobRef, beat: Heartbeat): Promise<Kept>;
  recordPull(job: JobRef, pull: readonly PullReport[], at: Date): Promise<Kept>;
  /** Also registers the generation at the repository, when it is new. */
  recordDiff(job: JobRef, report: DiffReport): Promise<Kept>;
  /** Takes the next generation number; a second call by the same job gives the same one. */
  takeGeneration(job: JobRef): Promise<number | 'lost'>;
  /** `done`: the batch has been folded before, there is nothing to do. */
  startBatch(job: JobRef, progress: BatchProgress): Promise<Kept | 'done'>;
  /** Overwrites the batch's numbers; a smaller `files_done` than stored is kept out. */
  progressBatch(job: JobRef, progress: BatchProgress): Promise<Kept>;
  /** Folds the finished batch into the job, once: a second call changes nothing and is `kept` too. */
  finishBatch(job: JobRef, progress: BatchProgress): Promise<Kept>;
  /** Branch pointers flip, the lock is released and the job ends: all or nothing. */
  publish(job: JobRef, publication: Publication): Promise<Kept>;
  /** Ends the job as failed and releases its lock. `leftovers` are added to the repository's. */
  fail(job: JobRef, error: JobError, leftovers: readonly Leftover[], at: Date): Promise<Kept>;
  /** Ends a job as cancelled, releases its lock and raises the repository's fence. */
  cancel(id: JobId, at: Date): Promise<CancelOutcome>;
  /** A new attempt at an unfinished job: raises the fence, counts the attempt. `lost` when the given fence is not the job's any more. */
  resume(job: JobRef, at: Date): Promise<JobRecord | 'lost'>;
  job(id: JobId): Promise<JobView | null>;
  /** Newest first. */
  jobs(repository: RepositoryId, limit: number, cursor: string | null): Promise<Page<JobRecord>>;
  /** Every job that has not ended (eventually consistent: a job may be missing for a moment, or have ended since). */
  unfinished(): AsyncIterable<JobRecord>;
}
