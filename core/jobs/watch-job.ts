import type { JobId, UserId } from '../contract/ids.ts';
import { isTerminal } from '../domain/job-status.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Access } from '../repositories/with-access.ts';
import { withJobAccess } from './job-access.ts';
import { type JobState, jobState } from './job-state.ts';
import { joinWatch } from './job-watches.ts';
import { lookAtJob } from './look-at-job.ts';

type Deps = Pick<Runtime, 'jobs' | 'repositories' | 'followUps' | 'clock'>;

/**
 * A job's states, from how it is now, which may be that it waits to begin, to its end; ones that follow each other faster than they are taken are left out. They end
 * before the job does when `signal` is aborted, when the user may not read it any more, and when it cannot be read: who wants to
 * know more then asks again. To everybody who may not read its repository the job is not found.
 */
export const watchJob =
  (deps: Deps) =>
  async (
    id: JobId,
    user: UserId,
    signal: AbortSignal,
  ): Promise<Access<{ readonly kind: 'watched'; readonly states: AsyncGenerator<JobState, void> }>> => {
    const access = await withJobAccess(deps, id, user, 'read', lookAtJob(deps));
    if (access.kind !== 'allowed') return access;
    const first = await jobState(access.view, deps.clock.now());
    return { kind: 'watched', states: statesFrom(deps, first, user, signal) };
  };

async function* statesFrom(
  deps: Deps,
  first: JobState,
  user: UserId,
  signal: AbortSignal,
): AsyncGenerator<JobState, void> {
  yield first;
  if (isTerminal(first.job.status) || signal.aborted) return;
  let news = Promise.withResolvers<void>();
  let newest: JobState | null = first;
  const see = (state: JobState | null): void => {
    newest = state;
    news.resolve();
  };
  const leave = joinWatch(deps, first.job.job_id, { user, see });
  const end = (): void => see(null);
  signal.addEventListener('abort', end, { once: true });
  let told = first.tag;
  try {
    for (;;) {
      await news.promise;
      news = Promise.withResolvers<void>();
      const state = newest as JobState | null;
      if (state === null) return;
      if (state.tag !== told) yield state;
      told = state.tag;
      if (isTerminal(state.job.status)) return;
    }
  } finally {
    leave();
    signal.removeEventListener('abort', end);
  }
}
