import type { RepositoryId, UserId } from '../contract/ids.ts';
import { StoreBusyError } from '../domain/errors.ts';
import type { Runtime } from '../ports/runtime.ts';
import { waitingOf } from '../repositories/queued-sync.ts';
import { type Access, withAccess } from '../repositories/with-access.ts';

export type TakeBackOutcome = Access<{ readonly kind: 'taken-back' } | { readonly kind: 'not-queued' }>;

/** Requests may join what waits while it is taken back: so many in a row are a busy store. */
const TRIES = 5;

/**
 * Takes back what users have asked for of the sync that waits. What a push or a schedule asked for still waits, with all branches: whose each
 * one is was not kept, and one more that is looked at costs next to nothing.
 */
export const takeBackSync =
  (deps: Pick<Runtime, 'followUps' | 'repositories' | 'logger'>) =>
  async (id: RepositoryId, user: UserId): Promise<TakeBackOutcome> => {
    const access = await withAccess(deps, id, user, 'write');
    if (access.kind !== 'allowed') return access;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const waiting = await waitingOf(deps, access.repository);
      if (waiting === null || waiting.queued === null) return { kind: 'not-queued' };
      if ((await deps.followUps.takeBack(waiting)) === 'changed') continue;
      const { jobId: job_id } = waiting.queued;
      deps.logger.info('queued sync taken back', { repository_id: id, job_id, by: user });
      return { kind: 'taken-back' };
    }
    throw new StoreBusyError(`what waits at ${id} changed ${TRIES} times while it was to be taken back`);
  };
