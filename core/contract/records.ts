import { z } from 'zod';
import { indexFaults, modeReasons } from '../domain/index-fault.ts';
import { jobPhases, jobStatuses, terminalStatuses } from '../domain/job-status.ts';
import { scheduleOutcomes } from '../domain/schedule-run.ts';
import { JobId, Oid, RepositoryId, UserId } from './ids.ts';
import { planMembers, Used } from './job-plan.ts';
import { EffectiveOptions } from './sync-options.ts';

/** Values by names that users give: `__proto__`, which zod's own record drops, is one like any other. */
const byName = <Value extends z.ZodType>(schema: Value) =>
  z
    .custom<Readonly<Record<string, unknown>>>(
      (record) => typeof record === 'object' && record !== null && !Array.isArray(record),
      'must be an object',
    )
    .transform((record, context) => {
      const parsed = Object.entries(record).map(([name, value]) => [name, schema.safeParse(value)] as const);
      for (const [name, { error }] of parsed)
        for (const { path, message } of error?.issues ?? [])
          context.addIssue({ code: 'custom', path: [name, ...path], message });
      return Object.fromEntries(parsed.map(([name, { data }]) => [name, data as z.output<Value>]));
    });

/** What the stores keep. Changing a schema here changes stored data: see docs/architecture.md, "Stored records". */

export const Role = z.enum(['read', 'write', 'owner']);
export type Role = z.infer<typeof Role>;

/** A branch's committed state: moved only by a publish. */
export const BranchPointer = z.object({
  commit: Oid,
  /** Number of the generation that holds its chunks. */
  generation: z.int().min(1),
  /** Key of the manifest in the object store. */
  manifest_key: z.string(),
  /** The bytes that it takes there; absent in those that were written before that was kept. */
  manifest_bytes: z.int().min(0).optional(),
  files: z.int().min(0),
  chunks: z.int().min(0),
  /** Bytes of the indexed files. */
  bytes: z.int().min(0),
  indexed_at: z.iso.datetime(),
  /** Whether the texts of its indexed files are kept; absent in those that were written before they were: the next sync reads them. */
  contents: z.boolean().optional(),
  /** The remote of the registered folder that it was read from; absent: the registered source itself. */
  remote: z.string().optional(),
  /** Fingerprint of what decides outcomes besides content: path rules in effect. Another one means: look at every path again. */
  rules: z.string(),
  /** Fingerprint of the tree's `.gitattributes`, which decide too. Another one, or none: look at every path again. */
  attributes: z.string().optional(),
});
export type BranchPointer = z.infer<typeof BranchPointer>;

/**
 * Where a branch was when its source was last looked at: written by each pull, and by a host's event that it was deleted. It is no
 * part of the index, and no publish depends on it.
 */
export const Sighting = z.object({
  /** The remote of the registered folder that was looked at; absent: the registered source itself. */
  remote: z.string().optional(),
  /** Null: it was not there. */
  commit: Oid.nullable(),
  seen_at: z.iso.datetime(),
  /** Since when it is known to be gone; null while it is there. */
  deleted_at: z.iso.datetime().nullable(),
});
export type Sighting = z.infer<typeof Sighting>;

/** What becomes of the index of a branch that the source has deleted. */
export const DeletedBranches = z.enum(['drop', 'keep']);
export type DeletedBranches = z.infer<typeof DeletedBranches>;

/** What a generation was made with. Another embedder or chunker needs another generation. */
export const GenerationRecord = z.object({
  embedder_id: z.string(),
  dimensions: z.int().min(1),
  chunker_version: z.string(),
  /** What its rows hold, see ROW_VERSION; absent: 1. */
  row_version: z.int().min(1).optional(),
  /** The job that made it, which its index names too; absent in those that were made before that was kept. */
  made_by: JobId.optional(),
  /** Rows that its index has at least: those that the last publish left in it, but for what the next sweep deletes. 0 where it cannot count them. */
  rows: z.int().min(0).optional(),
  /** Some blobs of that publish, which must be in the index. */
  newest: z.array(Oid).optional(),
  /** The key of the object that lists what is kept of its rows' words, where the index keeps them apart; empty: nothing yet; absent in those that were made before that was kept. */
  words: z.string().optional(),
  /** What a job has found to be wrong with it. The next publish leaves it. */
  fault: z.enum(indexFaults).optional(),
});
export type GenerationRecord = z.infer<typeof GenerationRecord>;

