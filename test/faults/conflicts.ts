import type { JobAnswer } from '../../core/contract/api.ts';
import type { SyncOptions } from '../../core/contract/sync-options.ts';
import type { JobView } from '../../core/ports/jobs.ts';
import { branchNames, type SyncRequest } from './history.ts';
import { isPlan } from './plans.ts';
import { ignored } from './truth.ts';
import type { Watch } from './watch.ts';

/** The body of a request for a sync: what is not allowed together is left out. */
export const bodyOf = (request: SyncRequest, webhook: string) => {
  const { force, full_reindex, incremental, branches } = request;
  const onConflict = force ? null : request.onConflict;
  const plain = {
    full_reindex,
    incremental,
    ...(branches === null ? {} : { branches: branches.map((number) => branchNames[number] as string) }),
    ...(onConflict === null ? { force } : { on_conflict: onConflict }),
  };
  if (onConflict === 'queue') return plain;
  return {
    ...plain,
    ...(request.pull_remote === null ? {} : { pull_remote: request.pull_remote }),
    ...(request.ignoresMore ? { ignore_patterns: ignored.request } : {}),
    ...(request.webhook ? { progress_webhook: webhook } : {}),
    ...(request.dryRun && !force ? { dry_run: true } : {}),
  };
};

/** A user was told that another job holds the repository: it did, at some moment of the call. */
export const judgeHolder = (watch: Watch, id: string, { job }: JobView, from: number): void => {
  const seen = watch.jobs.get(job.job_id);
  if (seen === undefined || job.repository_id !== id)
    watch.say(`${job.job_id} is said to hold ${id}, and is not of it`);
  else if (seen.ended !== null && seen.ended < from)
    watch.say(`${job.job_id} is said to hold ${id} at ${from} ms, and had ended at ${seen.ended} ms`);
};

/** A user was given the job that runs: it does what was asked for. */
export const judgeAttached = (watch: Watch, id: string, to: JobView, options: SyncOptions, from: number): void => {
  judgeHolder(watch, id, to, from);
  const seen = watch.jobs.get(to.job.job_id)?.record ?? to.job;
  const lacks = lackingIn({ options: seen.options, current: seen.current ?? null }, options);
  if (lacks.length > 0)
    watch.say(`who asks for ${JSON.stringify(options)} was given ${to.job.job_id}: ${lacks.join()}`);
};

/** What a job does not do of what is asked for. */
export const lackingIn = (
  job: Pick<JobAnswer, 'options' | 'current'>,
  asked: Omit<SyncOptions, 'force' | 'remote'>,
): readonly string[] => {
  const { branches, ignore_patterns, progress_webhook, full_reindex, incremental } = job.options;
  const read = job.current === null ? branches : [...branches, job.current.branch, 'current'];
  const named = (asked.branches ?? []).filter((name) => name !== 'current');
  // What `current` means is the repository's to say where the job has not looked yet.
  const unknown = job.current === null && branches.includes('current');
  const wrong: Readonly<Record<string, boolean>> = {
    branches: !unknown && !named.every((name) => read.includes(name)),
    full_reindex: asked.full_reindex && !full_reindex,
    incremental: !asked.full_reindex && !full_reindex && asked.incremental !== incremental,
    ignore_patterns: asked.ignore_patterns.toSorted().join('\n') !== ignore_patterns.toSorted().join('\n'),
    progress_webhook: asked.progress_webhook !== undefined && asked.progress_webhook !== progress_webhook,
    dry_run: (asked.dry_run === true) !== isPlan(job),
  };
  return Object.keys(wrong).filter((name) => wrong[name]);
};
