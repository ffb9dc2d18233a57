import { foundNoBranch, type Job, type Repository, type SyncOptions } from '../../client/src/client.ts';
import { count, dollars, duration, plain, sentence, spaced } from './words.ts';

/** What a sync with these options does, in sentences. `running`: the job that is under way. */
export const syncInWords = (options: SyncOptions, running: Job | null): readonly string[] => {
  const { branches = [], ignore_patterns: patterns = [] } = options;
  const which = branchesInWords(branches);
  const sentences = [
    options.full_reindex
      ? `Builds the whole index of ${which} anew.`
      : options.incremental
        ? `Processes what has changed in ${which} since the last sync, and nothing else.`
        : `Processes what has changed in ${which}; where half of the files have changed, all of them.`,
  ];
  if (options.pull_remote === true) sentences.push('Asks the remote for new commits first.');
  if (options.pull_remote === false) sentences.push('Does not ask the remote: only what is there already is read.');
  if (patterns.length > 0) sentences.push(`Leaves out what ${patterns.join(', ')} match.`);
  if (options.progress_webhook !== undefined && options.progress_webhook !== '')
    sentences.push(`Sends its progress to ${options.progress_webhook}.`);
  if (options.max_files !== undefined)
    sentences.push(`Ends without a change if more than ${count(options.max_files, 'file')} would have to be read.`);
  if (options.max_cost !== undefined)
    sentences.push(`Ends without a change if it may cost more than ${dollars(options.max_cost)}.`);
  if (options.dry_run === true)
    sentences.push('Changes nothing: it reads what has changed, and says what a sync would do and cost.');
  if (options.on_conflict === 'queue')
    sentences.push('Begins when the sync that is running has ended, together with what else waits for that.');
  if (options.on_conflict === 'attach')
    sentences.push('Starts nothing of its own where the sync that is running does this already; else it is refused.');
  if (options.force && running !== null)
    sentences.push(
      `Cancels the sync that is running (${running.progress.percentage} %, begun by ${running.requested_by}); what it has not published is lost.`,
    );
  if (options.full_reindex)
    sentences.push(
      options.force
        ? 'Clears the index at once: nothing is found until the new one is ready.'
        : 'Until the new one is ready, searches are answered from the index as it is.',
    );
  return sentences;
};

/** What waits for the end of the running sync. */
export const queuedInWords = ({
  branches,
  full_reindex,
  requested_by,
}: NonNullable<Repository['queued_sync']>): string => {
  const what =
    branches.length === 0 ? 'looks which branches the source still has' : `syncs ${branchesInWords(branches)}`;
  const how = full_reindex ? ', and indexes everything anew' : '';
  return `Another sync begins when this one has ended: it ${what}${how}. Asked for by ${requested_by}.`;
};

/** `current` is the default branch. */
const branchesInWords = (branches: readonly string[]): string => {
  const [only = 'current'] = branches;
  if (branches.length > 1) return `the branches ${branches.join(', ')}`;
  return only === 'current' ? 'the default branch' : `the branch ${only}`;
};

const phases: Readonly<Record<Job['progress']['phase'], string>> = {
  queued: 'Waiting to begin',
  pull: 'Asking the source where its branches are',
  diff: 'Comparing with the index',
  stage: 'Reading the files that have changed',
  embed: 'Indexing',
  import: 'Taking over another service’s index',
  publish: 'Publishing the new index',
  ended: 'Ended',
};

/** Those of a dry run, which indexes and publishes nothing. */
const planned: Partial<typeof phases> = {
  embed: 'Planning: comparing the texts with the index',
  publish: 'Planning: counting what it would write',
};

/** Whether it waits for the end of another one; a service of an earlier version does not say so. */
export const waitsForAnother = ({ waits_for_job_id: waits }: Job): boolean => (waits ?? null) !== null;

export const phaseInWords = ({ progress: { phase }, options }: Job): string =>
  (options.dry_run === true ? planned[phase] : undefined) ?? phases[phase];

/** Milliseconds from its start to its end, or to now. */
export const timeTaken = ({ started_at, created_at, ended_at }: Job, now: number): number =>
  (ended_at === null ? now : Date.parse(ended_at)) - Date.parse(started_at ?? created_at);

/** How the index is where a sync does not come to its end. */
export const indexWithout = ({ options }: Pick<Job, 'options'>): string =>
  options.force && options.full_reindex ? 'the index was cleared when it was started' : 'the index is as it was';

/** What has become of a job, in a line. */
export const outcomeInWords = (job: Job): string => {
  const { counts, error, plan } = job;
  if (job.status === 'failed') return error === null ? 'Failed' : error.message;
  if (job.status === 'cancelled') return `Cancelled: ${indexWithout(job)}`;
  if (foundNoBranch(job)) return 'The source has no branches, so there was no commit to index';
  if (isPlan(job) && plan !== null) return `A plan: ${changesInWords(plan)}. Nothing was changed`;
  if (counts === null) return phaseInWords(job);
  const rest = [
    ...(counts.failed > 0 ? [`${count(counts.failed, 'file')} failed`] : []),
    ...(job.missing.length > 0 ? [`${count(job.missing.length, 'branch', 'branches')} missing`] : []),
  ];
  return [sentence(changesInWords(counts)), ...rest].join('; ');
};

/** Whether it was only to plan, and has. */
export const isPlan = ({ options, status, plan }: Job): boolean =>
  options.dry_run === true && (status === 'completed' || status === 'completed_with_errors') && plan !== null;

/** What a list of jobs tells of one beside its outcome: what sets it apart from a sync as usual. */
export const marksOf = ({ options, mode, error }: Job): readonly string[] => [
  ...(mode === 'full' ? ['full'] : []),
  ...(options.force ? ['forced'] : []),
  ...(error?.reason === 'over_limit' ? ['over its limit'] : []),
];

const kinds = ['added', 'modified', 'renamed', 'deleted'] as const;

/** `3 files added, 1 deleted`. */
export const changesInWords = (counts: Readonly<Record<(typeof kinds)[number], number>>): string => {
  const parts = kinds
    .filter((kind) => counts[kind] > 0)
    .map((kind, n) => `${n === 0 ? count(counts[kind], 'file') : plain(counts[kind])} ${kind}`);
  return parts.length === 0 ? 'nothing had changed' : parts.join(', ');
};

const reasons: Readonly<Record<string, string>> = {
  requested: 'as was asked for',
  first_sync: 'the first sync',
  recipe_changed: 'the embedder or the chunker has changed',
  mostly_new: 'half of the files have changed',
  imported: 'taken over from another service',
  index_lost: 'the index was lost',
  index_damaged: 'the index was damaged',
  manifest_lost: 'the list of files was lost',
};

export const modeInWords = ({ mode, mode_reason }: Job): string | null =>
  mode === null
    ? null
    : mode === 'full'
      ? `full (${reasons[mode_reason ?? ''] ?? spaced(mode_reason ?? '')})`
      : 'incremental';

/** How long it is likely to take from now on; null where that is not known. */
export const remaining = ({ estimated_completion, ended_at }: Job, now: number): string | null => {
  if (estimated_completion === null || ended_at !== null) return null;
  const left = Date.parse(estimated_completion) - now;
  return left < 1000 ? 'any moment now' : `about ${duration(left)} left`;
};
