import { problemBody } from '../problem-body.ts';

/** The story's own values, as the document's examples. A test holds each against its schema. */

const job_id = 'sync-6f1c2f0e-8d0b-4a5e-9c6f-2b7d1e3a4c5d';
const at = (time: string): string => `2024-01-15T${time}Z`;
const commit = '9fceb02d0ae598e95dc970b74767f19372d61af8';
const before = '1b6453892473a467d07372d45eb05abc2031647a';

/** The value of each path parameter. */
export const pathExamples: Readonly<Record<string, string>> = {
  repo_id: 'repo-123',
  name: 'feature/login',
  file_path: 'src/lock.ts',
  job_id,
  user: 'bob',
  secret: 'webhook',
  delivery_id: 'msg-0b9f6c1a-3d2e-4f50-8a7b-6c5d4e3f2a1b',
};

const source = { url: 'https://git.example.com/team/project.git' };

export const repository = {
  repository_id: 'repo-123',
  owner: 'ann',
  role: 'owner',
  source,
  grants: [{ user: 'bob', role: 'read' }],
  default_branch: 'main',
  follows_head: true,
  ignore_patterns: ['*.pyc'],
  schedule: '0 9 * * *',
  schedule_state: {
    next_run: '2024-01-16T09:00:00.000Z',
    last_run: { at: at('09:12:00.000'), outcome: 'completed', job_id, error: null },
    overdue_since: null,
  },
  deleted_branches: 'drop',
  status: 'idle',
  active_job_id: null,
  queued_sync: null,
  last_sync: { job_id, status: 'completed', ended_at: at('09:12:44.120'), error: null },
  health: 'ok',
  health_reasons: [],
  index: {
    branches: [
      {
        name: 'main',
        commit: before,
        files: 1000,
        chunks: 8421,
        indexed_at: at('09:12:44.120'),
        source_commit: commit,
        source_seen_at: at('10:30:00.610'),
        behind: true,
      },
    ],
  },
  created_at: at('09:10:00.000'),
  updated_at: at('09:12:44.120'),
};

export const indexedBranch = {
  name: 'main',
  default: true,
  indexed_commit: before,
  indexed_at: at('09:12:44.120'),
  files: 1000,
  chunks: 8421,
  source_commit: commit,
  source_seen_at: at('10:30:00.610'),
  remote: null,
  behind: true,
  deleted_at_source: null,
};

export const newRepository = { repository_id: 'repo-123', source, ignore_patterns: ['*.pyc'] };

export const created = {
  ...repository,
  default_branch: null,
  schedule: null,
  schedule_state: null,
  last_sync: null,
  health: 'never_indexed',
  health_reasons: ['no_branch_indexed'],
  index: { branches: [] },
  updated_at: repository.created_at,
  secrets: { webhook: 'whsec_… (shown this once)', push: 'whsec_… (shown this once)' },
};

export const syncOptions = {
  force: true,
  full_reindex: true,
  branches: ['main', 'develop'],
};

const options = {
  force: false,
  full_reindex: false,
  incremental: true,
  pull_remote: true,
  remote: 'origin',
  branches: ['current'],
  ignore_patterns: [],
};

export const queuedJob = {
  job_id,
  status: 'queued',
  repository_id: 'repo-123',
  created_at: at('10:30:00.000'),
  started_at: null,
  ended_at: null,
  updated_at: at('10:30:00.000'),
  estimated_completion: at('10:35:00.000'),
  progress: { percentage: 0, phase: 'queued', files_processed: 0, files_total: null, current_file: null },
  options,
  source: { url: source.url, remote: 'origin' },
  requested_by: 'ann',
  mode: null,
  mode_reason: null,
  attempt: 1,
  pull: [{ remote: 'origin', branch: 'main', from: before, to: commit, commit_count: 3, rewritten: false }],
  branches: [],
  missing: [],
  current: null,
  pulled_commits: 3,
  counts: null,
  plan: null,
  used: null,
  dropped_branches: [],
  error: null,
  last_error: null,
  waits_for_job_id: null,
};

const plan = {
  exact: false,
  added: 5,
  modified: 3,
  deleted: 0,
  renamed: 0,
  unchanged: 997,
  files_to_read: 8,
  skipped: 1,
  skipped_by_reason: { binary: 1 },
  indexed: null,
  failed: null,
  chunks_embedded: null,
  chunks_reused: null,
  tokens: 14_300,
  usd_per_million_tokens: 0.12,
  cost_usd: 0.00172,
  seconds: 3.6,
  dropped_branches: [],
};

export const runningJob = {
  ...queuedJob,
  status: 'running',
  started_at: at('10:30:00.480'),
  updated_at: at('10:30:02.210'),
  estimated_completion: at('10:30:04.000'),
  progress: {
    percentage: 62,
    phase: 'embed',
    files_processed: 5,
    files_total: 8,
    current_file: 'src/sync/lock.ts',
  },
  mode: 'incremental',
  plan,
  used: { tokens: 5120, cost_usd: 0.00062, chunks_embedded: 20, chunks_reused: 12, seconds: 1.73 },
  branches: [{ name: 'main', status: 'pending', commit, reason: null }],
  current: { branch: 'main', moved_from: null, head: 'main' },
};

