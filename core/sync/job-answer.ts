import type { JobAnswer } from '../contract/api.ts';
import type { JobRecord, LastError } from '../contract/records.ts';
import { paceSeconds } from '../domain/estimate.ts';
import { isTerminal } from '../domain/job-status.ts';
import { percentage } from '../domain/progress.ts';
import { toldName } from '../manifest/git-path.ts';
import type { JobView } from '../ports/jobs.ts';
import { costOf } from './job-plan.ts';

/** A job as the API answers it: its own numbers and those of its batches in flight. */
export const jobAnswer = ({ job, inFlight, waitsFor = null }: JobView, now: Date): JobAnswer => {
  // An import counts in pages, of which each has as many files as another.
  const imported = job.phase === 'import' ? Math.floor(job.phase_done * (job.files_total ?? 0)) : 0;
  const done = job.files_done + imported + inFlight.reduce((sum, batch) => sum + batch.files_done, 0);
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
    estimated_completion: estimatedCompletion(job, filesDone, now),
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
      current_file: isTerminal(job.status) || job.current_file === null ? null : toldName(job.current_file).path,
    },
    options: job.options,
    source: job.source ?? null,
    requested_by: job.requested_by,
    mode: job.mode,
    mode_reason: job.mode_reason ?? null,
    attempt: job.attempt,
    pull: job.pull,
    branches: branchStates(job),
    missing: missingOf(job),
    current: job.current ?? null,
    pulled_commits: pulledCommits(job),
    counts: job.counts,
    plan: job.plan ?? null,
    used: usedOf(job),
    dropped_branches: job.dropped_branches ?? [],
    error: job.error,
    last_error: lastErrorOf(job, now),
    waits_for_job_id: waitsFor,
  };
};

/** What it has taken so far, and at its end in all; null before the diff, and for jobs from before this was kept. */
const usedOf = (job: JobRecord): JobAnswer['used'] => {
  const { plan, started_at, ended_at, updated_at } = job;
  if (plan === undefined) return null;
  const tokens = job.used_tokens ?? 0;
  // As of the record, not of now: a state that moved with the clock would be news at every look.
  const until = Date.parse(ended_at ?? updated_at);
  return {
    tokens,
    cost_usd: costOf(tokens, plan.usd_per_million_tokens),
    chunks_embedded: job.used_chunks_embedded ?? 0,
    chunks_reused: job.used_chunks_reused ?? 0,
    seconds: started_at === null ? 0 : Math.max(0, (until - Date.parse(started_at)) / 1000),
  };
};

/** Which of the branches asked for the source did not have, as far as the job has looked. */
export const missingOf = ({ branches = [] }: Pick<JobRecord, 'branches'>): string[] =>
  branches.filter(({ commit }) => commit === null).map(({ name }) => name);

const branchStates = ({ status, options, branches = [] }: JobRecord): JobAnswer['branches'] => {
  const completed = status === 'completed' || status === 'completed_with_errors';
  const published = completed && options.dry_run !== true;
  const there = published ? 'published' : isTerminal(status) ? 'not_published' : 'pending';
  return branches.map((branch) => ({ ...branch, status: branch.commit === null ? 'missing' : there }));
};

/** Once the time has come the try is under way, whether or not that is noted. */
const lastErrorOf = ({ status, last_error }: JobRecord, now: Date): LastError | null => {
  if (last_error === null || last_error === undefined || isTerminal(status)) return null;
  const { phase: _phase, attempt: _attempt, next_try_by, ...told } = last_error;
  return { ...told, next_try_by: next_try_by !== null && Date.parse(next_try_by) > now.getTime() ? next_try_by : null };
};

/** Nothing was pulled, or nothing was there to pull: 0. Not looked yet, or one branch not counted: null. */
const pulledCommits = ({ options, pull, mode }: JobRecord): number | null => {
  if (!options.pull_remote) return 0;
  // The diff follows the pull: a source that has no branches by then is empty.
  if (pull.length === 0) return mode === null ? null : 0;
  return pull.reduce<number | null>(
    (sum, { commit_count }) => (sum === null || commit_count === null ? null : sum + commit_count),
    0,
  );
};

/**
 * The repository's rates and the job's own pace while it embeds; else what was estimated last: when it was created, when the
 * diff was known, when publishing began. A job that is late is due now, never in the past.
 */
const estimatedCompletion = (job: JobRecord, filesDone: number, now: Date): string | null => {
  if (job.ended_at !== null) return job.ended_at;
  const { pace, files_total, estimated_completion } = job;
  if (job.phase === 'embed' && pace !== undefined && files_total !== null) {
    const elapsed = (now.getTime() - Date.parse(pace.at)) / 1000;
    const remaining = paceSeconds(pace, elapsed, filesDone, files_total);
    if (remaining !== null) return new Date(now.getTime() + remaining * 1000).toISOString();
  }
  if (estimated_completion === null) return null;
  return new Date(Math.max(Date.parse(estimated_completion), now.getTime())).toISOString();
};
