import type { JobId } from '../contract/ids.ts';
import type { JobPlan } from '../contract/job-plan.ts';
import type {
  BranchPointer,
  GenerationRecord,
  JobCounts,
  JobError,
  JobRecord,
  Leftover,
  SyncRates,
} from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import type { Kept } from './kept.ts';

export interface Publication {
  readonly status: 'completed' | 'completed_with_errors';
  readonly branches: Readonly<Record<string, BranchPointer>>;
  /** Branches that are gone from the source: the job names them. Their sightings go too. */
  readonly removedBranches: readonly string[];
  /** Replaces the repository's list. */
  readonly leftovers: readonly Leftover[];
  /** What the record keeps of the generation that was written: what its index must have from now on. */
  readonly generation: { readonly number: number } & Pick<GenerationRecord, 'rows' | 'newest' | 'words'>;
  readonly counts: JobCounts;
  readonly rates: SyncRates;
  /** The branch that the repository follows from now on; null: the one that it followed. */
  readonly headBranch: string | null;
  readonly at: Date;
}

export type CancelOutcome =
  | { readonly kind: 'cancelled'; readonly job: JobRecord }
  | { readonly kind: 'ended'; readonly job: JobRecord }
  | { readonly kind: 'absent' };

/**
 * The ends that a job comes to, but for a claim by force (SyncClaims). Each is one transaction: the job ends, the
 * lock is released, its follow-up is due (FollowUps), the repository keeps how it ended (`last_sync`; not of a job that was only to plan, or that its caller's own limit has refused), and where the job has a webhook the event goes into the outbox. A job that has ended never ends again.
 */
export interface JobEnds {
  /** Branch pointers flip, the lock is released and the job ends: all or nothing. */
  publish(job: JobRef, publication: Publication): Promise<Kept>;
  /** Ends a job that was only to plan, and releases its lock: of the repository nothing else changes. */
  plan(job: JobRef, plan: JobPlan, at: Date): Promise<Kept>;
  /** Ends the job as failed and releases its lock. `leftovers` are added to the repository's. */
  fail(job: JobRef, error: JobError, leftovers: readonly Leftover[], at: Date): Promise<Kept>;
  /** Ends a job as cancelled, releases its lock and raises the repository's fence. */
  cancel(id: JobId, at: Date): Promise<CancelOutcome>;
}
