import type { RepositoryId } from '../contract/ids.ts';

/** A sync that a push asked for while it could not be started. */
export interface FollowUp {
  readonly repositoryId: RepositoryId;
  /** Grows with every request; a claim removes exactly what it has seen. */
  readonly version: number;
  /** None: a look at the source, which shows what branches are gone, is all that is wanted. */
  readonly branches: readonly string[];
  readonly requestedBy: string;
}

/** At most one follow-up a repository: requests that come while one is waiting join it. */
export interface FollowUps {
  /** Records that a sync of these branches is wanted (added to those that are waiting already). */
  request(repository: RepositoryId, branches: readonly string[], requestedBy: string, at: Date): Promise<void>;
  /** Follow-ups whose time has come, oldest first. */
  due(now: Date, limit: number): Promise<readonly FollowUp[]>;
  /** Looks again later: the repository is still busy. */
  postpone(followUp: FollowUp, until: Date): Promise<void>;
  /** Drops what cannot be done: the repository is gone. A newer request stays. */
  drop(followUp: FollowUp): Promise<void>;
}