/** Something that no committed manifest needs any more; the next job, holding the lock, removes it. */
export const Leftover = z.discriminatedUnion('kind', [
  /**
   * Blobs listed (oid, tab, chunks, a line each) in an object; those that a committed manifest holds again are kept.
   * `checked`: keys of the manifests that are known to hold none of them.
   */
  z.object({
    kind: z.literal('blobs'),
    generation: z.int(),
    key: z.string(),
    checked: z.array(z.string()).optional(),
  }),
  z.object({ kind: z.literal('generation'), generation: z.int() }),
  z.object({ kind: z.literal('objects'), prefix: z.string() }),
  /** The manifest of a branch that was dropped: the blobs that no other manifest holds go, and then itself. */
  z.object({ kind: z.literal('manifest'), generation: z.int(), key: z.string() }),
]);
export type Leftover = z.infer<typeof Leftover>;

/** Measured on the last publishes, for estimates. Seconds. */
export const SyncRates = z.object({
  /** Whole job, per file, of the last full index. */
  full_seconds_per_file: z.number().nullable(),
  /** Whole job, of the last incremental sync, without the part below. */
  incremental_base_seconds: z.number().nullable(),
  /** Per changed file, of the last incremental sync that changed something. */
  incremental_seconds_per_file: z.number().nullable(),
  /** Whole job, of the last incremental sync that changed something. */
  incremental_seconds: z.number().nullable().optional(),
  /** Pull and diff, of the last sync. */
  lead_seconds: z.number().nullable().optional(),
  /** Stage and embed: what it takes whatever it reads, and what each file takes. */
  read_base_seconds: z.number().nullable().optional(),
  read_seconds_per_file: z.number().nullable().optional(),
  /** Publish: of the last incremental sync, and of the last full one for each file that it read. */
  publish_seconds: z.number().nullable().optional(),
  full_publish_seconds_per_file: z.number().nullable().optional(),
});
export type SyncRates = z.infer<typeof SyncRates>;

export const Lock = z.object({
  job_id: JobId,
  fence: z.int().min(1),
  /** The job is only to plan: it is no sync. Absent in locks from before that was kept. */
  dry_run: z.literal(true).optional(),
});
export type Lock = z.infer<typeof Lock>;

export const JobError = z.object({
  code: z.string(),
  /** Why, more exactly than the code: one of core/domain/failure-reasons.ts. Absent where the code is all that is known. */
  reason: z.string().optional(),
  message: z.string(),
});
export type JobError = z.infer<typeof JobError>;

/** Why a step of a running job failed, and that it is tried again. */
export const LastError = JobError.extend({
  at: z.iso.datetime(),
  /** Which try failed, from 1, and how many there are at most. */
  try: z.int().min(1),
  tries: z.int().min(1),
  /** The next try begins then at the latest: waits are drawn at random below a bound. Null while it is under way. */
  next_try_by: z.iso.datetime().nullable(),
});
export type LastError = z.infer<typeof LastError>;

/** The same with what its tries are counted by. */
export const LastErrorRecord = LastError.extend({ phase: z.enum(jobPhases), attempt: z.int().min(1) });
export type LastErrorRecord = z.infer<typeof LastErrorRecord>;

/** What the newest time of a repository's schedule came to: see core/domain/schedule-run.ts. */
export const ScheduleRun = z.object({
  at: z.iso.datetime(),
  outcome: z.enum(scheduleOutcomes),
  /** Null where no sync was started. */
  job_id: JobId.nullable(),
  /** Why none could be started, or why its job failed. */
  error: JobError.nullable(),
});
export type ScheduleRun = z.infer<typeof ScheduleRun>;

