import type { Job, Operations } from '../client/src/client.ts';
import { clean } from './terminal.ts';

/** What a finished sync did, in some lines. */
export const syncReport = (job: Job): string => {
  const seconds = (Date.parse(job.ended_at ?? job.updated_at) - Date.parse(job.started_at ?? job.created_at)) / 1000;
  if (job.status === 'failed' || job.status === 'cancelled')
    return `Sync ${job.status} after ${seconds.toFixed(1)} s${job.error === null ? '' : `: ${clean(job.error.message)}`}`;
  const { counts } = job;
  if (counts === null) return `Sync ${job.status}`;
  const branches = branchLines(job);
  const changed = counts.added + counts.modified + counts.renamed + counts.deleted;
  const lines = [`Sync ${job.status.replaceAll('_', ' ')} in ${seconds.toFixed(1)} s (${job.mode ?? 'no'} index)`];
  if (changed === 0)
    return [...lines, `  nothing to do: ${many(counts.unchanged, 'file')} unchanged`, ...branches].join('\n');
  lines.push(
    `  ${many(changed, 'file')} changed: ${counts.added} added, ${counts.modified} modified, ${counts.renamed} renamed, ${counts.deleted} deleted (${counts.unchanged} unchanged)`,
    `  indexed  ${many(counts.indexed, 'file')}, ${many(counts.chunks_embedded, 'chunk')} embedded, ${counts.chunks_reused} reused`,
    `  skipped  ${many(counts.skipped, 'file')}${reasons(counts.skipped_by_reason)}`,
    `  failed   ${many(counts.failed, 'file')}`,
    ...branches,
  );
  return lines.join('\n');
};

const branchLines = ({ current, branches }: Job): string[] => [
  ...(current !== null && current.moved_from !== null
    ? [`  branch   ${current.branch}, as the source's HEAD names it now: it was ${current.moved_from}`]
    : []),
  ...branches.flatMap(({ status, reason }) => (status === 'missing' ? [`  missing  ${clean(reason ?? '')}`] : [])),
];

/** A search's hits, one a line, with the first line of each that holds text. */
export const searchReport = (query: string, answer: Operations['search']['answer']): string => {
  const news = answer.behind === true ? `; the source has ${answer.source_commit?.slice(0, 10)}` : '';
  const title = `Search "${query}" in ${answer.branch} at ${answer.indexed_commit.slice(0, 10)}${news}`;
  const notes = answer.warnings.map((warning) => `  note: ${clean(warning)}`);
  if (answer.results.length === 0) return [title, ...notes, '  no hits'].join('\n');
  const lines = answer.results.map(({ path, start_line, end_line, snippet }) => {
    const text =
      snippet
        .split('\n')
        .find((line) => line.trim() !== '')
        ?.trim() ?? '';
    return `  ${clean(path)}:${start_line}-${end_line}  ${clean(text.slice(0, 80))}`;
  });
  return [title, ...notes, ...lines].join('\n');
};

const reasons = (byReason: Readonly<Record<string, number>>): string => {
  const entries = Object.entries(byReason).sort(([, a], [, b]) => b - a);
  return entries.length === 0
    ? ''
    : ` (${entries.map(([reason, files]) => `${reason.replaceAll('_', ' ')} ${files}`).join(', ')})`;
};

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
