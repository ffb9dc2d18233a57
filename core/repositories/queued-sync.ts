import type { QueuedSync } from '../contract/api.ts';
import type { RepositoryRecord } from '../contract/records.ts';
import type { FollowUp } from '../ports/follow-ups.ts';
import type { Runtime } from '../ports/runtime.ts';

/** The sync that begins when the running one has ended, or null. Nothing waits at an idle repository for longer than its start takes: there no one looks. */
export const queuedSync =
  (deps: Pick<Runtime, 'followUps'>) =>
  async (repository: RepositoryRecord): Promise<QueuedSync | null> => {
    if (repository.lock === undefined) return null;
    const waiting = await waitingOf(deps, repository);
    if (waiting === null) return null;
    const { branches, queued, requestedBy } = waiting;
    return {
      job_id: queued?.jobId ?? null,
      branches: [...branches],
      full_reindex: queued?.fullReindex ?? false,
      requested_by: requestedBy,
    };
  };

/** What waits at a repository, and not at an earlier one of its id. */
export const waitingOf = async (
  deps: Pick<Runtime, 'followUps'>,
  { repository_id, created_at }: RepositoryRecord,
): Promise<FollowUp | null> => {
  const waiting = await deps.followUps.get(repository_id);
  return waiting === null || (waiting.registered ?? created_at) !== created_at ? null : waiting;
};
