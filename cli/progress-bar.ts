import type { WriteStream } from 'node:tty';
import { SingleBar } from 'cli-progress';
import type { Client, Job } from '../client/src/client.ts';
import { fittedPath, fittedText } from './fitted.ts';
import { clean } from './terminal.ts';

/** A job's status as the bar's first word. */
const endWords: Readonly<Partial<Record<Job['status'], string>>> = {
  completed: 'done',
  completed_with_errors: 'done, with errors',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** What is waited for between two tries, in some words; null where nothing is. */
export const retryOf = ({ last_error }: Pick<Job, 'last_error'>, now: Date): string | null => {
  if (last_error === null) return null;
  const { code, reason, try: tried, tries, next_try_by } = last_error;
  const left = next_try_by === null ? 0 : Math.ceil((Date.parse(next_try_by) - now.getTime()) / 1000);
  const next = left <= 0 ? 'trying again' : `next within ${left} s`;
  return `try ${tried} of ${tries} failed: ${(reason ?? code).replaceAll('_', ' ')}; ${next}`;
};

/** What a job waits for that has not begun; a service of an earlier version does not know it. */
const waitOf = ({ waits_for_job_id: waits }: Pick<Job, 'waits_for_job_id'>): string | null =>
  (waits ?? null) === null ? null : `when ${waits} has ended`;

const BAR_COLUMNS = 24;

/** Of output that is no terminal a line has as many, for cli-progress. */
const PIPED_COLUMNS = 200;

/** What the bar shows of a job in so many columns; where it has failed its cause, in the place of a number that means nothing any more. */
export const barOf = (job: Job, now: Date, columns = PIPED_COLUMNS) => {
  const { percentage, phase, files_processed, files_total, current_file } = job.progress;
  const end = endWords[job.status];
  const cause = job.error === null ? null : job.error.message;
  const word = (end ?? phase).padEnd(7);
  const files = files_total === null ? '' : `${files_processed}/${files_total} files`;
  // The last column stays empty: a terminal that wraps lines would begin a new one.
  const room = columns - 1 - `${word} [] 100% ${files} `.length - BAR_COLUMNS;
  const told = cause ?? retryOf(job, now) ?? waitOf(job);
  const current = told === null ? fittedPath(clean(current_file ?? ''), room) : fittedText(clean(told), room);
  return { percentage, phase: word, files, current };
};

/**
 * Draws a job's progress until it has ended. Where the output is no terminal, a line each second. Throws the signal's error when it is
 * aborted before.
 */
export const followJob = async (
  client: Pick<Client, 'follow'>,
  jobId: string,
  stream: NodeJS.WritableStream,
  signal?: AbortSignal,
): Promise<Job> => {
  const bar = new SingleBar({
    stream,
    format: '{phase} [{bar}] {percentage}% {files} {current}',
    barsize: BAR_COLUMNS,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 1000,
    autopadding: true,
    forceRedraw: false,
    gracefulExit: false,
  });
  bar.start(100, 0, { phase: 'queued ', files: '', current: '' });
  try {
    let last: Job | null = null;
    for await (const { job } of client.follow(jobId, { signal })) {
      last = job;
      const { percentage, ...shown } = barOf(job, new Date(), (stream as Partial<WriteStream>).columns);
      bar.update(percentage, shown);
    }
    signal?.throwIfAborted();
    if (last === null) throw new Error(`the job ${jobId} sent no state`);
    return last;
  } finally {
    bar.stop();
  }
};