/** How a repository's newest ended job ended. */
export const LastSync = z.object({
  job_id: JobId,
  status: z.enum(terminalStatuses),
  ended_at: z.iso.datetime(),
  error: JobError.nullable(),
});
export type LastSync = z.infer<typeof LastSync>;

export const RepositoryRecord = z.object({
  repository_id: RepositoryId,
  owner: UserId,
  grants: byName(Role),
  source: z.object({ url: z.string(), credential: z.string().optional() }),
  /** Given by a user; null: the source's HEAD decides. Before `head_branch` was kept, the first publish wrote here what it named. */
  default_branch: z.string().nullable(),
  /** The branch that the source's HEAD named, written by each publish; absent until one has found it. See followedBranch. */
  head_branch: z.string().optional(),
  ignore_patterns: z.array(z.string()),
  schedule: z.string().nullable(),
  /** Since when it has this schedule; absent in those that were set before this was kept. */
  schedule_set_at: z.iso.datetime().optional(),
  /** Absent until a time of a schedule has come. Of a job that has ended since, the end is in `last_sync`. */
  schedule_run: ScheduleRun.optional(),
  deleted_branches: DeletedBranches.default('drop'),
  /** What webhooks are signed with, and what pushes must be signed with. Shown once, when they are made. */
  secrets: z.object({ webhook: z.string(), push: z.string() }),
  /** Addresses that answered 410. */
  disabled_webhooks: z.array(z.string()),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  /** Present while a job owns the repository. Has no clock. */
  lock: Lock.optional(),
  /** The last fencing token given; grows at every claim and resume, never shrinks. */
  fence: z.int().min(0),
  /** The last generation number given. */
  generation: z.int().min(0),
  generations: z.record(z.string(), GenerationRecord),
  branches: byName(BranchPointer),
  /** By branch: of the indexed ones, and of those that a sync has asked for. */
  sightings: byName(Sighting).default({}),
  /** Branches that a sync was asked for and that have no index: see core/domain/wanted-branches.ts. */
  wanted_branches: z.array(z.string()).optional(),
  leftovers: z.array(Leftover),
  rates: SyncRates,
  /** Written by each end of a job; absent until one has ended, and in repositories whose jobs ended before this was kept. */
  last_sync: LastSync.optional(),
});
export type RepositoryRecord = z.infer<typeof RepositoryRecord>;

/** Counts of a job; files are tree entries, chunks are rows of the index. */
export const JobCounts = z.object({
  added: z.int(),
  modified: z.int(),
  deleted: z.int(),
  renamed: z.int(),
  unchanged: z.int(),
  indexed: z.int(),
  skipped: z.int(),
  failed: z.int(),
  /** Of skipped: how many for each reason. */
  skipped_by_reason: z.record(z.string(), z.int()),
  /** Chunks sent to the embedder. */
  chunks_embedded: z.int(),
  /** Chunks of new blobs whose vector was taken from the blob they replace. */
  chunks_reused: z.int(),
});
export type JobCounts = z.infer<typeof JobCounts>;

export const PullReport = z.object({
  remote: z.string(),
  branch: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** Exact, or null where it is not known (yet). */
  commit_count: z.int().nullable(),
  rewritten: z.boolean(),
});
export type PullReport = z.infer<typeof PullReport>;

/** What `current` means for a job. */
export const CurrentBranch = z.object({
  branch: z.string(),
  /** What it meant before, when HEAD has moved since. */
  moved_from: z.string().nullable(),
  /** The branch that the source's HEAD names. */
  head: z.string().nullable(),
});
export type CurrentBranch = z.infer<typeof CurrentBranch>;

