import { describe, expect, it } from 'vitest';
import { cronSchedules } from '../../../adapters/system/cron-schedules.ts';
import type { RepositoryId } from '../../../core/contract/ids.ts';
import type { JobRecord } from '../../../core/contract/records.ts';
import type { Runtime } from '../../../core/ports/runtime.ts';
import type { Claim } from '../../../core/ports/sync-claims.ts';
import { startScheduleLoop } from '../../../local/schedule-loop.ts';
import { aRepository } from '../../support/sync-records.ts';

describe('a cron expression', () => {
  it.each(['0 3 * * *', '*/15 8-18 * * MON-FRI', '0 0 29 2 *', '5,35 0 1 1 *'])('may be %s', (expression) => {
    expect(cronSchedules.refuse(expression)).toBeNull();
  });

  it.each(['', '* * * *', '0 0 3 * * *', '60 * * * *', '0 24 * * *', '0 0 31 2 *', 'a b c d e'])(
    'may not be %j',
    (expression) => {
      expect(cronSchedules.refuse(expression)).toMatch(/^must be /);
    },
  );

  it('is read in UTC, and its next time is later than the one that is given', () => {
    const next = (after: string) => cronSchedules.next('30 3 * * *', new Date(after))?.toISOString();
    expect(next('2026-03-29T00:00:00Z')).toBe('2026-03-29T03:30:00.000Z');
    expect(next('2026-03-29T03:30:00Z')).toBe('2026-03-30T03:30:00.000Z');
    expect(cronSchedules.next('0 0 31 2 *', new Date())).toBeNull();
    expect(() => cronSchedules.next('nonsense', new Date())).toThrow(RangeError);
  });
});

describe('the schedule loop of one machine', () => {
  /** A machine whose time moves by hand, with one repository; every claim is taken. */
  const machine = (schedule: string | null) => {
    let now = new Date('2026-01-01T10:00:30Z');
    let looks = 0;
    const ticks: (() => Promise<void> | void)[] = [];
    const claims: Claim[] = [];
    const errors: string[] = [];
    const repository = aRepository({ schedule });
    const logger = { info: () => undefined, warn: () => undefined, error: (message: string) => errors.push(message) };
    const runtime = {
      clock: { now: () => now, every: (_: number, tick: () => void) => ticks.push(tick) && (() => undefined) },
      ids: { jobId: () => 'sync-00000000-0000-4000-8000-000000000000' },
      logger,
      metrics: { emit: () => undefined },
      schedules: cronSchedules,
      repositories: { get: async () => repository, noteScheduleRun: async () => undefined },
      settings: { quotas: { repositories: 10, tokensPerDay: 100 } },
      tokenQuota: { used: async () => 0 },
      claims: {
        claim: async (claim: Claim) => {
          claims.push(claim);
          return { kind: 'claimed', job: { ...claim.job, fence: 1 } as JobRecord, replaced: null };
        },
      },
      workflow: { start: async () => 'started' },
    } as unknown as Runtime;
    const state = { broken: false };
    startScheduleLoop(runtime, async function* () {
      looks += 1;
      if (state.broken) throw new Error('table out of reach');
      yield repository.repository_id as RepositoryId;
    });
    return {
      claims,
      errors,
      state,
      looks: () => looks,
      at: async (time: string) => {
        now = new Date(time);
        for (const tick of ticks) await tick();
      },
    };
  };

  it('looks once a minute, and starts what falls due in it', async () => {
    const { at, claims, looks } = machine('2 10 * * *');
    await at('2026-01-01T10:00:59Z');
    expect(looks()).toBe(0);
    await at('2026-01-01T10:01:00Z');
    await at('2026-01-01T10:01:01Z');
    expect([looks(), claims.length]).toEqual([1, 0]);
    await at('2026-01-01T10:02:01Z');
    expect(claims.map(({ job }) => [job.trigger, job.requested_by])).toEqual([['schedule', 'schedule']]);
    await at('2026-01-01T10:03:00Z');
    expect(claims).toHaveLength(1);
  });

  it('starts once what fell due several times while the process stood still', async () => {
    const { at, claims } = machine('* * * * *');
    await at('2026-01-01T10:10:00Z');
    expect(claims).toHaveLength(1);
  });

  it('goes on after a minute in which the table could not be read', async () => {
    const { at, claims, errors, state } = machine('* * * * *');
    state.broken = true;
    await at('2026-01-01T10:01:00Z');
    expect(errors).toEqual(['schedules not looked at']);
    state.broken = false;
    await at('2026-01-01T10:02:00Z');
    expect(claims).toHaveLength(1);
  });

  it('says which repository’s sync could not be started', async () => {
    const { at, errors } = machine('nonsense');
    await at('2026-01-01T10:01:00Z');
    expect(errors).toEqual(['scheduled sync not started']);
  });
});
