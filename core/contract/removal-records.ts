import { z } from 'zod';
import { RepositoryId } from './ids.ts';

/** What stays of a repository that was removed, for the next one under its id. */
export const RemovedGenerations = z.object({
  repository_id: RepositoryId,
  /** The last fencing token given. */
  fence: z.int().min(0).default(0),
  /** The last generation number given. */
  last: z.int().min(0),
  /** Those whose indexes may be left, where the removal was cut short. */
  left: z.array(z.int()),
});
export type RemovedGenerations = z.infer<typeof RemovedGenerations>;

/** A repository whose record is gone, and whose index and objects may be left. */
export const Removal = z.object({
  repository_id: RepositoryId,
  /** When the repository was registered: another one of the same id has another removal. */
  registered: z.iso.datetime(),
  /** The last fencing token given: jobs of the next repository of this id have higher ones. */
  fence: z.int().min(0),
  /** Of all indexes that may be there. */
  generations: z.array(z.int()),
  /** When all that was there was removed; once more is still to come. Null: not yet. Removals that were stored before this member was have none. */
  cleared_at: z.iso.datetime().nullable().default(null),
});
export type Removal = z.infer<typeof Removal>;
