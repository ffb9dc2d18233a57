import type { RepositoryRecord } from '../contract/records.ts';
import type { Removal } from '../contract/removal-records.ts';

/**
 * Repositories that were removed, with what is to be cleared after them. A removal is recorded in the transaction that deletes the
 * repository (RepositoryStore), and is due until it is settled: a clearing that is cut short is done again.
 */
export interface Removals {
  /** Of the repository as it was registered then; null: it is not removed, or all is cleared. Strongly consistent. */
  of(repository: Pick<RepositoryRecord, 'repository_id' | 'created_at'>): Promise<Removal | null>;
  /** Those that are not settled, oldest registration first; on AWS the newest may be missing for a moment. */
  due(now: Date, limit: number): Promise<readonly Removal[]>;
  /** Nothing is left. */
  settle(removal: Pick<Removal, 'repository_id' | 'registered'>): Promise<void>;
}
