import { describe, expect, it } from 'vitest';
import { cronSchedules } from '../../../adapters/system/cron-schedules.ts';
import type { CreateRepository } from '../../../core/contract/api.ts';
import type { RepositoryRecord, ScheduleRun } from '../../../core/contract/records.ts';
import { rights } from '../../../core/contract/rights.ts';
import type { ScheduledSync } from '../../../core/contract/scheduled-sync.ts';
import { StoreBusyError } from '../../../core/domain/errors.ts';
import type { Runtime } from '../../../core/ports/runtime.ts';
import type { Claim } from '../../../core/ports/sync-claims.ts';
import { createRepository } from '../../../core/repositories/create-repository.ts';
import { deleteRepository } from '../../../core/repositories/delete-repository.ts';
import { updateRepository } from '../../../core/repositories/update-repository.ts';
import { scheduledSync } from '../../../core/triggers/scheduled-sync.ts';
import { aJob, aRepository, aUser } from '../../support/sync-records.ts';

const NIGHTLY = '0 3 * * *';
const WEEKLY = '0 3 * * 0';

/** One repository's record and its schedule. Whatever `dies` names throws, and nothing after it happens. */
const service = (record: RepositoryRecord | null) => {
  const state = {
    record,
    schedule: null as string | null,
    dies: null as string | null,
    busy: false as boolean | 'absent',
    used: 0,
    broken: false,
  };
  const order: string[] = [];
  const claims: Claim[] = [];
  const warnings: [string, unknown][] = [];
  const infos: [string, unknown][] = [];
  const owed: unknown[] = [];
  const metrics: unknown[] = [];
  const runs: ScheduleRun[] = [];
  const act = <T>(name: string, effect: () => T): Promise<T> => {
    if (state.dies === name) return Promise.reject(new Error(`died at ${name}`));
    order.push(name);
    return Promise.resolve(effect());
  };
  const deps = {
    repositories: {
      get: async () => state.record,
      create: (created: RepositoryRecord) =>
        act('create record', () => {
          state.record = created;
          return 'created';
        }),
      update: (_: string, change: Partial<RepositoryRecord>) =>
        act('update record', () => {
          if (state.record !== null) state.record = { ...state.record, ...change };
          return state.record;
        }),
      delete: () =>
        act('delete record', () => {
          state.record = null;
          return 'deleted';
        }),
      noteScheduleRun: async (_: unknown, run: ScheduleRun) => {
        if (state.dies === 'note') throw new Error('died at note');
        runs.push(run);
      },
    },
    tokenQuota: { used: async () => state.used },
    scheduleTimes: cronSchedules,
    schedules: {
      ...cronSchedules,
      set: (_: string, expression: string | null) =>
        act(expression === null ? 'remove schedule' : 'set schedule', () => {
          state.schedule = expression;
        }),
    },
    claims: {
      claim: async (claim: Claim) => {
        claims.push(claim);
        const job = { ...claim.job, fence: 1 };
        if (state.broken) throw new StoreBusyError('the table wants less');
        if (state.busy === 'absent') return { kind: 'absent' };
        return state.busy
          ? { kind: 'held', by: { job: { ...aJob(job.repository_id), fence: 1 }, inFlight: [] } }
          : { kind: 'claimed', job, replaced: null };
      },
    },
    followUps: { request: async (...[of, branches, by]: unknown[]) => owed.push([of, branches, by]) },
    workflow: { start: async () => 'started' },
    metrics: { emit: (measurements: unknown) => metrics.push(measurements) },
    index: { drop: async () => undefined },
    objects: { deleteAll: async () => undefined },
    clock: { now: () => new Date('2026-03-01T03:00:00Z') },
    ids: {
      jobId: () => aJob(aRepository().repository_id).job_id,
      secret: () => 'whsec_x',
      repositoryId: () => 'repo-1',
    },
    logger: {
      info: (message: string, facts: unknown) => infos.push([message, facts]),
      warn: (message: string, facts: unknown) => warnings.push([message, facts]),
    },
    settings: { sources: 'https-only', quotas: { repositories: 10, tokensPerDay: 100 } },
  } as unknown as Runtime;
  return { state, order, claims, warnings, infos, owed, metrics, runs, deps };
};

const fired = (record: RepositoryRecord, parts: Partial<ScheduledSync> = {}): ScheduledSync => ({
  repository_id: record.repository_id,
  schedule: NIGHTLY,
  set_at: '2026-02-01T00:00:00.000Z',
  ...parts,
});

