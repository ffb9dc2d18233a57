import { z } from 'zod';
import { roles } from '../domain/access.ts';
import { indexFaults, modeReasons } from '../domain/index-fault.ts';
import { jobPhases, jobStatuses } from '../domain/job-status.ts';
import { quotaNames } from '../domain/quota.ts';
import { healthReasons, repositoryHealths } from '../domain/repository-health.ts';
import { differences } from '../domain/sync-difference.ts';
import { BranchName, CredentialName, JobId, RepositoryId, UserId } from './ids.ts';
import { JobPlan, JobUse } from './job-plan.ts';
import { PathPattern } from './path-pattern.ts';
import {
  AskedBranch,
  CurrentBranch,
  DeletedBranches,
  JobCounts,
  JobError,
  JobSource,
  LastError,
  LastSync,
  PullReport,
  ScheduleRun,
} from './records.ts';
import { EffectiveOptions, IgnorePatterns } from './sync-options.ts';

/** Requests and answers of the HTTP API. */

const Time = z.iso.datetime();

/** A cron expression of five fields, in UTC. What its fields hold is looked at by the port Schedules. */
export const Schedule = z
  .string()
  .max(200)
  .regex(/^\S+( \S+){4}$/, 'must be a cron expression of 5 fields separated by a space, such as 0 3 * * *');

export const CreateRepository = z.strictObject({
  repository_id: RepositoryId.optional(),
  source: z.strictObject({ url: z.string().min(1).max(2048), credential: CredentialName.optional() }),
  default_branch: BranchName.optional(),
  ignore_patterns: IgnorePatterns.default([]),
  schedule: Schedule.nullable().default(null),
  deleted_branches: DeletedBranches.default('drop'),
});
export type CreateRepository = z.infer<typeof CreateRepository>;

/** What is not named stays; null removes. Ignore patterns replace the list, and hold from the next sync on. */
export const UpdateRepository = z.strictObject({
  /** Null: the branch that the source's HEAD names, at each sync. */
  default_branch: BranchName.nullable().optional(),
  ignore_patterns: IgnorePatterns.optional(),
  schedule: Schedule.nullable().optional(),
  deleted_branches: DeletedBranches.optional(),
  source: z.strictObject({ credential: CredentialName.nullable().optional() }).optional(),
});
export type UpdateRepository = z.infer<typeof UpdateRepository>;

export const PutGrant = z.strictObject({ role: z.enum(roles) });
export type PutGrant = z.infer<typeof PutGrant>;

export const RepositoryParams = z.object({ repo_id: RepositoryId });
export const JobParams = z.object({ job_id: JobId });
export const BranchParams = z.object({ repo_id: RepositoryId, name: BranchName });
export const GrantParams = z.object({ repo_id: RepositoryId, user: UserId });

export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().min(1).max(2048).optional(),
});

export const JobFilesQuery = z.strictObject({
  outcome: z.enum(['skipped', 'failed', 'indexed']).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().min(1).max(2048).optional(),
});
export type JobFilesQuery = z.infer<typeof JobFilesQuery>;

/** The client's own name for a request: a repetition under the same key gets the same answer. */
export const IdempotencyKey = z.string().regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters');

/** Request headers, by their names in lower case. */
export const StartSyncHeaders = z.object({
  'idempotency-key': IdempotencyKey.optional(),
  /** RFC 7240: one that is not understood is ignored, so nothing is refused here. */
  prefer: z.string().optional(),
});
export const GetJobHeaders = z.object({ 'if-none-match': z.string().optional() });
export const JobEventsHeaders = z.object({ 'last-event-id': z.string().max(200).optional() });

/** API Gateway gives up after 29 s. */
export const LONGEST_WAIT_SECONDS = 25;
export const GetJobQuery = z.strictObject({
  wait: z.coerce.number().int().min(0).max(LONGEST_WAIT_SECONDS).default(0),
});

export const SearchQuery = z.strictObject({
  q: z.string().trim().min(1).max(1000),
  branch: BranchName.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(10),
  /** Only files whose path matches this gitignore pattern, such as `src/` or `*.ts`. */
  path: PathPattern.optional(),
  language: z.string().min(1).max(50).optional(),
});
export type SearchQuery = z.infer<typeof SearchQuery>;

/** Of which commit an answer is, and where its source was last seen. Null: no look has told. */
export const Freshness = z.object({
  indexed_commit: z.string(),
  indexed_at: Time,
  source_commit: z.string().nullable(),
  source_seen_at: Time.nullable(),
  behind: z.boolean().nullable(),
});
export type Freshness = z.infer<typeof Freshness>;

export const BranchAnswer = z.object({
  name: z.string(),
  commit: z.string(),
  files: z.int(),
  chunks: z.int(),
  ...Freshness.omit({ indexed_commit: true }).shape,
});

export const ScheduleState = z.object({
  next_run: Time.nullable(),
  last_run: ScheduleRun.nullable(),
  overdue_since: Time.nullable(),
});
export type ScheduleState = z.infer<typeof ScheduleState>;

