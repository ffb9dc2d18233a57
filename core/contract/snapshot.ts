import { z } from 'zod';
import { BranchName, CredentialName, Oid, RepositoryId } from './ids.ts';
import { AttributeFiles } from './job-files.ts';

/** A branch's index as another service takes it: see docs/adr/0030-snapshots.md. */

/** Another number is another form: an importer refuses what it does not know. */
export const SNAPSHOT_FORM = 1;

const PageName = z.string().regex(/^[0-9a-f]{32}$/, 'must be the name of a page');

export const SnapshotQuery = z.strictObject({ branch: BranchName.optional() });

/** A page of the manifest: its name is the SHA-256 of its lines, the first 128 bits. */
const SnapshotPage = z.object({ page: PageName, lines: z.int().min(1) });

/** What the vectors were made with, and the rows were cut by. */
export const SnapshotRecipe = z.object({
  embedder_id: z.string(),
  dimensions: z.int().min(1),
  chunker_version: z.string(),
  row_version: z.int().min(1),
});

export const Snapshot = z.object({
  form: z.int(),
  repository_id: z.string(),
  branch: BranchName,
  default_branch: BranchName.nullable(),
  commit: Oid,
  indexed_at: z.iso.datetime(),
  recipe: SnapshotRecipe,
  files: z.int().min(0),
  chunks: z.int().min(0),
  bytes: z.int().min(0),
  /** A fingerprint. */
  rules: z.string().max(64),
  attributes: AttributeFiles,
  file_pages: z.array(SnapshotPage),
  blob_pages: z.array(SnapshotPage),
});
export type Snapshot = z.infer<typeof Snapshot>;

export const SnapshotPageParams = z.object({ repo_id: RepositoryId, page: PageName });

/** Where a page goes on: a line of it, and a row of that line's blob. */
export const SnapshotPageQuery = SnapshotQuery.extend({
  from: z
    .string()
    .regex(/^\d{1,6}\.\d{1,6}$/, 'must be `next` of the answer before')
    .optional(),
});
export type SnapshotPageQuery = z.infer<typeof SnapshotPageQuery>;

export const SnapshotRow = z.object({
  ordinal: z.int().min(0),
  start_line: z.int().min(0),
  end_line: z.int().min(0),
  languages: z.array(z.string()),
  text: z.string(),
  /** Base64 of little-endian numbers, of the precision that the answer names. */
  vector: z.string(),
});
export type SnapshotRow = z.infer<typeof SnapshotRow>;

export const SnapshotBlob = z.object({
  blob: Oid,
  /** Null where an earlier answer had it: the rows go on. */
  text: z.string().nullable(),
  rows: z.array(SnapshotRow),
});
export type SnapshotBlob = z.infer<typeof SnapshotBlob>;

export const SnapshotPart = z.object({
  page: PageName,
  /** All lines of the page, in the first answer; the ones that follow repeat none. */
  lines: z.array(z.string()),
  /** Of a page of blobs: some of those that are in the index. */
  blobs: z.array(SnapshotBlob),
  precision: z.enum(['half', 'single']),
  next: z.string().nullable(),
});
export type SnapshotPart = z.infer<typeof SnapshotPart>;

export const ImportSnapshot = z.strictObject({
  from: z.string().min(1).max(2048),
  branches: z.array(BranchName).min(1).max(20).optional(),
  credential: CredentialName.optional(),
});
export type ImportSnapshot = z.infer<typeof ImportSnapshot>;
