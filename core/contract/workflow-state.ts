import { z } from 'zod';
import { encodingSources, fileOutcomes } from '../domain/outcomes.ts';
import { JobId, Oid, RepositoryId } from './ids.ts';

/**
 * What goes between the states: references and small numbers, never payloads (an execution's state may hold 256 KiB).
 * Every step finds the rest under the job's prefix in the object store: see core/objects/object-keys.ts.
 */
export const JobRef = z.object({
  repository_id: RepositoryId,
  job_id: JobId,
  fence: z.int().min(1),
});
export type JobRef = z.infer<typeof JobRef>;

export const BeginOutput = z.object({
  /** How many embed-batch children run at once. */
  max_concurrency: z.int().min(1),
  /** Whether the job takes over another service's index, in the place of reading a source. */
  imports: z.boolean().default(false),
});
export type BeginOutput = z.infer<typeof BeginOutput>;

/** `done`: all is taken; otherwise the step is to go on. */
export const ImportOutput = z.object({ done: z.boolean() });
export type ImportOutput = z.infer<typeof ImportOutput>;

export const PullOutput = z.object({ branches: z.int().min(0) });
export type PullOutput = z.infer<typeof PullOutput>;

export const DiffOutput = z.object({
  /** Distinct blobs whose content must be read. */
  blobs: z.int().min(0),
});
export type DiffOutput = z.infer<typeof DiffOutput>;

/** The Map state's item: one batch of staged content. */
export const BatchItem = z.object({
  batch: z.int().min(0),
  key: z.string(),
  /** The name of the pack that has the batch's texts. */
  pack: z.string(),
  files: z.int().min(1),
  bytes: z.int().min(0),
});
export type BatchItem = z.infer<typeof BatchItem>;

export const StageOutput = z.object({
  batches: z.int().min(0),
  /** Key of the JSON lines of BatchItem that the Map reads. */
  items_key: z.string(),
  /** The first item, for the path that needs no Map. */
  first: BatchItem.nullable(),
  /** Bytes of all batches; absent in what an earlier version has left. */
  bytes: z.int().optional(),
  /** Of the files that were read: those that are left out, by reason. */
  skipped_by_reason: z.record(z.string(), z.int()).optional(),
});
export type StageOutput = z.infer<typeof StageOutput>;

export const EmbedBatchInput = z.object({ job: JobRef, items: z.array(BatchItem).min(1) });
export type EmbedBatchInput = z.infer<typeof EmbedBatchInput>;

export const EmbedBatchOutput = z.object({ batches: z.int(), files: z.int(), chunks: z.int() });
export type EmbedBatchOutput = z.infer<typeof EmbedBatchOutput>;

export const FailSyncInput = z.object({
  job: JobRef,
  error: z.object({ Error: z.string(), Cause: z.string().optional() }),
});
export type FailSyncInput = z.infer<typeof FailSyncInput>;

/** What a file was written in, where that is not plain UTF-8: told in the job's ledger. */
const WrittenIn = z.object({ encoding: z.string(), source: z.enum(encodingSources) });

/** One line of a staged batch: a blob to chunk and embed. Its text is in the batch's pack. */
export const StagedBlob = z.object({
  path: z.string(),
  oid: Oid,
  size: z.int(),
  /** The blob that was at this path before; the vectors of its equal chunks are used again. The blob itself: see WantedBlob. */
  previous: z.object({ oid: Oid, chunks: z.int() }).nullable(),
  languages: z.array(z.string()),
  written_in: WrittenIn.optional(),
});
export type StagedBlob = z.infer<typeof StagedBlob>;

/** A staged blob with its text. */
export type StagedFile = StagedBlob & { readonly text: string };

/** One line of a result: what became of a blob. Written by stage (skipped) and by embed-batch (indexed, failed). */
export const BlobResult = z.object({
  oid: Oid,
  size: z.int(),
  outcome: z.enum(fileOutcomes),
  reason: z.string(),
  chunks: z.int(),
  embedded: z.int(),
  reused: z.int(),
  /** Of the chunks that were embedded; absent in what an earlier version has left. */
  tokens: z.int().optional(),
  written_in: WrittenIn.optional(),
});
export type BlobResult = z.infer<typeof BlobResult>;
