import type { RepositoryRecord } from '../contract/records.ts';
import type { Removal } from '../contract/removal-records.ts';

/**
 * Repositories that were removed, with what is to be cleared after them. A removal is recorded in the transaction that deletes the
 * repository (RepositoryStore), and is due until it is settled: a clearing that is cut short is done again. It is settled by the second clearing:
 * what a worker has written that had lost its job before, and did not know, is gone then too.
 */
export interface Removals {
  /** Of the repository as it was registered then; null: it is not removed, or all is cleared. Strongly consistent. */
  of(repository: Pick<RepositoryRecord, 'repository_id' | 'created_at'>): Promise<Removal | null>;
  /** Those that are due, oldest registration first; on AWS the newest may be missing for a moment. */
  due(now: Date, limit: number): Promise<readonly Removal[]>;
  /** All that was there is removed, and it is due again then. Of a removal that is settled or unknown nothing is written. */
  cleared(removal: Pick<Removal, 'repository_id' | 'registered'>, at: Date, again: Date): Promise<void>;
  /** Nothing is left, and no one can write anything more. */
  settle(removal: Pick<Removal, 'repository_id' | 'registered'>): Promise<void>;
}
