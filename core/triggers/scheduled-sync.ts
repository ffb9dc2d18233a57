import type { JobId } from '../contract/ids.ts';
import type { JobError, RepositoryRecord, ScheduleRun } from '../contract/records.ts';
import type { ScheduledSync } from '../contract/scheduled-sync.ts';
import { SyncOptions } from '../contract/sync-options.ts';
import { toldOf } from '../domain/failure-text.ts';
import type { QuotaRefusal } from '../domain/quota.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type ClaimDeps, claimSync } from './claim-sync.ts';
import { dayUsedUp } from './day-used-up.ts';

type Deps = ClaimDeps & Pick<Runtime, 'followUps' | 'repositories' | 'settings' | 'tokenQuota'>;

export type ScheduledOutcome =
  | { readonly kind: 'started'; readonly job_id: JobId }
  /** The repository was busy: this sync follows the one that runs. The next time may be a week away. */
  | { readonly kind: 'owed' }
  /** No sync may begin today: its owner's quota is used up. Its next time comes. */
  | { readonly kind: 'refused' }
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
  (deps: Deps & Pick<Runtime, 'schedules'>) =>
  async ({ repository_id, schedule, set_at }: ScheduledSync): Promise<ScheduledOutcome> => {
    const repository = await deps.repositories.get(repository_id);
    if (repository?.schedule === schedule) return startScheduled(deps, repository);
    const age = (deps.clock.now().getTime() - Date.parse(set_at)) / 1000;
    if (age >= SETTLING_SECONDS) await deps.schedules.set(repository_id, repository?.schedule ?? null);
    deps.logger.warn('stale schedule', { repository_id, schedule, recorded: repository?.schedule ?? null, age });
    return { kind: 'stale' };
  };

/**
 * Claims the repository for the sync of its schedule; at a busy one the sync is recorded, to wait. What comes of it is noted in the
 * repository, in the claim's own transaction where there is one: a start that fails is seen there.
 */
export const startScheduled = async (
  deps: Deps,
  repository: RepositoryRecord,
): Promise<Exclude<ScheduledOutcome, { kind: 'stale' }>> => {
  const at = deps.clock.now();
  try {
    const usedUp = await dayUsedUp(deps, repository.owner);
    if (usedUp === null) return await claimScheduled(deps, repository, at);
    await note(deps, repository, at, quotaError(usedUp));
    return { kind: 'refused' };
  } catch (error) {
    await noteIfPossible(deps, repository, at, error);
    throw error;
  }
};

const claimScheduled = async (
  deps: Deps,
  repository: RepositoryRecord,
  at: Date,
): Promise<Exclude<ScheduledOutcome, { kind: 'stale' }>> => {
  const options = SyncOptions.parse({});
  const outcome = await claimSync(deps)({ repository, requestedBy: 'schedule', trigger: 'schedule', options });
  if (outcome.kind === 'accepted') return { kind: 'started', job_id: outcome.job.job_id };
  const { repository_id } = repository;
  if (outcome.kind !== 'held') {
    deps.logger.warn('scheduled sync not started', { repository_id, why: outcome.kind });
    return { kind: 'gone' };
  }
  // First the note, then the request: a claim that comes in between, and the one that the request leads to, both say that it has started.
  await deps.repositories.noteScheduleRun(repository, runOf(at, 'owed', null));
  await deps.followUps.request(repository, ['current'], 'schedule', at);
  deps.metrics.emit({ SyncsOwed: 1 }, { repository_id });
  deps.logger.info('scheduled sync waits', { repository_id, running: outcome.by.job.job_id });
  return { kind: 'owed' };
};

const runOf = (at: Date, outcome: 'owed' | 'not_started', error: JobError | null): ScheduleRun => ({
  at: at.toISOString(),
  outcome,
  job_id: null,
  error,
});

const quotaError = ({ quota, limit }: QuotaRefusal): JobError => ({
  code: 'QuotaExceededError',
  message: `the owner's quota of ${limit} ${quota.replaceAll('_', ' ')} is used up`,
});

const errorOf = (error: unknown, logged: string): JobError => {
  const code = error instanceof Error ? error.name : 'Error';
  return toldOf({ code, message: error instanceof Error ? error.message : String(error) }, logged);
};

const note = async (deps: Deps, repository: RepositoryRecord, at: Date, error: JobError): Promise<void> => {
  const { repository_id } = repository;
  deps.logger.warn('scheduled sync not started', { repository_id, why: error.code });
  await deps.repositories.noteScheduleRun(repository, runOf(at, 'not_started', error));
};

/** The store may be what has failed. Then the schedule is overdue, which a reader finds out without it. */
const noteIfPossible = async (deps: Deps, repository: RepositoryRecord, at: Date, error: unknown): Promise<void> => {
  try {
    await note(deps, repository, at, errorOf(error, repository.repository_id));
  } catch (failure) {
    const { repository_id } = repository;
    deps.logger.warn('run of a schedule not noted', { repository_id, error: String(failure) });
  }
};
