import { BranchName, type JobId } from '../contract/ids.ts';
import type { JobRecord, JobSource, RepositoryRecord } from '../contract/records.ts';
import { type EffectiveOptions, SyncOptions } from '../contract/sync-options.ts';
import { estimateSeconds } from '../domain/estimate.ts';
import { isRemote } from '../domain/source-policy.ts';
import type { FollowUp } from '../ports/follow-ups.ts';
import type { Runtime } from '../ports/runtime.ts';

/** What a job is asked for. */
export interface JobRequest {
  readonly repository: RepositoryRecord;
  /** A user, or what asks without a user: `github`, `gitlab`, `schedule`. */
  readonly requestedBy: string;
  readonly trigger: JobRecord['trigger'];
  readonly options: SyncOptions;
  /** The remote of the registered folder that is to be read, where it is not the folder itself. */
  readonly source?: JobSource | undefined;
  /** What is imported in the place of reading a source. */
  readonly snapshot?: JobRecord['snapshot'];
  readonly followUp?: FollowUp | undefined;
}

/** What a follow-up asks for. */
export const requestOf = (repository: RepositoryRecord, followUp: FollowUp): JobRequest => {
  const { requestedBy, trigger } = followUp;
  // Any number of branches: the limit of a request is none of what pushes add up to.
  const branches = followUp.branches.flatMap((name) => BranchName.safeParse(name).data ?? []);
  const { fullReindex = false, smart = false } = followUp.queued ?? {};
  const options = { ...SyncOptions.parse({ full_reindex: fullReindex, incremental: !smart }), branches };
  return { repository, requestedBy, trigger, options, followUp };
};

/** The job that a claim makes. */
export const newJob = (
  deps: { readonly clock: Pick<Runtime['clock'], 'now'>; readonly ids: Pick<Runtime['ids'], 'jobId'> },
  { repository, requestedBy, trigger, options, source, snapshot, followUp }: JobRequest,
): Omit<JobRecord, 'fence'> => {
  const now = deps.clock.now();
  const at = now.toISOString();
  const mode = options.full_reindex ? 'full' : 'incremental';
  const files = Object.values(repository.branches).reduce((sum, branch) => Math.max(sum, branch.files), 0);
  const seconds = estimateSeconds(repository.rates, mode, files);
  return {
    // The answers to those who wait for it have named this job.
    job_id: followUp?.queued?.jobId ?? (deps.ids.jobId() as JobId),
    repository_id: repository.repository_id,
    repository_created_at: repository.created_at,
    requested_by: requestedBy,
    trigger,
    status: 'queued',
    phase: 'queued',
    attempt: 1,
    options: effectiveOptions(repository, options),
    source: source ?? { url: repository.source.url, remote: isRemote(repository.source.url) ? options.remote : null },
    ...(snapshot === undefined ? {} : { snapshot }),
    created_at: at,
    started_at: null,
    ended_at: null,
    updated_at: at,
    estimated_completion: new Date(now.getTime() + seconds * 1000).toISOString(),
    phase_done: 0,
    files_total: null,
    files_done: 0,
    current_file: null,
    mode: null,
    pull: [],
    counts: null,
    error: null,
    generation: null,
  };
};

/** What the request leaves open is decided here, once; the job keeps and echoes it. */
export const effectiveOptions = (repository: RepositoryRecord, options: SyncOptions): EffectiveOptions => ({
  force: options.force,
  full_reindex: options.full_reindex,
  // A full reindex wins.
  incremental: options.incremental && !options.full_reindex,
  // A folder is read as it is, unless it was asked for its remote: see pulled-source.ts.
  pull_remote: options.pull_remote ?? isRemote(repository.source.url),
  remote: options.remote,
  branches: options.branch === undefined ? (options.branches ?? ['current']) : [options.branch],
  ignore_patterns: options.ignore_patterns,
  ...(options.progress_webhook === undefined ? {} : { progress_webhook: options.progress_webhook }),
  ...(options.dry_run === true ? { dry_run: true } : {}),
  ...(options.max_cost === undefined ? {} : { max_cost: options.max_cost }),
  ...(options.max_files === undefined ? {} : { max_files: options.max_files }),
});
