import type { JobId, UserId } from '../contract/ids.ts';
import { isTerminal } from '../domain/job-status.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Access } from '../repositories/with-access.ts';
import type { JobState } from './job-state.ts';
import { watchJob } from './watch-job.ts';

export interface Wait {
  readonly seconds: number;
  /** Whether this state is worth an answer before the time is over; the job's end always is. */
  readonly isNews: (state: JobState) => boolean;
}

/**
 * A job as it is now or, with a wait, at the first news or when the time is over. A user who may read the repository may read its
 * jobs; to everybody else a job is not found.
 */
export const getJob =
  (deps: Pick<Runtime, 'jobs' | 'repositories' | 'followUps' | 'clock'>) =>
  async (id: JobId, user: UserId, { seconds, isNews }: Wait): Promise<Access<{ kind: 'found' } & JobState>> => {
    const over = new AbortController();
    const watch = await watchJob(deps)(id, user, over.signal);
    if (watch.kind !== 'watched') return watch;
    if (seconds === 0) over.abort();
    const stop = seconds === 0 ? () => undefined : deps.clock.every(seconds * 1000, () => over.abort());
    try {
      let last: JobState | null = null;
      for await (const state of watch.states) {
        last = state;
        if (isNews(state) || isTerminal(state.job.status)) break;
      }
      // The first is always there.
      return last === null ? { kind: 'not-found' } : { kind: 'found', ...last };
    } finally {
      stop();
    }
  };
