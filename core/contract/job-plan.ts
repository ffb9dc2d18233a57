import { z } from 'zod';

/**
 * What a sync is going to do, or would. Counts are of files, unless they say chunks. Not `exact`: known from paths and sizes, before any
 * file is cut into chunks; `tokens` and `cost_usd` are then what it takes at most, and null until the contents are read.
 */
export const JobPlan = z.object({
  exact: z.boolean(),
  added: z.int(),
  modified: z.int(),
  deleted: z.int(),
  renamed: z.int(),
  unchanged: z.int(),
  /** Changed paths whose content must be read. */
  files_to_read: z.int(),
  skipped: z.int(),
  skipped_by_reason: z.record(z.string(), z.int()),
  /** Null until it is exact. */
  indexed: z.int().nullable(),
  failed: z.int().nullable(),
  chunks_embedded: z.int().nullable(),
  chunks_reused: z.int().nullable(),
  tokens: z.int().nullable(),
  /** Null where no price is known. */
  usd_per_million_tokens: z.number().nullable(),
  cost_usd: z.number().nullable(),
  /** By the rates of the repository's last syncs; null when there are none. */
  seconds: z.number().nullable(),
  /** Branches that leave the index, since the source has deleted them. */
  dropped_branches: z.array(z.string()),
});
export type JobPlan = z.infer<typeof JobPlan>;

/** What embedding has used. */
export const Used = z.object({ tokens: z.int(), chunks_embedded: z.int(), chunks_reused: z.int() });
export type Used = z.infer<typeof Used>;

/** What a job has taken. */
export const JobUse = Used.extend({ cost_usd: z.number().nullable(), seconds: z.number() });

/** What a job's record keeps of both. */
export const planMembers = {
  /** From the diff on; absent before, and in jobs from before this was kept. */
  plan: JobPlan.optional(),
  /** The sum over folded batches; absent before the first, and in jobs from before this was kept. */
  used_tokens: z.int().optional(),
  used_chunks_embedded: z.int().optional(),
  used_chunks_reused: z.int().optional(),
};
