import type { JobId, RepositoryId } from '../contract/ids.ts';
import { SyncOptions } from '../contract/sync-options.ts';
import { isTerminal, type JobStatus } from '../domain/job-status.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type ClaimDeps, claimSync } from '../triggers/claim-sync.ts';

/** How the reindex of one repository ended. */
export interface Reindexed {
  readonly repositoryId: RepositoryId;
  readonly jobId: JobId | null;
  /** The job's own end; `absent`: the repository was removed meanwhile; `not-started`: for this `reason`. */
  readonly outcome: JobStatus | 'absent' | 'not-started';
  readonly reason?: string;
}

export interface ReindexAll {
  readonly repositories: AsyncIterable<RepositoryId>;
  /** Jobs that run at the same time. */
  readonly atOnce: number;
  /** Between two looks at a job. */
  pause(): Promise<void>;
  report(reindexed: Reindexed): void;
}

/**
 * Clears every index and builds it again from its source: after tables were restored, which then name manifests and generations
 * that are gone. A job that holds a repository is replaced. One that fails leaves the others alone.
 */
export const reindexAll =
  (deps: ClaimDeps & Pick<Runtime, 'repositories' | 'jobs'>) =>
  async ({ repositories, atOnce, pause, report }: ReindexAll): Promise<void> => {
    const ids = repositories[Symbol.asyncIterator]();
    const reindexInTurn = async (): Promise<void> => {
      for (let next = await ids.next(); next.done !== true; next = await ids.next())
        report(await reindexOne(deps, next.value, pause));
    };
    await Promise.all(Array.from({ length: atOnce }, reindexInTurn));
  };

const reindexOne = async (
  deps: ClaimDeps & Pick<Runtime, 'repositories' | 'jobs'>,
  repositoryId: RepositoryId,
  pause: () => Promise<void>,
): Promise<Reindexed> => {
  try {
    const repository = await deps.repositories.get(repositoryId);
    if (repository === null) return { repositoryId, jobId: null, outcome: 'absent' };
    const options = SyncOptions.parse({ force: true, full_reindex: true });
    const claimed = await claimSync(deps)({ repository, requestedBy: 'operator', trigger: 'api', options });
    if (claimed.kind === 'not-found') return { repositoryId, jobId: null, outcome: 'absent' };
    // With force no job holds the repository against it; the other outcomes need a key or a follow-up.
    if (claimed.kind !== 'accepted') throw new Error(`the claim ended as ${claimed.kind}`);
    const jobId = claimed.job.job_id;
    for (;;) {
      const view = await deps.jobs.get(jobId);
      if (view === null) return { repositoryId, jobId, outcome: 'absent' };
      const { status, error } = view.job;
      if (isTerminal(status))
        return { repositoryId, jobId, outcome: status, ...(error === null ? {} : { reason: error.message }) };
      await pause();
    }
  } catch (error) {
    return { repositoryId, jobId: null, outcome: 'not-started', reason: String(error) };
  }
};
