import { describe, expect, it } from 'vitest';
import type { JobId, RepositoryId, UserId } from '../../../core/contract/ids.ts';
import type { JobRecord } from '../../../core/contract/records.ts';
import { SyncOptions } from '../../../core/contract/sync-options.ts';
import type { JobView } from '../../../core/ports/jobs.ts';
import type { Measurements } from '../../../core/ports/metrics.ts';
import type { Runtime } from '../../../core/ports/runtime.ts';
import type { Claim, ClaimOutcome } from '../../../core/ports/sync-claims.ts';
import { startSync } from '../../../core/triggers/start-sync.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';

const now = new Date('2026-03-04T05:06:07.000Z');
const ann = 'ann' as UserId;

const jobOf = (claim: Claim, fence = 1): JobRecord => ({ ...claim.job, fence });

const setUp = (
  claim: (asked: Claim) => ClaimOutcome = (asked) => ({ kind: 'claimed', job: jobOf(asked), replaced: null }),
  repository = repositoryRecord(),
  holder: JobView | null = null,
  usedTokens = 99,
) => {
  const calls = {
    claims: [] as Claim[],
    looked: [] as string[],
    started: [] as unknown[],
    stopped: [] as string[],
    measured: [] as Measurements[],
  };
  const deps = {
    repositories: { get: async () => repository },
    claims: {
      claim: async (asked: Claim) => {
        calls.claims.push(asked);
        return claim(asked);
      },
    },
    jobs: {
      get: async (id: string) => {
        calls.looked.push(id);
        return holder;
      },
    },
    workflow: {
      start: async (name: string, input: unknown) => {
        calls.started.push([name, input]);
      },
      stop: async (name: string) => {
        calls.stopped.push(name);
      },
    },
    remoteLook: { look: async () => [] },
    webhookAddresses: { refuse: () => null },
    settings: { sources: 'local', quotas: { repositories: 10, tokensPerDay: 100 } },
    tokenQuota: { used: async () => usedTokens },
    clock: { now: () => now },
    ids: { jobId: () => 'sync-00000000-0000-4000-8000-000000000001' as JobId },
    logger: { info: () => undefined, warn: () => undefined },
    metrics: { emit: (values: Measurements) => calls.measured.push(values) },
  } as unknown as Runtime;
  const start = (options: object = {}, user = ann, key?: string, receivedAt?: Date) =>
    startSync(deps)({
      repositoryId: 'shop' as RepositoryId,
      user,
      options: SyncOptions.parse(options),
      ...(key === undefined ? {} : { idempotency: { key, fingerprint: 'f' } }),
      ...(receivedAt === undefined ? {} : { receivedAt }),
    });
  return { start, calls };
};

describe('sync job creation', () => {
  it('claims the repository with a queued job, and starts its execution under the job’s id', async () => {
    const { start, calls } = setUp();
    const outcome = await start();
    expect(outcome).toMatchObject({ kind: 'accepted', replaced: null });
    expect(calls.claims[0]?.job).toMatchObject({
      job_id: 'sync-00000000-0000-4000-8000-000000000001',
      status: 'queued',
      phase: 'queued',
      attempt: 1,
      requested_by: 'ann',
      trigger: 'api',
      created_at: now.toISOString(),
      files_total: null,
      files_done: 0,
    });
    expect(calls.started).toEqual([
      [
        'sync-00000000-0000-4000-8000-000000000001-1',
        { repository_id: 'shop', job_id: 'sync-00000000-0000-4000-8000-000000000001', fence: 1 },
      ],
    ]);
  });

  it('keeps the options in effect: what was left open is decided', async () => {
    const { start, calls } = setUp();
    await start({ full_reindex: true, branch: 'main' });
    expect(calls.claims[0]?.job.options).toEqual({
      force: false,
      full_reindex: true,
      incremental: false,
      pull_remote: true,
      remote: 'origin',
      branches: ['main'],
      ignore_patterns: [],
    });
  });

  it('estimates its end from the repository’s own rates', async () => {
    const rates = { full_seconds_per_file: 0.5, incremental_base_seconds: 4, incremental_seconds_per_file: 1 };
    const repository = repositoryRecord({ rates, branches: { main: pointerFor('m', { files: 100 }) } });
    const { start, calls } = setUp(undefined, repository);
    await start();
    await start({ full_reindex: true });
    const ends = calls.claims.map(({ job }) => Date.parse(job.estimated_completion ?? '') - now.getTime());
    expect(ends[0]).toBeGreaterThan(0);
    expect(ends[1]).toBeGreaterThan(ends[0] ?? 0);
  });

  it('is refused when the owner’s tokens of the day are used up; a plan is not, since it embeds nothing', async () => {
    const { start, calls } = setUp(undefined, repositoryRecord(), null, 100);
    expect(await start()).toMatchObject({ kind: 'quota-exceeded', limit: 100 });
    expect(calls.claims).toEqual([]);
    expect(await start({ dry_run: true })).toMatchObject({ kind: 'accepted' });
  });

  it('is for those who may write', async () => {
    const { start, calls } = setUp(undefined, repositoryRecord({ grants: { eve: 'read' } }));
    expect(await start({}, 'eve' as UserId)).toEqual({ kind: 'forbidden' });
    expect(await start({}, 'mallory' as UserId)).toEqual({ kind: 'not-found' });
    expect(calls.claims).toEqual([]);
  });
});