/** Someone's role, beside the owner's. */
export const GrantAnswer = z.object({ user: z.string(), role: z.enum(roles) });

/** The sync that begins when the running one has ended. */
export const QueuedSync = z.object({
  job_id: JobId.nullable(),
  branches: z.array(z.string()),
  full_reindex: z.boolean(),
  requested_by: z.string(),
});
export type QueuedSync = z.infer<typeof QueuedSync>;

export const RepositoryAnswer = z.object({
  repository_id: RepositoryId,
  owner: z.string(),
  role: z.enum(roles),
  /** Only owners see the credential's name. */
  source: z.object({ url: z.string(), credential: z.string().optional() }),
  /** Only owners see who has them. */
  grants: z.array(GrantAnswer).optional(),
  default_branch: z.string().nullable(),
  follows_head: z.boolean(),
  ignore_patterns: z.array(z.string()),
  schedule: z.string().nullable(),
  schedule_state: ScheduleState.nullable(),
  deleted_branches: DeletedBranches,
  status: z.enum(['idle', 'syncing']),
  active_job_id: JobId.nullable(),
  queued_sync: QueuedSync.nullable(),
  last_sync: LastSync.nullable(),
  health: z.enum(repositoryHealths),
  health_reasons: z.array(z.enum(healthReasons)),
  index: z.object({ branches: z.array(BranchAnswer) }),
  created_at: Time,
  updated_at: Time,
});
export type RepositoryAnswer = z.infer<typeof RepositoryAnswer>;

export const ProgressAnswer = z.object({
  percentage: z.int().min(0).max(100),
  phase: z.enum(jobPhases),
  files_processed: z.int().min(0),
  files_total: z.int().min(0).nullable(),
  current_file: z.string().nullable(),
});

/** `pending`: to be published; `not_published`: its job ended otherwise; `missing`: the source does not have it. */
export const branchStatuses = ['pending', 'published', 'not_published', 'missing'] as const;

export const JobBranch = AskedBranch.extend({ status: z.enum(branchStatuses) });

/** A job, as every call that returns one answers it. */
export const JobAnswer = z.object({
  job_id: JobId,
  status: z.enum(jobStatuses),
  repository_id: RepositoryId,
  created_at: Time,
  started_at: Time.nullable(),
  ended_at: Time.nullable(),
  updated_at: Time,
  estimated_completion: Time.nullable(),
  progress: ProgressAnswer,
  options: EffectiveOptions,
  source: JobSource.nullable(),
  requested_by: z.string(),
  mode: z.enum(['full', 'incremental']).nullable(),
  mode_reason: z.enum(modeReasons).nullable(),
  attempt: z.int(),
  /** How each branch has moved since it was indexed: looked up quickly for the 202, exact once the job has pulled. */
  pull: z.array(PullReport),
  /** The branches that it is for, once it has looked; absent in events from before this was sent, as are the next two. */
  branches: z.array(JobBranch).default([]),
  /** Those of them that the source does not have. */
  missing: z.array(z.string()).default([]),
  current: CurrentBranch.nullable().default(null),
  /** The sum of the branches' new commits; 0 without a pull, null where a count is not known (yet). */
  pulled_commits: z.int().min(0).nullable(),
  counts: JobCounts.nullable(),
  /** Absent in events from before this was sent, as is the next. */
  plan: JobPlan.nullable().default(null),
  used: JobUse.nullable().default(null),
  dropped_branches: z.array(z.string()),
  error: JobError.nullable(),
  /** Events stored by an earlier version have none. */
  last_error: LastError.nullable().default(null),
  /** Of a sync that has not begun. Events stored by an earlier version have none. */
  waits_for_job_id: JobId.nullable().default(null),
});
export type JobAnswer = z.infer<typeof JobAnswer>;

/** Newest first. */
export const JobList = z.object({ jobs: z.array(JobAnswer), next: z.string().nullable() });
export type JobList = z.infer<typeof JobList>;

/** A line of a job's ledger: a file that is not in the index, or is there although it was not written in UTF-8. */
export const JobFile = z.object({
  branch: z.string(),
  path: z.string(),
  /** Of a name that is not UTF-8. */
  path_bytes: z.string().optional(),
  outcome: z.enum(['skipped', 'failed', 'indexed']),
  /** A skip reason such as `binary`, the cause of a failure, or how the encoding is known. */
  reason: z.string(),
  /** What an indexed file was read as. */
  encoding: z.string().optional(),
});
export type JobFile = z.infer<typeof JobFile>;

export const JobFileList = z.object({ files: z.array(JobFile), next: z.string().nullable() });
export type JobFileList = z.infer<typeof JobFileList>;

export const SearchHit = z.object({
  path: z.string(),
  /** Of a name that is not UTF-8. */
  path_bytes: z.string().optional(),
  branch: z.string(),
  start_line: z.int(),
  end_line: z.int(),
  match: z.enum(['words', 'near']),
  score: z.number().min(0).max(1),
  snippet: z.string(),
  language: z.string().nullable(),
});
export type SearchHit = z.infer<typeof SearchHit>;

