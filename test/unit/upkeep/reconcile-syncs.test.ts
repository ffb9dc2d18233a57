import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../adapters/system/clock.ts';
import { createJsonLogger } from '../../../adapters/system/json-logger.ts';
import type { JobRecord } from '../../../core/contract/records.ts';
import type { Measurements } from '../../../core/ports/metrics.ts';
import type { Workflow } from '../../../core/ports/workflow.ts';
import { executionName, refOf } from '../../../core/sync/execution.ts';
import { reconcileSyncs } from '../../../core/upkeep/reconcile-syncs.ts';
import { judgeSilence } from '../../../core/upkeep/rules/silence.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../../support/dynamodb.ts';
import { createJobStores } from '../../support/job-stores.ts';
import { aBatch, aJob, aPublication, aRepository } from '../../support/sync-records.ts';

const begun = new Date('2026-01-02T00:00:00.000Z');
const since = (seconds: number): Date => new Date(begun.getTime() + seconds * 1000);
const HOUR = 3600;

let dynamodb: TestDynamoDb;
beforeAll(async () => {
  dynamodb = await startTestDynamoDb();
});
afterAll(() => dynamodb.stop());

let lab: Awaited<ReturnType<typeof createLab>>;
beforeEach(async () => {
  lab = await createLab();
});

/** The real stores, executions that are what the test says, and a clock that stands still until it is moved. */
const createLab = async () => {
  const options = { client: dynamodb.client, tables: await dynamodb.tables(), sleep: async () => undefined };
  const stores = createJobStores(options);
  const state = { now: begun, started: [] as string[] };
  const executions = new Map<string, 'running' | 'ended'>();
  const workflow: Workflow = {
    start: async (name) => {
      state.started.push(name);
      executions.set(name, 'running');
      return 'started';
    },
    stop: async () => undefined,
    describe: async (name) => executions.get(name) ?? 'absent',
  };
  const measured: Measurements[] = [];
  const lines: Record<string, unknown>[] = [];
  const deps = {
    ...stores,
    workflow,
    clock: { ...systemClock, now: () => state.now },
    logger: createJsonLogger('debug', (line) => lines.push(JSON.parse(line))),
    metrics: { emit: (values: Measurements) => measured.push(values) },
  };
  return {
    ...{ state, executions, measured, lines, ...stores, deps },
    look: (at: Date, execution?: string) => {
      state.now = at;
      return reconcileSyncs(deps)({ graceSeconds: 30, execution });
    },
    /** A queued job of a repository of its own. */
    queued: async (more: Partial<JobRecord['options']> = {}): Promise<JobRecord> => {
      const repository = aRepository();
      await stores.repositories.create(repository);
      const job = aJob(repository.repository_id);
      const claim = await stores.claims.claim({
        job: { ...job, options: { ...job.options, ...more } },
        force: false,
        clearIndex: false,
      });
      if (claim.kind !== 'claimed') throw new Error(claim.kind);
      return claim.job;
    },
    /** A job that has begun, with its execution. */
    begun: async (more?: Partial<JobRecord['options']>): Promise<JobRecord> => {
      const job = await lab.queued(more);
      executions.set(executionName(job), 'running');
      const record = await stores.running.begin(refOf(job), begun);
      if (record === 'lost') throw new Error(record);
      return record;
    },
  };
};

