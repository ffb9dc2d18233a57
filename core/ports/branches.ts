import type { JobId, RepositoryId } from '../contract/ids.ts';
import type { Sighting } from '../contract/records.ts';

export type DropOutcome =
  | { readonly kind: 'dropped' }
  /** A job owns the repository, and may publish that branch: nothing was written. */
  | { readonly kind: 'held'; readonly by: JobId }
  /** The branch has no index. */
  | { readonly kind: 'not-indexed' }
  /** The repository is gone. */
  | { readonly kind: 'absent' };

/** What is done to single branches of an index from outside its jobs. */
export interface Branches {
  /** Notes where a branch was seen, or that it is gone; `absent` when it has no index. No job's work depends on it. */
  sight(repository: RepositoryId, branch: string, sighting: Sighting): Promise<'changed' | 'absent'>;
  /**
   * Takes a branch out of the index, in one write that holds only while no job owns the repository; it raises the fence, so a claim
   * that was planned on the state before it is planned again. The next job removes the blobs that no other branch holds.
   */
  drop(repository: RepositoryId, branch: string, at: Date): Promise<DropOutcome>;
}
