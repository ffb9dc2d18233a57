import type { RepositoryId } from '../contract/ids.ts';
import type { JobRecord, RepositoryRecord } from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import type { FollowUp } from './follow-ups.ts';
import type { JobView } from './jobs.ts';

export type ClaimOutcome =
  | { readonly kind: 'claimed'; readonly job: JobRecord; readonly replaced: JobView | null }
  | { readonly kind: 'held'; readonly by: JobView }
  /** The same request has made this job before, and its answer was not kept in time. */
  | { readonly kind: 'replayed'; readonly job: JobView; readonly answer: null }
  /** The same request was answered with this text before; `job` is null where it led to no claim. */
  | { readonly kind: 'replayed'; readonly job: JobView | null; readonly answer: string }
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

/**
 * The repository's lock, and who gets it. Each claim and each resume raises the fence, and every write of a job is held
 * against it (RunningJobs, Batches, JobEnds): the job that had the lock before writes nothing more.
 */
export interface SyncClaims {
  /** Puts the job and takes the lock, in one transaction. Where force ends a job that has a webhook, sync.cancelled goes with it. */
  claim(claim: Claim): Promise<ClaimOutcome>;
  /** Keeps the answer that a repetition of the claim's request gets. */
  rememberAnswer(repository: RepositoryId, key: string, answer: string): Promise<void>;
  /** Keeps the answer of a request that led to no claim, as the claim would have kept its key; one that is kept already stays. */
  keepAnswer(
    repository: Pick<RepositoryRecord, 'repository_id' | 'created_at'>,
    idempotency: NonNullable<Claim['idempotency']>,
    answer: string,
    at: Date,
  ): Promise<void>;
  /** A new attempt at an unfinished job: raises the fence, counts the attempt. `lost` when the given fence is not the job's any more. */
  resume(job: JobRef, at: Date): Promise<JobRecord | 'lost'>;
}
