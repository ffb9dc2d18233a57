import { SingleBar } from 'cli-progress';
import type { JobAnswer } from '../../core/contract/api.ts';
import { isTerminal } from '../../core/domain/job-status.ts';
import type { ApiClient } from './api-client.ts';

const POLL_MILLISECONDS = 200;

/** What is waited for between two tries, in some words; null where nothing is. */
export const retryOf = ({ last_error }: Pick<JobAnswer, 'last_error'>, now: Date): string | null => {
  if (last_error === null) return null;
  const { code, reason, try: tried, tries, next_try_by } = last_error;
  const left = next_try_by === null ? 0 : Math.ceil((Date.parse(next_try_by) - now.getTime()) / 1000);
  const next = left <= 0 ? 'trying again' : `next within ${left} s`;
  return `try ${tried} of ${tries} failed: ${(reason ?? code).replaceAll('_', ' ')}; ${next}`;
};

/** Draws a job's progress until it has ended. Where the output is no terminal, a line each second. */
export const followJob = async (
  client: Pick<ApiClient, 'job'>,
  jobId: string,
  stream: NodeJS.WritableStream,
): Promise<JobAnswer> => {
  const bar = new SingleBar({
    stream,
    format: '{phase} [{bar}] {percentage}% {files} {current}',
    barsize: 24,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 1000,
    autopadding: true,
    forceRedraw: false,
  });
  bar.start(100, 0, { phase: 'queued ', files: '', current: '' });
  try {
    for (;;) {
      const job = await client.job(jobId);
      const { percentage, phase, files_processed, files_total, current_file } = job.progress;
      bar.update(percentage, {
        phase: (isTerminal(job.status) ? 'done' : phase).padEnd(7),
        files: files_total === null ? '' : `${files_processed}/${files_total} files`,
        current: retryOf(job, new Date()) ?? (current_file ?? '').slice(-48),
      });
      if (isTerminal(job.status)) return job;
      await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
    }
  } finally {
    bar.stop();
  }
};
