import { z } from 'zod';
import { foundNoBranch, type Job } from '../../client/src/client.ts';
import { visibleName } from '../repository-text.ts';

/** A job as the tools answer it. */
export const JobFacts = z.object({
  job_id: z.string(),
  repository: z.string(),
  dry_run: z.boolean().describe('It only plans, and changes nothing.'),
  status: z.enum(['queued', 'running', 'completed', 'completed_with_errors', 'failed', 'cancelled']),
  phase: z.string(),
  percentage: z.number(),
  files_processed: z.number(),
  files_total: z.number().nullable(),
  created_at: z.string(),
  ended_at: z.string().nullable(),
  estimated_completion: z.string().nullable(),
  branches: z.array(z.object({ branch: z.string(), commit: z.string().nullable(), status: z.string() })),
  counts: z
    .object({
      added: z.number(),
      modified: z.number(),
      renamed: z.number(),
      deleted: z.number(),
      skipped: z.number(),
      failed: z.number(),
    })
    .nullable()
    .describe('Changed files; null until it has completed.'),
  error: z.string().nullable().describe('Why it failed, and what to do.'),
  next_step: z.string().describe('What to do now.'),
});

type Facts = z.input<typeof JobFacts>;

/** Of a job's branches at most these are named. */
const BRANCHES = 20;

export const jobFacts = (job: Job): Facts => ({
  job_id: job.job_id,
  repository: job.repository_id,
  dry_run: job.options.dry_run === true,
  status: job.status,
  phase: job.progress.phase,
  percentage: job.progress.percentage,
  files_processed: job.progress.files_processed,
  files_total: job.progress.files_total,
  created_at: job.created_at,
  ended_at: job.ended_at,
  estimated_completion: job.estimated_completion,
  branches: job.branches.slice(0, BRANCHES).map(({ name, commit, status }) => ({ branch: name, commit, status })),
  counts:
    job.counts === null
      ? null
      : {
          added: job.counts.added,
          modified: job.counts.modified,
          renamed: job.counts.renamed,
          deleted: job.counts.deleted,
          skipped: job.counts.skipped,
          failed: job.counts.failed,
        },
  error: job.error?.message ?? null,
  next_step: nextStep(job),
});

const nextStep = (job: Job): string => {
  if (foundNoBranch(job))
    return 'The source has no branches, so there was no commit to index: nothing is found before the first one is pushed and synced.';
  if (job.options.dry_run === true)
    return 'It is a plan: it tells what a sync would do, and the index stays as it is. sync_repository starts a sync.';
  const { force, full_reindex } = job.options;
  const index =
    force && full_reindex ? 'The index was cleared when this sync was started.' : 'The index is as it was before.';
  switch (job.status) {
    case 'queued':
    case 'running':
      // A service of an earlier version says nothing of it.
      if ((job.waits_for_job_id ?? null) !== null)
        return `It begins by itself when job ${job.waits_for_job_id} has ended. get_job shows whether it has.`;
      return `It goes on by itself. To wait for its end call sync_repository with repository ${job.repository_id} again: that joins it. get_job shows how far it is, cancel_job ends it.`;
    case 'completed':
      return 'Search finds the new index now.';
    case 'completed_with_errors':
      return 'Search finds the new index now, without the files that failed or the branches that are missing.';
    case 'failed':
      return `${index} Tell the user the error; sync_repository tries again.`;
    case 'cancelled':
      return `${index} sync_repository starts another one.`;
    default:
      return job.status satisfies never;
  }
};

/** A job in a few lines. */
export const jobText = (facts: Facts): string => {
  const files = facts.files_total === null ? '' : `, ${facts.files_processed} of ${facts.files_total} changed files`;
  const { counts } = facts;
  return [
    `${facts.dry_run ? 'Plan' : 'Job'} ${facts.job_id} of ${facts.repository}: ${facts.status}, ${facts.percentage} %${facts.ended_at === null ? `, phase ${facts.phase}${files}` : `, ended ${facts.ended_at}`}.`,
    ...(facts.estimated_completion === null || facts.ended_at !== null
      ? []
      : [`Likely to end at ${facts.estimated_completion}.`]),
    ...facts.branches.map(
      ({ branch, commit, status }) =>
        `Branch ${visibleName(branch)}: ${status}${commit === null ? '' : ` at ${commit}`}.`,
    ),
    ...(counts === null
      ? []
      : [
          `Files: ${counts.added} added, ${counts.modified} modified, ${counts.renamed} renamed, ${counts.deleted} deleted; ${counts.skipped} skipped, ${counts.failed} failed.`,
        ]),
    ...(facts.error === null ? [] : [`Error: ${visibleName(facts.error)}`]),
    facts.next_step,
  ].join('\n');
};