export const SearchAnswer = z.object({
  results: z.array(SearchHit),
  branch: z.string(),
  ...Freshness.shape,
  warnings: z.array(z.string()),
  next: z.null(),
});
export type SearchAnswer = z.infer<typeof SearchAnswer>;

/** A branch's index beside its source, as a sync last saw it. */
export const IndexedBranch = z.object({
  name: z.string(),
  default: z.boolean(),
  ...Freshness.shape,
  files: z.int(),
  chunks: z.int(),
  remote: z.string().nullable(),
  deleted_at_source: Time.nullable(),
});
export type IndexedBranch = z.infer<typeof IndexedBranch>;

/** By name. */
export const BranchList = z.object({ branches: z.array(IndexedBranch), next: z.string().nullable() });
export type BranchList = z.infer<typeof BranchList>;

/** RFC 9457, and the story's `error` and `message`. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  error: z.string(),
  message: z.string(),
  /** Of a 400: every offending field and what is allowed. */
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  /** Of a 400 with more of them than are listed: how many there are. */
  errors_total: z.int().optional(),
});
export type Problem = z.infer<typeof Problem>;

/** By id. `next` is an opaque place to go on reading at, given back as `cursor`; null at the end. */
export const RepositoryList = z.object({ repositories: z.array(RepositoryAnswer), next: z.string().nullable() });

export const HealthCheck = z.object({
  status: z.enum(['ok', 'failing']),
  milliseconds: z.int().min(0),
  reason: z.string().nullable(),
});

/** 200 where every check is `ok`, else 503. */
export const HealthAnswer = z.object({
  status: z.enum(['ok', 'failing']),
  checks: z.object({ database: HealthCheck, objects: HealthCheck, index: HealthCheck }),
  versions: z.object({ service: z.string(), node: z.string(), git: z.string().nullable() }),
});
export type HealthAnswer = z.infer<typeof HealthAnswer>;

/** 202 of a sync: the job, and the one whose place it took. 200: the job that runs already, and does what was asked for. */
export const SyncAccepted = JobAnswer.extend({
  replaced_job_id: JobId.nullable(),
  attached: z.boolean(),
  queued: z.boolean(),
});

/** 409 of a sync: the job that holds the repository, and how far it is. */
export const SyncInProgress = Problem.extend({
  job_id: JobId,
  job_status: z.enum(jobStatuses),
  progress: ProgressAnswer,
  estimated_completion: Time.nullable(),
  differs: z.enum(differences).optional(),
});

/** 422 of a sync whose caller has waited: a limit has refused it, before anything was changed. */
export const OverLimit = Problem.extend({ job_id: JobId, plan: JobPlan });

/** 422 of a sync: over a limit of its own, or the idempotency key was used with another request. */
export const SyncRefused = z.union([OverLimit, Problem]);

/** 409 of cancelling a job that has ended. */
export const JobEnded = Problem.extend({ job_id: JobId, job_status: z.enum(jobStatuses), ended_at: Time.nullable() });

/** 409 of a retry: a sync is under way, or nothing failed. */
export const RetryRefused = z.union([SyncInProgress, Problem]);

/** 429: of the deployment's own limit, or of a quota of the repository's owner. */
export const TooManyRequests = Problem.extend({ quota: z.enum(quotaNames).optional(), limit: z.int().optional() });

/** 404 of a branch that has no index. `branch`: null where the source's default branch is not known. */
export const NotIndexed = Problem.extend({ branch: z.string().nullable(), indexed_branches: z.array(z.string()) });

/** 404 of a search: no such repository, or a branch without an index. */
export const NothingToSearch = z.union([NotIndexed, Problem]);

/** 503 of a search: what is indexed is lost or damaged. `job_id`: the sync that runs, and makes it anew. */
export const IndexUnusable = Problem.extend({
  fault: z.enum(indexFaults),
  branch: z.string(),
  job_id: JobId.nullable(),
});

/** 503 of a search: what passes by itself, or an index that a sync must make anew. */
export const SearchUnavailable = z.union([IndexUnusable, Problem]);

/** 400: names each offending field. */
export const InvalidRequest = Problem.required({ errors: true });

export const secretNames = ['webhook', 'push'] as const;
export const SecretName = z.enum(secretNames);
export type SecretName = z.infer<typeof SecretName>;
export const SecretParams = z.object({ repo_id: RepositoryId, secret: SecretName });

/** 201 of a registration: the only answer that ever tells the secrets. */
export const RepositoryCreated = RepositoryAnswer.extend({
  secrets: z.object({ webhook: z.string(), push: z.string() }),
});
export type RepositoryCreated = z.infer<typeof RepositoryCreated>;

/** The new secret, told this once. */
export const SecretRotated = z.object({ repository_id: RepositoryId, name: SecretName, secret: z.string() });
