import type { RepositoryId, UserId } from '../contract/ids.ts';
import type { DeletedBranches, RepositoryRecord, Role, ScheduleRun } from '../contract/records.ts';

/** A page of a listing; `next` is an opaque cursor, null at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface RepositoryChange {
  readonly default_branch?: string | null | undefined;
  readonly ignore_patterns?: readonly string[] | undefined;
  readonly schedule?: string | null | undefined;
  readonly deleted_branches?: DeletedBranches | undefined;
  readonly credential?: string | null | undefined;
  readonly secrets?: Partial<RepositoryRecord['secrets']> | undefined;
  /** Replaces the list of addresses that nothing is sent to. */
  readonly disabled_webhooks?: readonly string[] | undefined;
}

/** Registered repositories. Reads are strongly consistent. */
export interface RepositoryStore {
  /**
   * Conditional: `taken` when the id exists, `too-many` when its owner has `atMost` already (no limit without), and then nothing is
   * written. What an owner has is counted in the same transaction, and counted down by {@link delete}. Generations are numbered on
   * from those of a repository that was deleted under the same id, and what may be left of these becomes leftovers.
   */
  create(repository: RepositoryRecord, atMost?: number): Promise<'created' | 'taken' | 'too-many'>;
  get(id: RepositoryId): Promise<RepositoryRecord | null>;
  /** The repositories that the user owns or has a grant on, by id. Throws RangeError for a cursor that is not ours. */
  list(user: UserId, limit: number, cursor: string | null): Promise<Page<RepositoryRecord>>;
  /** Removes a repository; `busy` while a job holds its lock, and then nothing is removed. */
  delete(id: RepositoryId): Promise<'deleted' | 'busy' | 'absent'>;
  /** Changes settings; what is not named stays. A credential of null is removed. Since when it has its schedule is kept with a schedule. */
  update(id: RepositoryId, change: RepositoryChange, at: Date): Promise<RepositoryRecord | null>;
  /**
   * Records what a time of the schedule came to. Nothing is written where another repository has the id by now; and for one that was not
   * started, where a sync has been claimed since the repository was read.
   */
  noteScheduleRun(
    seen: Pick<RepositoryRecord, 'repository_id' | 'created_at' | 'fence'>,
    run: ScheduleRun,
  ): Promise<void>;
  /** Sets or (null) removes a user's grant. */
  grant(id: RepositoryId, user: UserId, role: Role | null): Promise<'changed' | 'absent'>;
}
