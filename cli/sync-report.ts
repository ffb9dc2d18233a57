import { foundNoBranch, type Job, type JobPlan, type Operations } from '../client/src/client.ts';
import { clean, cleanLine, fileName } from './terminal.ts';

/** What a finished sync did, in some lines. */
export const syncReport = (job: Job): string => {
  const milliseconds = Date.parse(job.ended_at ?? job.updated_at) - Date.parse(job.started_at ?? job.created_at);
  // The service's clock may have been put back meanwhile.
  const seconds = Math.max(0, milliseconds) / 1000;
  const { counts, plan } = job;
  if (job.status === 'failed' || job.status === 'cancelled') {
    const why = job.error === null ? '' : `: ${clean(job.error.message)}`;
    const line = `${job.options.dry_run === true ? 'Plan' : 'Sync'} ${job.status} after ${seconds.toFixed(1)} s${why}`;
    return isOverLimit(job) && plan !== null ? `${line}\n${refusedReport(plan)}` : line;
  }
  if (job.options.dry_run === true && plan !== null) return planReport(job, plan);
  if (counts === null) return `Sync ${job.status}`;
  const branches = [...branchLines(job), ...droppedLines(job)];
  const changed = counts.added + counts.modified + counts.renamed + counts.deleted;
  const lines = [`Sync ${job.status.replaceAll('_', ' ')} in ${seconds.toFixed(1)} s (${job.mode ?? 'no'} index)`];
  const { used } = job;
  if (changed === 0) return [...lines, `  nothing to do: ${untouched(job, counts.unchanged)}`, ...branches].join('\n');
  lines.push(
    `  ${many(changed, 'file')} changed: ${counts.added} added, ${counts.modified} modified, ${counts.renamed} renamed, ${counts.deleted} deleted (${counts.unchanged} unchanged)`,
    `  indexed  ${many(counts.indexed, 'file')}, ${many(counts.chunks_embedded, 'chunk')} embedded, ${counts.chunks_reused} reused`,
    `  skipped  ${many(counts.skipped, 'file')}${reasons(counts.skipped_by_reason)}`,
    `  failed   ${many(counts.failed, 'file')}`,
    ...(used === null ? [] : [`  used     ${many(used.tokens, 'token')}${costText(used.cost_usd)}`]),
    ...branches,
  );
  return lines.join('\n');
};

/** A branch may have no file; nor is there any in what was counted before unmoved branches were. */
const untouched = (job: Job, files: number): string =>
  foundNoBranch(job)
    ? 'the source has no branches, so there is no commit to index'
    : files === 0
      ? 'the source is as it was'
      : `${many(files, 'file')} unchanged`;

/** Whether a limit that it was given has ended it. */
export const isOverLimit = ({ error }: Job): boolean => error?.reason === 'over_limit';

/** What a sync was going to do that a limit has refused. */
export const refusedReport = (plan: JobPlan): string =>
  [
    changesOf(plan),
    `  read     ${many(plan.files_to_read, 'file')}`,
    `  skip     ${many(plan.skipped, 'file')}${reasons(plan.skipped_by_reason)}${plan.exact ? '' : ', as far as is known'}`,
    ...(plan.tokens === null ? [] : [`  use      ${many(plan.tokens, 'token')} at most${costText(plan.cost_usd)}`]),
  ].join('\n');

const changesOf = (plan: JobPlan): string =>
  `  ${many(plan.added + plan.modified + plan.renamed + plan.deleted, 'file')} changed: ${plan.added} added, ${plan.modified} modified, ${plan.renamed} renamed, ${plan.deleted} deleted (${plan.unchanged} unchanged)`;

