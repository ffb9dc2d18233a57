import { describe, expect, it } from 'vitest';
import { cronSchedules } from '../../../adapters/system/cron-schedules.ts';
import { overdueSince, withEnd } from '../../../core/domain/schedule-run.ts';

const NIGHTLY = '0 3 * * *';
const at = (time: string) => new Date(`2026-01-${time}:00Z`);
const since = (schedule: string | null, set: string | undefined, ran: string | undefined, now: string) =>
  overdueSince(
    {
      schedule,
      schedule_set_at: set === undefined ? undefined : at(set).toISOString(),
      schedule_run: ran === undefined ? undefined : { at: at(ran).toISOString() },
    },
    cronSchedules.next,
    at(now),
  )?.toISOString() ?? null;

describe('a schedule is overdue', () => {
  const due = '2026-01-02T03:00:00.000Z';
  it.each([
    ['before its first time', '01T10:00', undefined, '02T02:00', null],
    ['within its window and five minutes', '01T10:00', undefined, '02T03:20', null],
    ['after that', '01T10:00', undefined, '02T03:21', due],
    ['after several times: since the first', '01T10:00', undefined, '09T03:21', due],
    ['when it has run', '01T10:00', '02T03:04', '02T12:00', null],
    ['when it has run, and once more has not', '01T10:00', '01T12:00', '02T12:00', due],
    ['when it was changed since', '02T04:00', '01T03:00', '02T12:00', null],
    ['where it is not known since when it is set', undefined, undefined, '02T12:00', null],
  ])('%s', (_, set, ran, now, expected) => expect(since(NIGHTLY, set, ran, now)).toBe(expected));

  it('never without a schedule, or without a next time', () => {
    expect(since(null, '01T10:00', undefined, '09T12:00')).toBeNull();
    expect(since('0 0 31 2 *', '01T10:00', undefined, '09T12:00')).toBeNull();
  });
});

describe('the newest run', () => {
  const started = { at: 'then', outcome: 'started', job_id: 'a', error: null } as const;
  const error = { code: 'E', message: 'why' };
  it.each([
    ['has none', undefined, undefined, null],
    ['runs', started, undefined, started],
    ['has ended', started, { job_id: 'a', status: 'failed', error }, { ...started, outcome: 'failed', error }],
    ['is not the one that has ended', started, { job_id: 'b', status: 'completed', error: null }, started],
    ['waits', { ...started, outcome: 'owed', job_id: null }, undefined, { ...started, outcome: 'owed', job_id: null }],
  ] as const)('whose job %s', (_, run, end, expected) => expect(withEnd(run, end)).toEqual(expected));
});
