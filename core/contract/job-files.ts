import { z } from 'zod';
import { Oid } from './ids.ts';
import { BranchPointer, JobCounts, PullReport } from './records.ts';
import { BatchItem } from './workflow-state.ts';

/** What the steps of one job leave for each other in the object store. */

export const AttributeFiles = z.array(z.object({ path: z.string(), text: z.string() }));
export type AttributeFiles = z.infer<typeof AttributeFiles>;

export const PulledBranch = z.object({
  name: z.string(),
  commit: Oid,
  /**
   * What is listed: nothing, when the branch's index is known to be in step; the whole tree (see treeLine); or what is different
   * from the tree of the committed manifest (see treePatchLine).
   */
  listing: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('none') }),
    z.object({ kind: z.enum(['tree', 'changes']), key: z.string() }),
  ]),
  /** The tree's `.gitattributes`. */
  attributes: AttributeFiles,
  /** Where contents came with its changes: see core/sync/sent-blobs.ts. */
  sent: z.string().optional(),
});
export type PulledBranch = z.infer<typeof PulledBranch>;

export const PullFile = z.object({
  branches: z.array(PulledBranch),
  /** What HEAD names. */
  default_branch: z.string().nullable(),
  /** Indexed branches that the source has deleted, and that are not kept or whose index is lost: nothing can bring that back. */
  gone: z.array(z.string()).default([]),
  reports: z.array(PullReport),
});
export type PullFile = z.infer<typeof PullFile>;

export const DiffedBranch = z.object({
  name: z.string(),
  commit: Oid,
  /** Key of what changes in the branch's manifest: see core/manifest/manifest-patch.ts. */
  patch_key: z.string(),
  /** The committed manifest that the patch is for; null: for none, everything is new. */
  base: BranchPointer.pick({ manifest_key: true }).nullable(),
  /** Fingerprints of the path rules in effect. */
  rules: z.string(),
  attributes: z.string(),
  /** Whether the texts of all its indexed files are kept, or read by this job. */
  contents: z.boolean().optional(),
});
export type DiffedBranch = z.infer<typeof DiffedBranch>;

export const DiffFile = z.object({
  mode: z.enum(['full', 'incremental']),
  /** Of a plan for an index that is to be made anew: the number that would be taken, and that the next sync takes. */
  generation: z.int(),
  /** The job is only to plan: nothing is put into any index. */
  plan: z.literal(true).optional(),
  branches: z.array(DiffedBranch),
  commits: z.array(Oid),
  /** Keys of contents that pull has kept; absent where there are none. */
  sent: z.array(z.string()).optional(),
  default_branch: z.string().nullable(),
  gone: z.array(z.string()).default([]),
  /** What is indexed and skipped already: of the changed files, those that needed no content. */
  counts: JobCounts.pick({
    added: true,
    modified: true,
    deleted: true,
    renamed: true,
    unchanged: true,
    indexed: true,
    skipped_by_reason: true,
  }),
  /** Changed files whose content must be read, and how many distinct blobs they are. */
  pending_files: z.int(),
  pending_blobs: z.int(),
  files_total: z.int(),
  /** When all of this was known: what estimates are learned from. */
  diffed_at: z.iso.datetime().optional(),
});
export type DiffFile = z.infer<typeof DiffFile>;

/** A blob to read. `files`: how many changed paths wait for it; none where only its text is wanted. */
export const WantedBlob = z.object({
  oid: Oid,
  path: z.string(),
  files: z.int().min(0),
  /** It is in the index, from before texts were kept. */
  text_only: z.literal(true).optional(),
  /** Whose equal chunks lend their vectors; the blob itself: its rows stand, and only their languages are new. */
  previous: z.object({ oid: Oid, chunks: z.int() }).nullable(),
  /** What `working-tree-encoding` says of the path. */
  encoding: z.string().optional(),
  /** Of all paths at which the blob stands. */
  languages: z.array(z.string()),
});
export type WantedBlob = z.infer<typeof WantedBlob>;

/** A pack that a job has written, and the blobs whose texts it has. */
export const PackedBatch = z.object({
  name: z.string(),
  /** The bytes that it takes in the object store. */
  stored: z.int(),
  /** UTF-16 code units of its texts. */
  length: z.int(),
  oids: z.array(Oid),
});
export type PackedBatch = z.infer<typeof PackedBatch>;

/** A batch that is there in full: what the Map is given of it, and what its texts were put into. */
export const StandingBatch = z.object({ item: BatchItem, pack: PackedBatch });
export type StandingBatch = z.infer<typeof StandingBatch>;
