import type { JobAnswer } from '../core/contract/api.ts';
import type { Api } from '../test/support/api.ts';

/** The longest silences of a job, by phase. */
export interface ProgressGaps {
  see(job: Pick<JobAnswer, 'updated_at' | 'progress'>): void;
  /** Milliseconds, and the phase in which it was broken. */
  largest(): { readonly gap: number; readonly phase: string };
  byPhase(): ReadonlyMap<string, number>;
}

/** Keeps the time between each two different `updated_at`. What is looked at seldom seems silent: a gap is too long by up to one look. */
export const createProgressGaps = (): ProgressGaps => {
  const gaps = new Map<string, number>();
  let last = Number.NaN;
  return {
    see: ({ updated_at, progress }) => {
      const at = Date.parse(updated_at);
      if (at > last) gaps.set(progress.phase, Math.max(gaps.get(progress.phase) ?? 0, at - last));
      if (!(at <= last)) last = at;
    },
    largest: () =>
      [...gaps].reduce((worst, [phase, gap]) => (gap > worst.gap ? { gap, phase } : worst), { gap: 0, phase: 'none' }),
    byPhase: () => gaps,
  };
};

/** From the request to the end, as the service itself keeps time. Seconds. */
export const jobSeconds = (job: Pick<JobAnswer, 'created_at' | 'ended_at'>): number =>
  (Date.parse(job.ended_at ?? '') - Date.parse(job.created_at)) / 1000;

export interface WatchedJob {
  readonly job: JobAnswer;
  readonly seconds: number;
  readonly gaps: ProgressGaps;
  /** Seconds in each phase, as seen every 50 ms. */
  readonly phases: ReadonlyMap<string, number>;
}

/** Looks at a job until it has ended. Throws an Error unless it is completed. */
export const watchJob = async (api: Api, jobId: string): Promise<WatchedJob> => {
  const gaps = createProgressGaps();
  const phases = new Map<string, number>();
  let last = performance.now();
  const job = await api.ended(jobId, (look) => {
    gaps.see(look);
    const now = performance.now();
    phases.set(look.progress.phase, (phases.get(look.progress.phase) ?? 0) + (now - last) / 1000);
    last = now;
  });
  if (job.status !== 'completed') throw new Error(`the sync ${job.status}: ${JSON.stringify(job.error)}`);
  return { job, seconds: jobSeconds(job), gaps, phases };
};

/** Asks for a sync and watches it. Throws an Error when it is refused or does not complete. */
export const syncWatched = async (api: Api, repositoryId: string, options?: object): Promise<WatchedJob> => {
  const reply = await api.sync(repositoryId, options);
  if (reply.status !== 202) throw new Error(`the sync was refused: ${reply.status} ${JSON.stringify(reply.body)}`);
  return watchJob(api, reply.body.job_id);
};
