import { z } from 'zod';
import { RepositoryId } from './ids.ts';

/** What a repository's schedule hands to the function scheduled-sync each time. */
export const ScheduledSync = z.object({
  repository_id: RepositoryId,
  /** The expression that this start comes from. */
  schedule: z.string(),
  /** When the schedule was set to it. */
  set_at: z.iso.datetime(),
});
export type ScheduledSync = z.infer<typeof ScheduledSync>;
