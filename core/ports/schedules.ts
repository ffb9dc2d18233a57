import type { RepositoryId } from '../contract/ids.ts';

/** Cron expressions of five fields (minute, hour, day of month, month, day of week), in UTC. */
export interface ScheduleTimes {
  /** The first time after `after`; null when there is none, as for 31 February. Throws RangeError for a bad expression. */
  next(expression: string, after: Date): Date | null;
}

export interface Schedules extends ScheduleTimes {
  /** What is wrong with an expression, for the one who wrote it; null when nothing is. */
  refuse(expression: string): string | null;
  /**
   * Has the repository synced at these times from now on; null: never. Doing it again changes nothing. What the
   * repository's record says counts: a start that it does not know of is put right when it comes (scheduled-sync).
   */
  set(repository: RepositoryId, expression: string | null): Promise<void>;
}
