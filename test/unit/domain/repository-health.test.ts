import { expect, it } from 'vitest';
import { type HealthFacts, healthOf } from '../../../core/domain/repository-health.ts';

const ENDED = '2026-01-01T10:00:00.000Z';
const facts = (parts: Partial<HealthFacts>): HealthFacts => ({
  lastSync: { status: 'completed', ended_at: ENDED },
  indexedBranches: 1,
  defaultIndexed: true,
  syncing: false,
  behind: 0,
  scheduleRun: null,
  scheduleOverdue: false,
  ...parts,
});
const run = (at: string) => ({ at, outcome: 'not_started' }) as const;

it.each([
  [null, 0, 'never_indexed'],
  ['failed', 0, 'failing'],
  ['failed', 2, 'failing'],
  ['cancelled', 0, 'never_indexed'],
  ['cancelled', 1, 'ok'],
  ['completed', 1, 'ok'],
  // An end without a branch: all that it had were deleted at the source.
  ['completed', 0, 'never_indexed'],
  ['completed_with_errors', 1, 'incomplete'],
] as const)('after %s, with %d branches indexed, a repository is %s', (status, indexedBranches, health) => {
  const lastSync = status === null ? null : { status, ended_at: ENDED };
  expect(healthOf(facts({ lastSync, indexedBranches })).health).toBe(health);
});

it.each<[string, Partial<HealthFacts>, string, readonly string[]]>([
  ['nothing', {}, 'ok', []],
  ['a default branch without an index', { defaultIndexed: false }, 'incomplete', ['default_branch_not_indexed']],
  ['no branch at all', { defaultIndexed: false, indexedBranches: 0 }, 'never_indexed', ['no_branch_indexed']],
  ['branches that are behind', { behind: 2 }, 'stale', ['behind_source']],
  ['branches that are behind while a job runs', { behind: 2, syncing: true }, 'ok', []],
  ['a schedule that has not run', { scheduleOverdue: true }, 'stale', ['schedule_overdue']],
  ['a start that failed since', { scheduleRun: run('2026-01-01T11:00:00.000Z') }, 'failing', ['schedule_not_started']],
  ['a start that failed before', { scheduleRun: run('2026-01-01T09:00:00.000Z') }, 'ok', []],
  [
    'a start that failed before a job that failed too',
    { lastSync: { status: 'failed', ended_at: ENDED }, scheduleRun: run('2026-01-01T09:00:00.000Z') },
    'failing',
    ['sync_failed', 'schedule_not_started'],
  ],
  [
    'everything',
    {
      lastSync: { status: 'failed', ended_at: ENDED },
      indexedBranches: 0,
      behind: 1,
      scheduleRun: run('2026-01-01T11:00:00.000Z'),
      scheduleOverdue: true,
    },
    'failing',
    ['sync_failed', 'schedule_not_started', 'no_branch_indexed', 'schedule_overdue', 'behind_source'],
  ],
  [
    'errors in a job, and a schedule that has not run',
    {
      lastSync: { status: 'completed_with_errors', ended_at: ENDED },
      scheduleOverdue: true,
      defaultIndexed: false,
    },
    'stale',
    ['schedule_overdue', 'default_branch_not_indexed', 'sync_incomplete'],
  ],
])('of %s it says so, the gravest first', (_, parts, health, reasons) => {
  expect(healthOf(facts(parts))).toEqual({ health, reasons });
});