describe('each look', () => {
  it('tells zeros when there is nothing', async () => {
    await lab.look(begun);
    expect(lab.measured).toEqual([
      { UnfinishedJobs: 0, StuckSyncs: 0, StalledSyncs: 0, OldestRunningSeconds: 0, UnreconciledJobs: 0 },
    ]);
  });

  it.each([
    ['that beats is neither, however long it runs', 20 * HOUR, 20 * HOUR - 200, { StuckSyncs: 0, StalledSyncs: 0 }],
    ['that has been silent for five minutes is stalled', 400, 90, { StuckSyncs: 0, StalledSyncs: 1 }],
    ['that began an hour ago and is silent is stuck too', HOUR + 1, HOUR - 300, { StuckSyncs: 1, StalledSyncs: 1 }],
    ['that is silent for its whole first hour is not yet stuck', HOUR, 0, { StuckSyncs: 0, StalledSyncs: 1 }],
  ])('a running job %s', async (_, age, heard, expected) => {
    const job = await lab.begun();
    await lab.running.heartbeat(refOf(job), { phase: 'diff', at: since(heard) });
    expect(await lab.look(since(age))).toEqual({ unfinished: 1, started: 0, resumed: 0, failed: 0 });
    expect(lab.measured).toEqual([{ UnfinishedJobs: 1, OldestRunningSeconds: age, UnreconciledJobs: 0, ...expected }]);
    expect(await lab.jobs.get(job.job_id)).toMatchObject({ job: { status: 'running', attempt: 1 } });
  });

  it('asks after no execution of a job that wrote a moment ago', async () => {
    const job = await lab.begun();
    lab.executions.delete(executionName(job));
    expect(await lab.look(since(29))).toEqual({ unfinished: 1, started: 0, resumed: 0, failed: 0 });
    expect(lab.measured).toMatchObject([{ UnfinishedJobs: 1, OldestRunningSeconds: 29 }]);
    expect(await lab.look(since(30))).toMatchObject({ resumed: 1 });
  });

  it('hears a job whose batches alone write', async () => {
    const job = await lab.begun();
    await lab.batches.start(refOf(job), aBatch({ updated_at: since(2 * HOUR - 5).toISOString() }));
    await lab.look(since(2 * HOUR));
    expect(lab.measured).toMatchObject([{ StuckSyncs: 0, StalledSyncs: 0 }]);
  });

  it('a queued job is neither, however long it waits', async () => {
    const job = await lab.queued();
    lab.executions.set(executionName(job), 'running');
    await lab.look(since(9 * HOUR));
    expect(lab.measured).toMatchObject([
      { UnfinishedJobs: 1, StuckSyncs: 0, StalledSyncs: 0, OldestRunningSeconds: 0 },
    ]);
    expect(lab.lines).toEqual([]);
  });

  it('says of a stuck job what an operator asks first', async () => {
    const job = await lab.begun();
    await lab.look(since(2 * HOUR));
    expect(lab.lines).toMatchObject([
      {
        message: 'sync stuck',
        job_id: job.job_id,
        repository_id: job.repository_id,
        phase: 'pull',
        seconds: 2 * HOUR,
        silent_seconds: 2 * HOUR,
        execution: executionName(job),
      },
    ]);
  });

  it('takes the listing for what it is worth when the second look at a silent job fails', async () => {
    await lab.begun();
    const deps = { ...lab.deps, jobs: { ...lab.jobs, get: () => Promise.reject(new Error('busy')) } };
    lab.state.now = since(2 * HOUR);
    await reconcileSyncs(deps)({ graceSeconds: 30 });
    expect(lab.measured).toMatchObject([{ StuckSyncs: 1 }]);
  });
});

describe('a job whose execution timed out or was aborted without a word', () => {
  it('is resumed, and is not counted as stuck any more', async () => {
    const job = await lab.begun();
    lab.executions.set(executionName(job), 'ended');
    expect(await lab.look(since(2 * HOUR))).toMatchObject({ unfinished: 1, resumed: 1 });
    expect(lab.state.started).toEqual([`${job.job_id}-2`]);
    await lab.look(since(2 * HOUR + 60));
    expect(lab.measured).toMatchObject([{ StuckSyncs: 0 }, { StuckSyncs: 0, UnfinishedJobs: 1 }]);
    expect(await lab.ends.fail(refOf(job), { code: 'x', message: 'x' }, [], since(1))).toBe('lost');
  });

  it('is left alone where another look has resumed it since it was listed', async () => {
    const job = await lab.begun();
    lab.executions.set(executionName(job), 'ended');
    const describe = async (name: string) => {
      // Between the listing and the look at the job.
      await lab.look(since(60));
      return lab.executions.get(name) ?? ('absent' as const);
    };
    const deps = { ...lab.deps, workflow: { ...lab.deps.workflow, describe } };
    lab.state.now = since(60);
    expect(await reconcileSyncs(deps)({ graceSeconds: 30 })).toMatchObject({ resumed: 0, started: 0, failed: 0 });
    expect(lab.state.started).toEqual([`${job.job_id}-2`]);
    expect(await lab.jobs.get(job.job_id)).toMatchObject({ job: { attempt: 2, fence: job.fence + 1 } });
  });

  it('is given up at its fifth attempt: it fails, is counted once, and the repository is free', async () => {
    const job = await lab.begun();
    for (let attempt = 1; attempt <= 5; attempt++) {
      lab.executions.set(`${job.job_id}-${attempt}`, 'ended');
      await lab.look(since(60 * attempt));
    }
    expect(await lab.jobs.get(job.job_id)).toMatchObject({
      job: { status: 'failed', error: { code: 'ExecutionLost' } },
    });
    expect((await lab.repositories.get(job.repository_id))?.lock).toBeUndefined();
    expect(lab.measured.filter((each) => each.SyncsFailed !== undefined)).toEqual([{ SyncsFailed: 1 }]);
    expect(lab.measured.at(-1)).toMatchObject({ UnfinishedJobs: 0 });
    expect(lab.lines.find(({ message }) => message === 'sync failed')).toMatchObject({
      job_id: job.job_id,
      code: 'ExecutionLost',
      cause: expect.stringContaining('given up after 5 attempts'),
      attempt: 5,
      seconds: 300,
    });
  });

  it('that was only to plan is given up and not counted: it is no sync', async () => {
    const job = await lab.begun({ dry_run: true });
    for (let attempt = 1; attempt <= 5; attempt++) {
      lab.executions.set(`${job.job_id}-${attempt}`, 'ended');
      await lab.look(since(60 * attempt));
    }
    expect((await lab.jobs.get(job.job_id))?.job.status).toBe('failed');
    expect(lab.measured.filter((each) => each.SyncsFailed !== undefined)).toEqual([]);
  });

  it('that ends while it is given up is not counted as failed', async () => {
    const job = await lab.begun();
    const last = { ...job, attempt: 5 };
    lab.executions.set(executionName(last), 'ended');
    const looks = [{ job: last, inFlight: [] }, null];
    lab.state.now = since(60);
    const deps = {
      ...lab.deps,
      jobs: {
        ...lab.jobs,
        unfinished: async function* () {
          yield last;
        },
        get: async () => looks.shift() ?? null,
      },
      ends: { ...lab.ends, fail: async () => 'lost' as const },
    };
    expect(await reconcileSyncs(deps)({ graceSeconds: 30 })).toEqual({
      unfinished: 0,
      started: 0,
      resumed: 0,
      failed: 0,
    });
    expect(lab.measured.some((each) => each.SyncsFailed !== undefined)).toBe(false);
  });
});

