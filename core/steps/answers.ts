import type { JobAnswer, RepositoryAnswer } from '../contract/api.ts';
import type { JobRecord, RepositoryRecord } from '../contract/records.ts';
import type { RoleName } from '../domain/access.ts';
import { remainingSeconds } from '../domain/estimate.ts';
import { isTerminal } from '../domain/job-status.ts';
import { percentage } from '../domain/progress.ts';
import type { JobView } from '../ports/sync-store.ts';

/** A repository as the API answers it; the source's credential stays inside. */
export const repositoryAnswer = (repository: RepositoryRecord, role: RoleName): RepositoryAnswer => ({
  repository_id: repository.repository_id,
  owner: repository.owner,
  role,
  source: { url: repository.source.url },
  default_branch: repository.default_branch,
  ignore_patterns: repository.ignore_patterns,
  status: repository.lock === undefined ? 'idle' : 'syncing',
  active_job_id: repository.lock?.job_id ?? null,
  index: {
    branches: Object.entries(repository.branches)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { commit, files, chunks, indexed_at }]) => ({ name, commit, files, chunks, indexed_at })),
  },
  created_at: repository.created_at,
  updated_at: repository.updated_at,
});

/** A job as the API answers it: its own numbers and those of its batches in flight. */
export const jobAnswer = ({ job, inFlight }: JobView, now: Date): JobAnswer => {
  const done = job.files_done + inFlight.reduce((sum, batch) => sum + batch.files_done, 0);
  const filesDone = Math.min(done, job.files_total ?? done);
  const { phase } = job;
  return {
    job_id: job.job_id,
    status: job.status,
    repository_id: job.repository_id,
    created_at: job.created_at,
    started_at: job.started_at,
    ended_at: job.ended_at,
    updated_at: job.updated_at,
    estimated_completion: estimatedCompletion(job, phase === 'embed' ? filesDone : 0, now),
    progress: {
      percentage: percentage({
        status: job.status,
        phase,
        phaseDone: job.phase_done,
        filesTotal: job.files_total,
        filesDone,
      }),
      phase,
      files_processed: filesDone,
      files_total: job.files_total,
      current_file: isTerminal(job.status) ? null : job.current_file,
    },
    options: job.options,
    requested_by: job.requested_by,
    mode: job.mode,
    attempt: job.attempt,
    pull: job.pull,
    counts: job.counts,
    error: job.error,
  };
};

/** The job's own pace once it has one; before that what was estimated when it was created. */
const estimatedCompletion = (job: JobRecord, filesDone: number, now: Date): string | null => {
  if (job.ended_at !== null) return job.ended_at;
  const elapsed = (now.getTime() - Date.parse(job.started_at ?? job.created_at)) / 1000;
  const remaining = job.files_total === null ? null : remainingSeconds(elapsed, filesDone, job.files_total);
  if (remaining !== null) return new Date(now.getTime() + remaining * 1000).toISOString();
  return job.estimated_completion;
};
