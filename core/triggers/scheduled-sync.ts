import type { JobId } from '../contract/ids.ts';
import type { RepositoryRecord } from '../contract/records.ts';
import type { ScheduledSync } from '../contract/scheduled-sync.ts';
import { SyncOptions } from '../contract/sync-options.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type ClaimDeps, claimSync } from './claim-sync.ts';

type Deps = ClaimDeps & Pick<Runtime, 'followUps'>;

export type ScheduledOutcome =
  | { readonly kind: 'started'; readonly job_id: JobId }
  /** The repository was busy: this sync follows the one that runs. The next time may be a week away. */
  | { readonly kind: 'owed' }
  /** The repository was removed meanwhile. */
  | { readonly kind: 'gone' }
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
  (deps: Deps & Pick<Runtime, 'repositories' | 'schedules'>) =>
  async ({ repository_id, schedule, set_at }: ScheduledSync): Promise<ScheduledOutcome> => {
    const repository = await deps.repositories.get(repository_id);
    if (repository?.schedule === schedule) return startScheduled(deps, repository);
    const age = (deps.clock.now().getTime() - Date.parse(set_at)) / 1000;
    if (age >= SETTLING_SECONDS) await deps.schedules.set(repository_id, repository?.schedule ?? null);
    deps.logger.warn('stale schedule', { repository_id, schedule, recorded: repository?.schedule ?? null, age });
    return { kind: 'stale' };
  };

/** Claims the repository for the sync of its schedule; at a busy one the sync is recorded, to wait. */
export const startScheduled = async (
  deps: Deps,
  repository: RepositoryRecord,
): Promise<Exclude<ScheduledOutcome, { kind: 'stale' }>> => {
  const options = SyncOptions.parse({});
  const outcome = await claimSync(deps)({ repository, requestedBy: 'schedule', trigger: 'schedule', options });
  if (outcome.kind === 'accepted') return { kind: 'started', job_id: outcome.job.job_id };
  const { repository_id } = repository;
  if (outcome.kind !== 'held') {
    deps.logger.warn('scheduled sync not started', { repository_id, why: outcome.kind });
    return { kind: 'gone' };
  }
  await deps.followUps.request(repository, ['current'], 'schedule', deps.clock.now());
  deps.metrics.emit({ SyncsOwed: 1 }, { repository_id });
  deps.logger.info('scheduled sync waits', { repository_id, running: outcome.by.job.job_id });
  return { kind: 'owed' };
};