describe('the event of an execution that ended badly', () => {
  it('has its job resumed, and no other looked at', async () => {
    const [job, other] = [await lab.begun(), await lab.begun()];
    for (const each of [job, other]) lab.executions.set(executionName(each), 'ended');
    expect(await lab.look(since(1), executionName(job))).toMatchObject({ unfinished: 1, resumed: 1 });
    expect(lab.state.started).toEqual([`${job.job_id}-2`]);
    // Each minute's numbers are the minute's own.
    expect(lab.measured).toEqual([]);
  });

  it.each(['of an attempt before', 'of a job that has ended', 'of nobody’s', 'of a job that is not there'])(
    'changes nothing when it is %s',
    async (which) => {
      const job = await lab.begun();
      if (which.includes('has ended')) await lab.ends.publish(refOf(job), aPublication());
      lab.executions.set(executionName(job), 'ended');
      const name = {
        'of an attempt before': `${job.job_id}-0`,
        'of a job that has ended': executionName(job),
        'of nobody’s': 'by-hand',
        'of a job that is not there': `${aJob(job.repository_id).job_id}-1`,
      }[which];
      expect(await lab.look(since(1), name)).toEqual({ unfinished: 0, started: 0, resumed: 0, failed: 0 });
      expect(lab.state.started).toEqual([]);
    },
  );
});

describe('a job that cannot be healed', () => {
  it('for want of its lock is told and counted, each time', async () => {
    const job = await lab.begun();
    const next = aJob(job.repository_id);
    // As a restored backup may leave it: the lock is another's, the job unfinished.
    await lab.claims.claim({ job: next, force: true, clearIndex: false });
    const orphan = { ...job };
    lab.executions.set(executionName(orphan), 'ended');
    lab.executions.set(`${next.job_id}-1`, 'running');
    const deps = {
      ...lab.deps,
      jobs: {
        ...lab.jobs,
        unfinished: async function* () {
          yield orphan;
        },
        get: async () => ({ job: orphan, inFlight: [] }),
      },
    };
    lab.state.now = since(60);
    await reconcileSyncs(deps)({ graceSeconds: 30 });
    expect(lab.measured).toMatchObject([{ UnreconciledJobs: 1, UnfinishedJobs: 1 }]);
    expect(lab.lines).toMatchObject([{ message: 'unfinished job has lost its lock', job_id: job.job_id }]);
    expect((await lab.repositories.get(job.repository_id))?.lock?.job_id).toBe(next.job_id);
  });

  it('is told and counted, and the others are healed', async () => {
    const [job, other] = [await lab.begun(), await lab.begun()];
    const describeReally = lab.deps.workflow.describe;
    lab.executions.set(executionName(other), 'ended');
    const workflow: Workflow = {
      ...lab.deps.workflow,
      describe: (name) => (name === executionName(job) ? Promise.reject(new Error('throttled')) : describeReally(name)),
    };
    lab.state.now = since(2 * HOUR);
    expect(await reconcileSyncs({ ...lab.deps, workflow })({ graceSeconds: 30 })).toMatchObject({ resumed: 1 });
    expect(lab.measured).toMatchObject([{ UnreconciledJobs: 1, StuckSyncs: 1, UnfinishedJobs: 2 }]);
  });
});

describe('a job’s silence', () => {
  const now = 10 * HOUR * 1000;
  it.each([
    [300, 1, 'moving'],
    [301, 1, 'stalled'],
    [301, HOUR, 'stalled'],
    [301, HOUR + 1, 'stuck'],
    [0, 9 * HOUR, 'moving'],
  ] as const)('of %i s, %i s after its start, makes it %s', (silent, age, verdict) => {
    expect(judgeSilence({ startedAt: now - age * 1000, heardAt: now - silent * 1000 }, now)).toBe(verdict);
  });
});
