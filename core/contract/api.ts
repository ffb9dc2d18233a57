import { z } from 'zod';
import { roles } from '../domain/access.ts';
import { jobPhases, jobStatuses } from '../domain/job-status.ts';
import { BranchName, JobId, RepositoryId, UserId } from './ids.ts';
import { JobCounts, JobError, PullReport } from './records.ts';
import { EffectiveOptions, IgnorePattern } from './sync-options.ts';

/** Requests and answers of the HTTP API. */

const Time = z.iso.datetime();

export const CreateRepository = z.strictObject({
  repository_id: RepositoryId.optional(),
  source: z.strictObject({ url: z.string().min(1).max(2048) }),
  default_branch: BranchName.optional(),
  ignore_patterns: z.array(IgnorePattern).max(1000).default([]),
});
export type CreateRepository = z.infer<typeof CreateRepository>;

export const PutGrant = z.strictObject({ role: z.enum(roles) });
export type PutGrant = z.infer<typeof PutGrant>;

export const RepositoryParams = z.object({ repo_id: RepositoryId });
export const JobParams = z.object({ job_id: JobId });
export const GrantParams = z.object({ repo_id: RepositoryId, user: UserId });

export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().min(1).max(2048).optional(),
});

export const SearchQuery = z.strictObject({
  q: z.string().trim().min(1).max(1000),
  branch: BranchName.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(10),
  /** Only files whose path matches this gitignore pattern, such as `src/` or `*.ts`. */
  path: IgnorePattern.optional(),
  language: z.string().min(1).max(50).optional(),
});
export type SearchQuery = z.infer<typeof SearchQuery>;

export const BranchAnswer = z.object({
  name: z.string(),
  commit: z.string(),
  files: z.int(),
  chunks: z.int(),
  indexed_at: Time,
});

export const RepositoryAnswer = z.object({
  repository_id: RepositoryId,
  owner: z.string(),
  role: z.enum(roles),
  source: z.object({ url: z.string() }),
  default_branch: z.string().nullable(),
  ignore_patterns: z.array(z.string()),
  status: z.enum(['idle', 'syncing']),
  active_job_id: JobId.nullable(),
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

/** A job, as every call that speaks of one answers it. */
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
  requested_by: z.string(),
  mode: z.enum(['full', 'incremental']).nullable(),
  attempt: z.int(),
  pull: z.array(PullReport),
  counts: JobCounts.nullable(),
  error: JobError.nullable(),
});
export type JobAnswer = z.infer<typeof JobAnswer>;

export const SearchHit = z.object({
  path: z.string(),
  branch: z.string(),
  start_line: z.int(),
  end_line: z.int(),
  score: z.number(),
  snippet: z.string(),
  language: z.string().nullable(),
});
export type SearchHit = z.infer<typeof SearchHit>;

export const SearchAnswer = z.object({
  results: z.array(SearchHit),
  branch: z.string(),
  /** The commit that the answer speaks of. */
  indexed_commit: z.string(),
  next: z.null(),
});
export type SearchAnswer = z.infer<typeof SearchAnswer>;

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
});
export type Problem = z.infer<typeof Problem>;
