import { randomUUID } from 'node:crypto';
import { JobId, RepositoryId, UserId } from '../../core/contract/ids.ts';
import type { JobPlan } from '../../core/contract/job-plan.ts';
import type {
  BatchProgress,
  BranchPointer,
  JobCounts,
  JobRecord,
  RepositoryRecord,
} from '../../core/contract/records.ts';
import type { Publication } from '../../core/ports/job-ends.ts';

/** Valid records with nothing special about them; a test states what matters to it. */
export const aRepositoryId = (): RepositoryId => RepositoryId.parse(`repo-${randomUUID()}`);
export const aJobId = (): JobId => JobId.parse(`sync-${randomUUID()}`);
export const aUser = (name = `user-${randomUUID()}`): UserId => UserId.parse(name);

export const aRepository = (parts: Partial<RepositoryRecord> = {}): RepositoryRecord => ({
  repository_id: aRepositoryId(),
  owner: aUser('alice'),
  grants: {},
  source: { url: 'https://example.com/alice/project.git' },
  default_branch: null,
  ignore_patterns: ['dist/'],
  schedule: null,
  deleted_branches: 'drop',
  secrets: {
    webhook: 'whsec_d2ViaG9vay1zZWNyZXQtb2YtYS10ZXN0LW9ubHkh',
    push: 'whsec_cHVzaC1zZWNyZXQtb2YtYS10ZXN0LW9ubHkhISEh',
  },
  disabled_webhooks: [],
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  fence: 0,
  generation: 0,
  generations: {},
  branches: {},
  sightings: {},
  leftovers: [],
  rates: { full_seconds_per_file: null, incremental_base_seconds: null, incremental_seconds_per_file: null },
  ...parts,
});

export const aJob = (repository_id: RepositoryId, parts: Partial<JobRecord> = {}): Omit<JobRecord, 'fence'> => ({
  job_id: aJobId(),
  repository_id,
  requested_by: 'alice',
  trigger: 'api',
  status: 'queued',
  phase: 'queued',
  attempt: 1,
  options: {
    force: false,
    full_reindex: false,
    incremental: true,
    pull_remote: true,
    remote: 'origin',
    branches: ['current'],
    ignore_patterns: [],
  },
  created_at: '2026-01-02T00:00:00.000Z',
  started_at: null,
  ended_at: null,
  updated_at: '2026-01-02T00:00:00.000Z',
  estimated_completion: null,
  phase_done: 0,
  files_total: null,
  files_done: 0,
  current_file: null,
  mode: null,
  pull: [],
  counts: null,
  error: null,
  generation: null,
  ...parts,
});

export const aPlan = (parts: Partial<JobPlan> = {}): JobPlan => ({
  exact: false,
  added: 3,
  modified: 1,
  deleted: 0,
  renamed: 0,
  unchanged: 9,
  files_to_read: 4,
  skipped: 0,
  skipped_by_reason: {},
  indexed: null,
  failed: null,
  chunks_embedded: null,
  chunks_reused: null,
  tokens: null,
  usd_per_million_tokens: 0.12,
  cost_usd: null,
  seconds: null,
  dropped_branches: [],
  ...parts,
});

export const aPointer = (parts: Partial<BranchPointer> = {}): BranchPointer => ({
  commit: 'a'.repeat(40),
  generation: 1,
  manifest_key: 'repositories/r/manifests/m.zst',
  files: 3,
  chunks: 7,
  bytes: 900,
  indexed_at: '2026-01-02T00:00:09.000Z',
  contents: true,
  rules: 'rules-1',
  ...parts,
});

export const aBatch = (parts: Partial<BatchProgress> = {}): BatchProgress => ({
  batch: 0,
  files_total: 10,
  files_done: 0,
  current_file: null,
  updated_at: '2026-01-02T00:00:05.000Z',
  ...parts,
});

export const someCounts: JobCounts = {
  added: 3,
  modified: 0,
  deleted: 0,
  renamed: 0,
  unchanged: 0,
  indexed: 2,
  skipped: 1,
  failed: 0,
  skipped_by_reason: { binary: 1 },
  chunks_embedded: 7,
  chunks_reused: 0,
};

export const aPublication = (parts: Partial<Publication> = {}): Publication => ({
  status: 'completed',
  branches: { main: aPointer() },
  removedBranches: [],
  leftovers: [],
  generation: { number: 1 },
  counts: someCounts,
  rates: { full_seconds_per_file: 0.5, incremental_base_seconds: null, incremental_seconds_per_file: null },
  headBranch: 'main',
  at: new Date('2026-01-02T00:00:10.000Z'),
  ...parts,
});