export const endedJob = {
  ...runningJob,
  status: 'completed_with_errors',
  branches: [{ name: 'main', status: 'published', commit, reason: null }],
  ended_at: at('10:30:03.900'),
  updated_at: at('10:30:03.900'),
  estimated_completion: at('10:30:03.900'),
  progress: { percentage: 100, phase: 'ended', files_processed: 8, files_total: 8, current_file: null },
  counts: {
    added: 5,
    modified: 3,
    deleted: 0,
    renamed: 0,
    unchanged: 997,
    indexed: 6,
    skipped: 1,
    failed: 1,
    skipped_by_reason: { binary: 1 },
    chunks_embedded: 41,
    chunks_reused: 12,
  },
  used: { tokens: 10_240, cost_usd: 0.00123, chunks_embedded: 41, chunks_reused: 12, seconds: 3.42 },
};

/** Shortened: `data` is the whole job, in one line. */
export const jobEvents = `retry: 1000

id: 5c1f0e9a7b3d48265c1f0e9a7b3d4826
event: progress
data: {"job_id":"${job_id}","status":"running",…}

id: 0d94be2c61fa47380d94be2c61fa4738
event: completed
data: {"job_id":"${job_id}","status":"completed",…}

`;

export const cancelledJob = {
  ...runningJob,
  status: 'cancelled',
  branches: [{ name: 'main', status: 'not_published', commit, reason: null }],
  ended_at: at('10:30:02.300'),
  updated_at: at('10:30:02.300'),
  estimated_completion: at('10:30:02.300'),
  progress: { ...runningJob.progress, phase: 'ended', current_file: null },
};

export const jobFiles = {
  files: [
    { branch: 'main', path: 'assets/logo.png', outcome: 'skipped', reason: 'binary' },
    { branch: 'main', path: 'src/huge.ts', outcome: 'failed', reason: 'the embedder refused the text' },
    { branch: 'main', path: 'legacy/main.c', outcome: 'indexed', reason: 'detected', encoding: 'shift_jis' },
  ],
  next: null,
};

export const syncInProgress = problemBody(409, 'Sync already in progress', 'Sync already in progress', {
  job_id,
  job_status: 'running',
  progress: runningJob.progress,
  estimated_completion: runningJob.estimated_completion,
});

export const jobEnded = problemBody(409, 'Job has ended', 'the job has ended: completed', {
  job_id,
  job_status: 'completed',
  ended_at: endedJob.ended_at,
});
export const overLimit = problemBody(
  422,
  'Over limit',
  '8 files would be read, and max_files is 5: nothing was changed',
  {
    job_id,
    plan: { ...plan, tokens: null, cost_usd: null },
  },
);

/** Examples of the answers that many calls have, by their names in operations-kit.ts. */
export const commonExamples: Readonly<Record<string, unknown>> = {
  BadRequest: problemBody(
    400,
    'Bad request',
    'branches.0: must be a branch name by git’s rules, and not begin with a dash',
    {
      errors: [{ field: 'branches.0', message: 'must be a branch name by git’s rules, and not begin with a dash' }],
    },
  ),
  Unauthorized: problemBody(401, 'Unauthorized', 'a valid bearer token is needed'),
  Forbidden: problemBody(403, 'Access denied', 'Access denied'),
  NotFound: problemBody(404, 'Not found', 'Repository not found'),
};

export const mayNotRegister = problemBody(
  403,
  'Registration not allowed',
  'to register takes the right repository_sync:register, as a scope or a group of your token: ask the operator',
);
export const exists = problemBody(409, 'Repository exists', 'repository repo-123 exists already');
export const busy = problemBody(
  409,
  'Sync in progress',
  'the repository is being synced: wait for the job, or cancel it',
);

export const indexLost = problemBody(
  503,
  'Index lost',
  `the index of branch main is gone: the sync ${job_id} that runs makes it anew`,
  { fault: 'index_lost', branch: 'main', job_id },
);

export const notIndexed = problemBody(
  404,
  'Not indexed',
  'the default branch main has no index yet: sync it first, or name an indexed branch: dev',
  { branch: 'main', indexed_branches: ['dev'] },
);

export const searchAnswer = {
  results: [
    {
      path: 'src/sync/lock.ts',
      branch: 'main',
      start_line: 12,
      end_line: 38,
      match: 'words',
      score: 0.71,
      snippet: 'export const claim = async (lock: Lock): Promise<Claim> => {',
      language: 'typescript',
    },
  ],
  branch: 'main',
  indexed_commit: commit,
  indexed_at: at('10:31:12.480'),
  source_commit: commit,
  source_seen_at: at('10:30:00.610'),
  behind: false,
  warnings: [],
  next: null,
};

export const searchAllAnswer = {
  hits: searchAnswer.results.map((hit) => ({ repository_id: 'repo-123', ...hit })),
  repositories: [
    {
      repository_id: 'repo-123',
      branch: 'main',
      indexed_commit: commit,
      indexed_at: at('10:31:12.480'),
      source_commit: commit,
      source_seen_at: at('10:30:00.610'),
      behind: false,
    },
  ],
  searched: 12,
  passed_over: 0,
  not_searched: [{ repository_id: 'repo-124', reason: 'not_indexed' }],
  warnings: [],
  next: null,
};

export const delivery = {
  delivery_id: pathExamples.delivery_id,
  repository_id: 'repo-123',
  job_id,
  url: 'https://example.com/webhook',
  event: { type: 'sync.started', timestamp: at('10:30:00.480'), data: queuedJob },
  status: 'delivered',
  attempts: [{ at: at('10:30:00.900'), status: 204, error: null, milliseconds: 48 }],
  tries: 1,
  next_attempt_at: null,
  created_at: at('10:30:00.480'),
  repository_created_at: repository.created_at,
};

export const secretRotated = {
  repository_id: 'repo-123',
  name: 'webhook',
  secret: 'whsec_… (shown this once)',
};