/** A branch that a job is for: where it is, or why it is not there. */
export const AskedBranch = z.object({
  name: z.string(),
  /** Null: the source does not have it. */
  commit: Oid.nullable(),
  reason: z.string().nullable(),
});
export type AskedBranch = z.infer<typeof AskedBranch>;

/** Where embedding began, for the estimate: see core/domain/estimate.ts. */
export const JobPace = z.object({
  at: z.iso.datetime(),
  files_done: z.int().min(0),
  expected_seconds: z.number().min(0).nullable(),
  tail_seconds: z.number().min(0),
});
export type JobPace = z.infer<typeof JobPace>;

/** What a job reads. `remote`: its name there; null for a folder of this machine that is read itself. */
export const JobSource = z.object({ url: z.string(), remote: z.string().nullable() });
export type JobSource = z.infer<typeof JobSource>;

export const JobRecord = z.object({
  job_id: JobId,
  repository_id: RepositoryId,
  /** When the repository was registered: another one of its name has another age. Absent in jobs claimed before this was kept. */
  repository_created_at: z.iso.datetime().optional(),
  requested_by: z.string(),
  trigger: z.enum(['api', 'schedule', 'push', 'retry', 'import']),
  status: z.enum(jobStatuses),
  phase: z.enum(jobPhases),
  fence: z.int().min(1),
  /** 1 for the first execution; a resumed job counts on. The execution's name is `<job_id>-<attempt>`. */
  attempt: z.int().min(1),
  options: EffectiveOptions,
  /** Absent in jobs of earlier versions: what the repository was registered with. */
  source: JobSource.optional(),
  /** Of a job that takes over the index of another service: its repository's address there. */
  snapshot: z.object({ url: z.string(), credential: z.string().optional() }).optional(),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  ended_at: z.iso.datetime().nullable(),
  /** Heartbeat: written at least each second by the workers of the job. */
  updated_at: z.iso.datetime(),
  estimated_completion: z.iso.datetime().nullable(),
  /** Set when embedding begins. */
  pace: JobPace.optional(),
  /** How far the phase is, 0 to 1; the phase `embed` is computed from files instead. */
  phase_done: z.number().min(0).max(1),
  /** Null until the diff has counted. */
  files_total: z.int().nullable(),
  /** Files of finished batches, and those that needed no work. */
  files_done: z.int(),
  current_file: z.string().nullable(),
  mode: z.enum(['full', 'incremental']).nullable(),
  /** Why the mode is full. */
  mode_reason: z.enum(modeReasons).nullable().optional(),
  pull: z.array(PullReport),
  /** What the pull has found, with `pull`; absent before, and in jobs from before this was kept. */
  branches: z.array(AskedBranch).optional(),
  current: CurrentBranch.nullable().optional(),
  counts: JobCounts.nullable(),
  ...planMembers,
  /** Branches that its publish took out of the index, because the source has deleted them. */
  dropped_branches: z.array(z.string()).optional(),
  error: JobError.nullable(),
  /** Null or absent unless a step has failed and is tried again. */
  last_error: LastErrorRecord.nullable().optional(),
  /** Branch name to the generation that this job writes. Set by the diff. */
  generation: z.int().nullable(),
});
export type JobRecord = z.infer<typeof JobRecord>;

/** Progress of one batch in flight: absolute numbers, so that a retry overwrites and never adds twice. */
export const BatchProgress = z.object({
  batch: z.int().min(0),
  files_total: z.int().min(0),
  files_done: z.int().min(0),
  current_file: z.string().nullable(),
  updated_at: z.iso.datetime(),
  /** Set when the batch has failed and is tried again. */
  last_error: LastErrorRecord.optional(),
  /** Of a batch that is folded. */
  used: Used.optional(),
  /** The blob that is being cut: written before it is, once a try of the batch has died. See core/sync/careful-batch.ts. */
  working_on: Oid.nullable().optional(),
  /** Blobs that tries have died on. */
  left_out: z.array(Oid).optional(),
});
export type BatchProgress = z.infer<typeof BatchProgress>;
