import type { RepositoryId } from '../contract/ids.ts';
import type { RepositoryRecord } from '../contract/records.ts';

/** A sync that a push, or a schedule, asked for while it could not be started. */
export interface FollowUp {
  readonly repositoryId: RepositoryId;
  /** When that repository was registered: it is not for another one of the same id. Null: from before this was kept. */
  readonly registered: string | null;
  /** Grows with every request; a claim removes exactly what it has seen. */
  readonly version: number;
  /** None: a look at the source, which shows what branches are gone, is all that is wanted. */
  readonly branches: readonly string[];
  readonly requestedBy: string;
}

/** At most one follow-up a repository: requests that come while one is waiting join it. What is read by id is strongly consistent. */
export interface FollowUps {
  /**
   * Records that a sync of these branches is wanted (added to those that are waiting already), and gives what is waiting now. None: a
   * look at the source is wanted. What an earlier repository of the same id has left is replaced.
   */
  request(
    repository: Pick<RepositoryRecord, 'repository_id' | 'created_at'>,
    branches: readonly string[],
    requestedBy: string,
    at: Date,
  ): Promise<FollowUp>;
  /** A repository's follow-up, due or postponed. */
  get(repository: RepositoryId): Promise<FollowUp | null>;
  /** Follow-ups whose time has come, oldest first; on AWS the newest may be missing for a moment. */
  due(now: Date, limit: number): Promise<readonly FollowUp[]>;
  /** Looks again later: the repository is still busy. */
  postpone(followUp: FollowUp, until: Date): Promise<void>;
  /** Drops what cannot be done: the repository is gone. A newer request stays. */
  drop(followUp: FollowUp): Promise<void>;
}