describe('a start that a schedule asks for', () => {
  it('begins a sync in nobody’s name', async () => {
    const record = aRepository({ schedule: NIGHTLY });
    const { deps, claims } = service(record);
    expect(await scheduledSync(deps)(fired(record))).toEqual({ kind: 'started', job_id: claims[0]?.job.job_id });
    expect(claims).toMatchObject([{ force: false, job: { trigger: 'schedule', requested_by: 'schedule' } }]);
  });

  it('is owed, said and counted, while the repository is busy', async () => {
    const record = aRepository({ schedule: NIGHTLY });
    const { deps, state, infos, owed, metrics, runs } = service(record);
    state.busy = true;
    expect(await scheduledSync(deps)(fired(record))).toEqual({ kind: 'owed' });
    const running = expect.stringMatching(/^sync-/);
    expect(infos).toContainEqual(['scheduled sync waits', { repository_id: record.repository_id, running }]);
    expect(owed).toEqual([[record, ['current'], 'schedule']]);
    expect(metrics).toEqual([{ SyncsOwed: 1 }]);
    expect(runs).toMatchObject([{ outcome: 'owed', job_id: null }]);
  });

  it('is refused while its owner’s tokens of the day are used up, and the repository says so', async () => {
    const record = aRepository({ schedule: NIGHTLY });
    const { deps, state, claims, runs } = service(record);
    state.used = 100;
    expect(await scheduledSync(deps)(fired(record))).toEqual({ kind: 'refused' });
    const message = "the owner's quota of 100 embedded tokens per day is used up";
    const error = { code: 'QuotaExceededError', message };
    expect(runs).toEqual([{ at: '2026-03-01T03:00:00.000Z', outcome: 'not_started', job_id: null, error }]);
    expect(claims).toEqual([]);
  });

  it('that fails is noted with its cause, and fails all the same where that cannot be written', async () => {
    const record = aRepository({ schedule: NIGHTLY });
    const { deps, state, runs, warnings } = service(record);
    state.broken = true;
    await expect(scheduledSync(deps)(fired(record))).rejects.toThrow('wants less');
    expect(runs).toMatchObject([{ outcome: 'not_started', error: { code: 'StoreBusyError' } }]);
    state.dies = 'note';
    await expect(scheduledSync(deps)(fired(record))).rejects.toThrow('wants less');
    expect(warnings).toContainEqual(['run of a schedule not noted', expect.anything()]);
  });

  it('is nothing when the repository goes meanwhile', async () => {
    const record = aRepository({ schedule: NIGHTLY });
    const { deps, state, warnings, owed } = service(record);
    state.busy = 'absent';
    expect(await scheduledSync(deps)(fired(record))).toEqual({ kind: 'gone' });
    expect(warnings).toEqual([
      ['scheduled sync not started', { repository_id: record.repository_id, why: 'not-found' }],
    ]);
    expect(owed).toEqual([]);
  });

  it.each([
    ['its repository is gone', null, null],
    ['its repository has none any more', aRepository({ schedule: null }), null],
    ['its repository has another', aRepository({ schedule: WEEKLY }), WEEKLY],
  ])('puts the schedule right when %s', async (_, record, right) => {
    const { deps, state, claims } = service(record);
    state.schedule = NIGHTLY;
    expect(await scheduledSync(deps)(fired(record ?? aRepository()))).toEqual({ kind: 'stale' });
    expect([state.schedule, claims]).toEqual([right, []]);
  });

  it('leaves a schedule alone whose record may be on its way', async () => {
    const record = aRepository({ schedule: null });
    const { deps, state } = service(record);
    state.schedule = NIGHTLY;
    const set_at = '2026-03-01T02:59:30.000Z';
    expect(await scheduledSync(deps)(fired(record, { set_at }))).toEqual({ kind: 'stale' });
    expect(state.schedule).toBe(NIGHTLY);
  });
});

describe('settings that die half-way', () => {
  const request: CreateRepository = {
    source: { url: 'https://example.com/p.git' },
    ignore_patterns: [],
    schedule: NIGHTLY,
    deleted_branches: 'drop',
  };
  const owner = aUser('alice');
  const owned = (schedule: string | null) => aRepository({ owner, schedule });
  const create = ({ deps }: ReturnType<typeof service>) =>
    createRepository(deps)({ user: owner, rights: [rights.register] }, request);
  const change =
    (schedule: string | null) =>
    ({ deps, state }: ReturnType<typeof service>) =>
      updateRepository(deps)(state.record?.repository_id ?? aRepository().repository_id, owner, { schedule });
  const remove = ({ deps, state }: ReturnType<typeof service>) =>
    deleteRepository(deps)(state.record?.repository_id ?? aRepository().repository_id, owner);

  it.each([
    ['registering', null, null, create, ['create record', 'set schedule', 'update record']],
    ['setting', owned(null), null, change(NIGHTLY), ['set schedule', 'update record']],
    ['changing', owned(WEEKLY), WEEKLY, change(NIGHTLY), ['set schedule', 'update record']],
    ['removing it from', owned(NIGHTLY), NIGHTLY, change(null), ['update record', 'remove schedule']],
    ['removing', owned(NIGHTLY), NIGHTLY, remove, ['delete record', 'remove schedule']],
  ])('leave no promise without its schedule: %s a repository', async (_, record, schedule, act, order) => {
    const whole = service(record);
    whole.state.schedule = schedule;
    await act(whole);
    expect(whole.order).toEqual(order);
    expect(whole.state.schedule).toBe(whole.state.record?.schedule ?? null);
    for (const dies of order) {
      const broken = service(record);
      Object.assign(broken.state, { schedule, dies });
      // A repository that is gone is gone: what its schedule leaves is put right, as below.
      if (act === remove && dies === 'remove schedule') await act(broken);
      else await expect(act(broken)).rejects.toThrow(`died at ${dies}`);
      // What the record promises comes to pass, at its own times or, until the schedule first fires, at the new ones.
      if (broken.state.record?.schedule != null) expect(broken.state.schedule).not.toBeNull();
      // And whatever fires without being promised is put right by its first start.
      if (broken.state.schedule !== null && broken.state.schedule !== broken.state.record?.schedule) {
        broken.state.dies = null;
        await scheduledSync(broken.deps)(fired(record ?? aRepository(), { schedule: broken.state.schedule }));
        expect(broken.state.schedule).toBe(broken.state.record?.schedule ?? null);
      }
    }
  });

  it('a registration whose schedule cannot be set is taken back', async () => {
    const broken = service(null);
    broken.state.dies = 'set schedule';
    await expect(create(broken)).rejects.toThrow('died at set schedule');
    expect(broken.state.record).toBeNull();
  });
});
