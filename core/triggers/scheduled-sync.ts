import type { JobId } from '../contract/ids.ts';
import type { RepositoryRecord } from '../contract/records.ts';
import type { ScheduledSync } from '../contract/scheduled-sync.ts';
import { SyncOptions } from '../contract/sync-options.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type ClaimDeps, claimSync } from './claim-sync.ts';

export type ScheduledOutcome =
  | { readonly kind: 'started'; readonly job_id: JobId }
  /** The repository was busy: what its running sync misses, the next one finds. */
  | { readonly kind: 'skipped' }
  /** The repository does not have this schedule: the schedule has been put right. */
  | { readonly kind: 'stale' };

/**
 * How long a change of settings may stand between its schedule and its record. The call that makes it has 29 s
 * (API Gateway); a start within that time may come before the record does.
 */
const SETTLING_SECONDS = 60;

/**
 * Starts the sync that a repository's schedule asks for. The record decides: a schedule that exists without it (its
 * repository was removed, or the function that changed it died half-way) is put right here, so that none fires for ever.
 */
export const scheduledSync =
  (deps: ClaimDeps & Pick<Runtime, 'repositories' | 'schedules'>) =>
  async ({ repository_id, schedule, set_at }: ScheduledSync): Promise<ScheduledOutcome> => {
    const repository = await deps.repositories.get(repository_id);
    if (repository?.schedule === schedule) return startScheduled(deps, repository);
    const age = (deps.clock.now().getTime() - Date.parse(set_at)) / 1000;
    if (age >= SETTLING_SECONDS) await deps.schedules.set(repository_id, repository?.schedule ?? null);
    deps.logger.warn('stale schedule', { repository_id, schedule, recorded: repository?.schedule ?? null, age });
    return { kind: 'stale' };
  };

/** Claims the repository for the sync of its schedule, and leaves a busy one alone. */
export const startScheduled = async (
  deps: ClaimDeps,
  repository: RepositoryRecord,
): Promise<Exclude<ScheduledOutcome, { kind: 'stale' }>> => {
  const options = SyncOptions.parse({});
  const outcome = await claimSync(deps)({ repository, requestedBy: 'schedule', trigger: 'schedule', options });
  if (outcome.kind === 'accepted') return { kind: 'started', job_id: outcome.job.job_id };
  const running = outcome.kind === 'held' ? outcome.by.job.job_id : undefined;
  const { repository_id } = repository;
  if (running !== undefined) deps.metrics.emit({ SyncsSkipped: 1 }, { repository_id });
  deps.logger.warn('scheduled sync skipped', {
    repository_id,
    why: outcome.kind,
    running,
  });
  return { kind: 'skipped' };
};
