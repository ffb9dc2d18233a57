import type { PushHookAnswer } from '../contract/push-hooks.ts';
import type { RepositoryRecord } from '../contract/records.ts';

type Repository = Pick<RepositoryRecord, 'repository_id' | 'created_at'>;

/** What was answered to the pushes of the last day, by what tells one delivery of a git host from all others. */
export interface PushDeliveries {
  /** The answer to the first of these that is known for this repository; null: to none. Strongly consistent. */
  answerTo(repository: Repository, ids: readonly string[], at: Date): Promise<PushHookAnswer | null>;
  /** Keeps an answer for a day, under each of the ids. */
  remember(repository: Repository, ids: readonly string[], answer: PushHookAnswer, at: Date): Promise<void>;
}
