import type { TerminalStatus } from './job-status.ts';
import type { ScheduleOutcome } from './schedule-run.ts';

export const repositoryHealths = ['ok', 'incomplete', 'stale', 'failing', 'never_indexed'] as const;
export type RepositoryHealth = (typeof repositoryHealths)[number];

/** What is wrong with a repository, and what that makes of its health; the gravest first. */
const reasons = {
  sync_failed: 'failing',
  schedule_not_started: 'failing',
  no_branch_indexed: 'never_indexed',
  schedule_overdue: 'stale',
  behind_source: 'stale',
  default_branch_not_indexed: 'incomplete',
  sync_incomplete: 'incomplete',
} as const satisfies Record<string, RepositoryHealth>;
export type HealthReason = keyof typeof reasons;
export const healthReasons = Object.keys(reasons) as [HealthReason, ...HealthReason[]];

export interface HealthFacts {
  /** The newest job that ended and was a sync (isVerdict); null: none has ended yet. A cancelled one says nothing of the index: what stands is as good as it was. */
  readonly lastSync: { readonly status: TerminalStatus; readonly ended_at: string } | null;
  readonly indexedBranches: number;
  /** Whether a search that names no branch finds an index. */
  readonly defaultIndexed: boolean;
  /** Whether a sync owns the repository. */
  readonly syncing: boolean;
  /** Indexed branches that the source has at another commit, as a sync last saw it. */
  readonly behind: number;
  readonly scheduleRun: { readonly at: string; readonly outcome: ScheduleOutcome } | null;
  readonly scheduleOverdue: boolean;
}

/** All that is wrong, the gravest first, and the repository's health by it. */
export const healthOf = (
  facts: HealthFacts,
): { readonly health: RepositoryHealth; readonly reasons: readonly HealthReason[] } => {
  const { lastSync, scheduleRun } = facts;
  const holds: Readonly<Record<HealthReason, boolean>> = {
    sync_failed: lastSync?.status === 'failed',
    // A sync that came through since has done what the schedule's would have.
    schedule_not_started:
      scheduleRun?.outcome === 'not_started' &&
      !(lastSync !== null && indexes(lastSync.status) && lastSync.ended_at > scheduleRun.at),
    no_branch_indexed: facts.indexedBranches === 0,
    schedule_overdue: facts.scheduleOverdue,
    // A job that runs is about to change it.
    behind_source: facts.behind > 0 && !facts.syncing,
    // Where nothing is indexed that is all there is to say.
    default_branch_not_indexed: !facts.defaultIndexed && facts.indexedBranches > 0,
    sync_incomplete: lastSync?.status === 'completed_with_errors',
  };
  const found = healthReasons.filter((reason) => holds[reason]);
  const [gravest] = found;
  return { health: gravest === undefined ? 'ok' : reasons[gravest], reasons: found };
};

const indexes = (status: TerminalStatus): boolean => status === 'completed' || status === 'completed_with_errors';
