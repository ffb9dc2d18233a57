import type { QueuedSync, RepositoryAnswer, ScheduleState } from '../contract/api.ts';
import type { RepositoryRecord } from '../contract/records.ts';
import type { RoleName } from '../domain/access.ts';
import { isBehind, sightingOf } from '../domain/branch-sighting.ts';
import { defaultBranchOf } from '../domain/default-branch.ts';
import { healthOf } from '../domain/repository-health.ts';
import { overdueSince, withEnd } from '../domain/schedule-run.ts';
import { syncingJob } from '../domain/syncing-job.ts';
import type { Runtime } from '../ports/runtime.ts';
import { freshnessOf } from './freshness.ts';

type Deps = Pick<Runtime, 'clock' | 'scheduleTimes'>;

/** A repository as the API answers it. Only owners see the source's credential, which is a name, and who has grants. */
export const repositoryAnswer =
  (deps: Deps) =>
  (repository: RepositoryRecord, role: RoleName, queued: QueuedSync | null): RepositoryAnswer => {
    const schedule = scheduleState(deps, repository);
    const { health, reasons } = healthNow(repository, schedule);
    return {
      repository_id: repository.repository_id,
      owner: repository.owner,
      role,
      source: {
        url: repository.source.url,
        ...(role === 'owner' && repository.source.credential !== undefined
          ? { credential: repository.source.credential }
          : {}),
      },
      ...(role === 'owner' ? { grants: grantsOf(repository) } : {}),
      default_branch: defaultBranchOf(repository),
      follows_head: repository.default_branch === null,
      ignore_patterns: repository.ignore_patterns,
      schedule: repository.schedule,
      schedule_state: schedule,
      deleted_branches: repository.deleted_branches,
      status: repository.lock === undefined ? 'idle' : 'syncing',
      active_job_id: repository.lock?.job_id ?? null,
      queued_sync: queued,
      last_sync: repository.last_sync ?? null,
      health,
      health_reasons: [...reasons],
      index: {
        branches: Object.entries(repository.branches)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, pointer]) => {
            const { indexed_commit: commit, ...freshness } = freshnessOf(repository, name, pointer);
            return { name, commit, files: pointer.files, chunks: pointer.chunks, ...freshness };
          }),
      },
      created_at: repository.created_at,
      updated_at: repository.updated_at,
    };
  };

const grantsOf = ({ grants }: RepositoryRecord) =>
  Object.entries(grants)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([user, role]) => ({ user, role }));

/** Null where it has no schedule, whatever an earlier one has done. */
const scheduleState = ({ clock, scheduleTimes }: Deps, repository: RepositoryRecord): ScheduleState | null => {
  const { schedule } = repository;
  if (schedule === null) return null;
  const now = clock.now();
  return {
    next_run: scheduleTimes.next(schedule, now)?.toISOString() ?? null,
    last_run: withEnd(repository.schedule_run, repository.last_sync),
    overdue_since: overdueSince(repository, scheduleTimes.next, now)?.toISOString() ?? null,
  };
};

const healthNow = (repository: RepositoryRecord, schedule: ScheduleState | null) => {
  const branches = Object.entries(repository.branches);
  const current = defaultBranchOf(repository);
  const behind = branches.filter(
    ([name, pointer]) => isBehind(sightingOf(repository.sightings, name, pointer), pointer) === true,
  );
  return healthOf({
    lastSync: repository.last_sync ?? null,
    indexedBranches: branches.length,
    defaultIndexed: current !== null && Object.hasOwn(repository.branches, current),
    syncing: syncingJob(repository) !== null,
    behind: behind.length,
    scheduleRun: schedule?.last_run ?? null,
    scheduleOverdue: schedule != null && schedule.overdue_since !== null,
  });
};