const planReport = (job: Job, plan: JobPlan): string =>
  [
    `A sync would be ${job.mode === 'full' ? 'full' : 'incremental'}; nothing was changed`,
    changesOf(plan),
    `  index    ${many(plan.indexed ?? 0, 'file')}, ${many(plan.chunks_embedded ?? 0, 'chunk')} to embed, ${plan.chunks_reused ?? 0} to reuse`,
    `  skip     ${many(plan.skipped, 'file')}${reasons(plan.skipped_by_reason)}`,
    `  use      ${many(plan.tokens ?? 0, 'token')}${costText(plan.cost_usd)}${plan.seconds === null ? '' : `, about ${plan.seconds.toFixed(1)} s`}`,
    ...(plan.dropped_branches.length === 0 ? [] : [`  drop     ${plan.dropped_branches.map(clean).join(', ')}`]),
    ...(foundNoBranch(job) ? ['  branch   none: the source has no branches, so there is no commit to index'] : []),
    ...branchLines(job),
  ].join('\n');

/** One that costs nothing is one of this machine. */
const costText = (cost: number | null): string =>
  cost === null || cost === 0 ? '' : `, ${cost.toFixed(5)} US dollars`;

const branchLines = ({ current, branches }: Job): string[] => [
  ...(current !== null && current.moved_from !== null
    ? [`  branch   ${current.branch}, as the source's HEAD names it now: it was ${current.moved_from}`]
    : []),
  ...branches.flatMap(({ status, reason }) => (status === 'missing' ? [`  missing  ${clean(reason ?? '')}`] : [])),
];

const droppedLines = ({ dropped_branches: dropped }: Job): string[] =>
  dropped.length === 0
    ? []
    : [`  dropped  ${dropped.map(clean).join(', ')}: the source has deleted ${dropped.length === 1 ? 'it' : 'them'}`];

/** A search's hits, one a line, with the first line of each that holds text. */
export const searchReport = (query: string, answer: Operations['search']['answer']): string => {
  const news = answer.behind === true ? `; the source has ${answer.source_commit?.slice(0, 10)}` : '';
  const title = `Search "${query}" in ${answer.branch} at ${answer.indexed_commit.slice(0, 10)}${news}`;
  return [title, ...notes(answer), ...hitLines(answer.results.map((hit) => ({ place: fileName(hit), ...hit })))].join(
    '\n',
  );
};

/** The same of many repositories, with those that were not searched. */
export const searchAllReport = (query: string, answer: Operations['search-all']['answer']): string => {
  const title = `Search "${query}" in ${many(answer.searched, 'repository', 'repositories')}`;
  const left = answer.not_searched.map(
    ({ repository_id, reason }) => `  not searched: ${repository_id} (${reason.replaceAll('_', ' ')})`,
  );
  const passedOver = answer.passed_over === 0 ? [] : [`  not asked: ${answer.passed_over} that have less of the words`];
  const hits = answer.hits.map((hit) => ({ place: `${hit.repository_id}:${fileName(hit)}`, ...hit }));
  return [title, ...notes(answer), ...hitLines(hits), ...passedOver, ...left].join('\n');
};

const notes = ({ warnings }: { readonly warnings: readonly string[] }): string[] =>
  warnings.map((warning) => `  note: ${clean(warning)}`);

interface HitLine {
  readonly place: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly snippet: string;
}

const hitLines = (hits: readonly HitLine[]): string[] =>
  hits.length === 0
    ? ['  no hits']
    : hits.map(({ place, start_line, end_line, snippet }) => {
        const lines = snippet.split('\n');
        const text = lines.find((line) => line.trim() !== '')?.trim() ?? '';
        return `  ${place}:${start_line}-${end_line}  ${cleanLine(text.slice(0, 80))}`;
      });

const reasons = (byReason: Readonly<Record<string, number>>): string => {
  const entries = Object.entries(byReason).sort(([, a], [, b]) => b - a);
  return entries.length === 0
    ? ''
    : ` (${entries.map(([reason, files]) => `${reason.replaceAll('_', ' ')} ${files}`).join(', ')})`;
};

const many = (count: number, what: string, whats = `${what}s`): string => `${count} ${count === 1 ? what : whats}`;