describe('conflict detection for concurrent syncs', () => {
  it('hands on who holds the repository, and starts nothing', async () => {
    const { start, calls } = setUp((asked) => ({ kind: 'held', by: { job: jobOf(asked, 7), inFlight: [] } }));
    expect(await start()).toMatchObject({ kind: 'held', by: { job: { fence: 7 } } });
    expect(calls.started).toEqual([]);
    expect(calls.measured).toEqual([]);
  });

  describe('on a repository that is locked', () => {
    const lock = { job_id: 'sync-old' as JobId, fence: 4 };
    const locked = repositoryRecord({ lock, fence: 4 });
    const holder = (status: JobRecord['status']): JobView => ({
      job: { job_id: lock.job_id, status, fence: 4 } as JobRecord,
      inFlight: [],
    });

    it('tells who holds it by that job alone, and claims nothing', async () => {
      const { start, calls } = setUp(undefined, locked, holder('running'));
      expect(await start()).toEqual({ kind: 'held', by: holder('running'), lacking: null });
      expect(calls.looked).toEqual(['sync-old']);
      expect(calls.claims).toEqual([]);
    });

    it.each([
      ['has ended since', holder('completed')],
      ['is gone', null],
    ])('claims it when the job that held it %s', async (_, view) => {
      const { start, calls } = setUp(undefined, locked, view);
      expect(await start()).toMatchObject({ kind: 'accepted' });
      expect(calls.claims).toMatchObject([{ seen: locked }]);
    });

    it('leaves it to the claim where a force or an idempotency key may decide otherwise', async () => {
      const { start, calls } = setUp(undefined, locked, holder('running'));
      await start({ force: true });
      await start({}, ann, 'once');
      expect(calls.claims).toHaveLength(2);
      expect(calls.looked).toEqual([]);
    });
  });

  it('finds a repository gone that was there a moment ago', async () => {
    const { start, calls } = setUp(() => ({ kind: 'absent' }));
    expect(await start()).toEqual({ kind: 'not-found' });
    expect(calls.started).toEqual([]);
  });
});

it.each([
  ['with what came before the function', -700, 700],
  ['and never as less than nothing, where the gateway’s clock is ahead', 5, 0],
])('measures the time that a caller waits, %s', async (_, received, milliseconds) => {
  const { start, calls } = setUp();
  await start({}, ann, undefined, new Date(now.getTime() + received));
  expect(calls.measured).toContainEqual({ InitiationMilliseconds: milliseconds });
});

describe('force sync cancellation logic', () => {
  it('asks for the lock, stops the execution of the job that had it, and starts its own', async () => {
    const { start, calls } = setUp((asked) => ({
      kind: 'claimed',
      job: jobOf(asked, 2),
      replaced: { job: { ...jobOf(asked), job_id: 'sync-old' as JobId, attempt: 3 }, inFlight: [] },
    }));
    expect(await start({ force: true })).toMatchObject({ kind: 'accepted', replaced: 'sync-old' });
    expect(calls.claims[0]).toMatchObject({ force: true, clearIndex: false });
    expect(calls.stopped).toEqual(['sync-old-3']);
    expect(calls.started).toHaveLength(1);
    expect(calls.measured).toEqual([{ SyncsCancelled: 1 }, { SyncsStarted: 1 }, { InitiationMilliseconds: 0 }]);
  });

  it('clears the index in the claim only together with a full reindex', async () => {
    const { start, calls } = setUp();
    await start({ force: true, full_reindex: true });
    await start({ full_reindex: true });
    expect(calls.claims.map(({ clearIndex }) => clearIndex)).toEqual([true, false]);
  });
});
