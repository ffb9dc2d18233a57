import type { JobId, RepositoryId, UserId } from '../contract/ids.ts';
import type { RepositoryRecord } from '../contract/records.ts';

/** What a user has asked for of a sync that waits. */
export interface Queued {
  readonly by: UserId;
  /** Of the job that will come: given with the first such request, so that each answer can name it. */
  readonly jobId: JobId;
  /** Whether any of them asked for this. */
  readonly fullReindex: boolean;
  /** Whether any of them left it to the sync to be incremental or full. */
  readonly smart: boolean;
}

/** A sync that a push, a schedule or a user asked for while it could not be started. */
export interface FollowUp {
  readonly repositoryId: RepositoryId;
  /** When that repository was registered: it is not for another one of the same id. Null: from before this was kept. */
  readonly registered: string | null;
  /** Grows with every request; a claim removes exactly what it has seen. */
  readonly version: number;
  /** None: a look at the source, which shows what branches are gone, is all that is wanted. */
  readonly branches: readonly string[];
  /** The newest push's host, or `schedule`; where neither waits, the user who asked last. */
  readonly requestedBy: string;
  readonly trigger: 'push' | 'schedule' | 'api';
  /** Null: no user waits for it. */
  readonly queued: Queued | null;
}

export interface QueuedAs {
  readonly followUp: FollowUp;
  /** When the first of those who wait was given the id. */
  readonly askedAt: Date;
}

/** At most one follow-up a repository: requests that come while one is waiting join it. What is read by id is strongly consistent. */
export interface FollowUps {
  /**
   * Records that a sync of these branches is wanted (added to those that are waiting already), and gives what is waiting now. None: a
   * look at the source is wanted. What an earlier repository of the same id has left is replaced.
   *
   * @param by a push's host, `schedule`, or what a user asks for. The first user's job id stays when others join.
   */
  request(
    repository: Pick<RepositoryRecord, 'repository_id' | 'created_at'>,
    branches: readonly string[],
    by: string | Queued,
    at: Date,
  ): Promise<FollowUp>;
  /** A repository's follow-up, due or postponed. */
  get(repository: RepositoryId): Promise<FollowUp | null>;
  /** What waits under the id of the job that it will be, and since when; null: nothing does, or not any more. */
  queuedAs(job: JobId): Promise<QueuedAs | null>;
  /** Follow-ups whose time has come, oldest first; on AWS the newest may be missing for a moment. */
  due(now: Date, limit: number): Promise<readonly FollowUp[]>;
  /** Looks again later: the repository is still busy. */
  postpone(followUp: FollowUp, until: Date): Promise<void>;
  /**
   * Takes what users have asked for out of it; all of it where no push or schedule has asked too. `changed`: it was settled, or more was
   * asked for, since it was read.
   */
  takeBack(followUp: FollowUp): Promise<'taken-back' | 'changed'>;
  /** Drops what cannot be done: the repository is gone. A newer request stays. */
  drop(followUp: FollowUp): Promise<void>;
}
