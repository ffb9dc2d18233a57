import { z } from 'zod';
import { Oid } from './ids.ts';
import { PullReport } from './records.ts';

/** What the steps of one job leave for each other in the object store. */

export const PulledBranch = z.object({
  name: z.string(),
  commit: Oid,
  /** Key of the tree listing; null when the branch's index is known to be in step already. */
  tree_key: z.string().nullable(),
  attributes: z.array(z.object({ path: z.string(), text: z.string() })),
});
export type PulledBranch = z.infer<typeof PulledBranch>;

export const PullFile = z.object({
  branches: z.array(PulledBranch),
  default_branch: z.string().nullable(),
  reports: z.array(PullReport),
});
export type PullFile = z.infer<typeof PullFile>;

export const DiffedBranch = z.object({
  name: z.string(),
  commit: Oid,
  draft_key: z.string(),
  /** Fingerprint of the path rules in effect. */
  rules: z.string(),
});

export const DiffFile = z.object({
  mode: z.enum(['full', 'incremental']),
  generation: z.int(),
  branches: z.array(DiffedBranch),
  commits: z.array(Oid),
  default_branch: z.string().nullable(),
  counts: z.object({
    added: z.int(),
    modified: z.int(),
    deleted: z.int(),
    renamed: z.int(),
    unchanged: z.int(),
    /** Of the changed files that needed no content. */
    indexed: z.int(),
    skipped_by_reason: z.record(z.string(), z.int()),
  }),
  /** Changed files whose content must be read, and how many distinct blobs they are. */
  pending_files: z.int(),
  pending_blobs: z.int(),
  files_total: z.int(),
  /** When all of this was known: what estimates are learned from. */
  diffed_at: z.iso.datetime().optional(),
});
export type DiffFile = z.infer<typeof DiffFile>;

/** A blob to read. `files`: how many changed paths wait for it. */
export const WantedBlob = z.object({
  oid: Oid,
  path: z.string(),
  files: z.int().min(1),
  previous: z.object({ oid: Oid, chunks: z.int() }).nullable(),
});
export type WantedBlob = z.infer<typeof WantedBlob>;
