import { afterEach, describe, expect, it } from 'vitest';
import { backoffMilliseconds } from '../../../../adapters/dynamodb/database.ts';
import { createDynamoJobEnds } from '../../../../adapters/dynamodb/job-ends.ts';
import { newJobItem } from '../../../../adapters/dynamodb/job-items.ts';
import { createDynamoRepositoryStore } from '../../../../adapters/dynamodb/repository-store.ts';
import { createDynamoSyncClaims } from '../../../../adapters/dynamodb/sync-claims.ts';
import type { JobRecord, RepositoryRecord } from '../../../../core/contract/records.ts';
import { StoreBusyError } from '../../../../core/domain/errors.ts';
import type { Logger } from '../../../../core/ports/logger.ts';
import { type DynamoDbStub, type StubAnswer, startDynamoDbStub, stored } from '../../../support/dynamodb-stub.ts';
import { createJobStores } from '../../../support/job-stores.ts';
import { aBatch, aJob, aRepository, aUser } from '../../../support/sync-records.ts';

const conflict: StubAnswer = {
  exception: 'TransactionCanceledException',
  reasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
};
const done: StubAnswer = { body: {} };
let stub: DynamoDbStub | undefined;
afterEach(() => stub?.stop());

interface World {
  readonly repository?: RepositoryRecord;
  readonly job?: JobRecord;
  /** Answers to writes, in order; the last one stays. */
  readonly writes: readonly StubAnswer[];
}

/** Stores over a stub that always reads the same and writes as told. */
const storesOver = async ({ repository, job, writes }: World) => {
  const left = [...writes];
  const server = await startDynamoDbStub((operation, input) => {
    if (operation === 'GetItem') {
      const item = JSON.stringify(input.Key).includes('"JOB"')
        ? job && newJobItem(job)
        : repository && { ...repository, sk: 'REPOSITORY' };
      return { body: item === undefined ? {} : { Item: stored(item) } };
    }
    if (operation === 'Query') return { body: { Items: job === undefined ? [] : [stored(newJobItem(job))] } };
    const [next = done] = left.length > 1 ? left.splice(0, 1) : left;
    return next;
  });
  stub = server;
  const pauses: number[] = [];
  const options = {
    client: server.client,
    tables: { repositories: 'repositories', syncJobs: 'sync-jobs' },
    random: () => 0.5,
    sleep: async (milliseconds: number) => {
      pauses.push(milliseconds);
    },
  };
  const writeCalls = () => server.calls.filter((call) => call !== 'GetItem' && call !== 'Query');
  return {
    ...createJobStores(options),
    pauses,
    writeCalls,
  };
};

const free = aRepository();
const ref = { ...aJob(free.repository_id, { status: 'running' }), fence: 1 } as JobRecord;
const locked = aRepository({ repository_id: free.repository_id, fence: 1, lock: { job_id: ref.job_id, fence: 1 } });
const beat = { phase: 'embed' as const, at: new Date('2026-01-02T00:00:09.000Z') };
const claimOf = (force = false) => ({ job: aJob(free.repository_id), force, clearIndex: false });
const refused = (...reasons: readonly { Code: string; Item?: unknown }[]): StubAnswer => ({
  exception: 'TransactionCanceledException',
  reasons,
});
const failed = { Code: 'ConditionalCheckFailed' };

describe('the pause between tries', () => {
  it('is anywhere under a bound that doubles up to a second', () => {
    expect([0, 1, 5, 9].map((attempt) => backoffMilliseconds(attempt, 1))).toEqual([20, 40, 640, 1000]);
    expect(backoffMilliseconds(3, 0)).toBe(0);
    expect(backoffMilliseconds(3, 0.25)).toBe(40);
  });
});

describe('a write that others get in the way of', () => {
  it.each([
    ['a conflict', conflict],
    ['a throttled transaction', refused({ Code: 'None' }, { Code: 'ThrottlingError' })],
    ['a transaction over the table’s throughput', refused({ Code: 'ProvisionedThroughputExceeded' })],
    ['a conflict beside a failed condition', refused(failed, { Code: 'TransactionConflict' })],
    ['the same transaction under way', { exception: 'TransactionInProgressException' }],
    ['a throttled request', { exception: 'ThrottlingException' }],
  ] as const)('is tried again after %s', async (_, trouble) => {
    const { claims, pauses, writeCalls } = await storesOver({ repository: free, writes: [trouble, trouble, done] });
    expect((await claims.claim(claimOf())).kind).toBe('claimed');
    expect(pauses).toEqual([10, 20]);
    expect(writeCalls()).toHaveLength(3);
  });

  it.each(['TransactionConflictException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded'])(
    'is tried again when one item answers %s',
    async (exception) => {
      const { running, pauses } = await storesOver({ writes: [{ exception }, done] });
      expect(await running.heartbeat(ref, beat)).toBe('kept');
      expect(pauses).toEqual([10]);
    },
  );

  it('ends in StoreBusyError after ten tries', async () => {
    const { batches, pauses, writeCalls } = await storesOver({ writes: [conflict] });
    await expect(batches.finish(ref, aBatch())).rejects.toThrow(StoreBusyError);
    expect(writeCalls()).toHaveLength(10);
    expect(pauses).toHaveLength(9);
  });

  it.each([
    ['a refused permission', { exception: 'AccessDeniedException' }, 'AccessDeniedException'],
    ['an item that is too large', refused({ Code: 'ValidationError' }), 'TransactionCanceledException'],
    ['a cancellation without a reason', { exception: 'TransactionCanceledException' }, 'TransactionCanceledException'],
    ['a cancellation with empty reasons', refused({ Code: 'None' }), 'TransactionCanceledException'],
  ] as const)('is not tried again after %s', async (_, trouble, name) => {
    const { claims, pauses } = await storesOver({ repository: free, writes: [trouble] });
    await expect(claims.claim(claimOf())).rejects.toMatchObject({ name });
    expect(pauses).toEqual([]);
  });

  it('of one item passes on what it does not know', async () => {
    const { running } = await storesOver({ writes: [{ exception: 'ResourceNotFoundException' }] });
    await expect(running.heartbeat(ref, beat)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('a claim that never gets through', () => {
  it('by force says who holds the lock', async () => {
    const { claims } = await storesOver({ repository: locked, job: ref, writes: [conflict] });
    expect(await claims.claim(claimOf(true))).toMatchObject({ kind: 'held', by: { job: { job_id: ref.job_id } } });
  });

  it('by force says who holds the lock when each plan is overtaken', async () => {
    const overtaken = refused(
      { ...failed, Item: stored({ ...locked, sk: 'REPOSITORY' }) },
      { Code: 'None' },
      { Code: 'None' },
    );
    const { claims, writeCalls } = await storesOver({ repository: locked, job: ref, writes: [overtaken] });
    expect(await claims.claim(claimOf(true))).toMatchObject({ kind: 'held', by: { job: { job_id: ref.job_id } } });
    expect(writeCalls()).toHaveLength(10);
  });

  it('is its own when the lock turns out to be its job’s', async () => {
    const { job_id } = ref;
    let claimed = false;
    const server = await startDynamoDbStub((operation) => {
      if (operation === 'GetItem')
        return { body: { Item: stored({ ...(claimed ? locked : free), sk: 'REPOSITORY' }) } };
      if (operation === 'Query') return { body: { Items: [stored(newJobItem(ref))] } };
      claimed = true;
      return conflict;
    });
    stub = server;
    const tables = { repositories: 'r', syncJobs: 's' };
    const claims = createDynamoSyncClaims({ client: server.client, tables, sleep: async () => undefined });
    const { fence: _, ...job } = ref;
    expect(await claims.claim({ job, force: false, clearIndex: false })).toMatchObject({
      kind: 'claimed',
      job: { job_id },
    });
  });

  it('is StoreBusyError when nobody holds the lock', async () => {
    const { claims } = await storesOver({ repository: free, writes: [conflict] });
    await expect(claims.claim(claimOf())).rejects.toThrow(StoreBusyError);
  });

  it('is StoreBusyError when the repository is always freed again', async () => {
    const overtaken = refused({ ...failed, Item: stored({ ...free, sk: 'REPOSITORY' }) }, { Code: 'None' });
    const { claims } = await storesOver({ repository: free, writes: [overtaken] });
    await expect(claims.claim(claimOf())).rejects.toThrow('changed 10 times while it was claimed');
  });

  it('is absent when the repository was deleted meanwhile', async () => {
    const { claims } = await storesOver({ repository: free, writes: [refused(failed, { Code: 'None' })] });
    expect(await claims.claim(claimOf())).toEqual({ kind: 'absent' });
  });

  it('plans again when the old job has just ended', async () => {
    const justEnded = refused({ Code: 'None' }, { Code: 'None' }, { ...failed, Item: stored(newJobItem(ref)) });
    const { claims, writeCalls } = await storesOver({ repository: locked, job: ref, writes: [justEnded, done] });
    expect((await claims.claim(claimOf(true))).kind).toBe('claimed');
    expect(writeCalls().slice(0, 2)).toEqual(['TransactWriteItems', 'TransactWriteItems']);
  });
});

describe('a plan that is always overtaken', () => {
  it('gives up a cancel', async () => {
    const { ends } = await storesOver({ repository: locked, job: ref, writes: [refused(failed, { Code: 'None' })] });
    await expect(ends.cancel(ref.job_id, beat.at)).rejects.toThrow(/claim of sync-.* changed 10 times/);
  });

  it('gives up taking a generation', async () => {
    const { running } = await storesOver({ repository: locked, job: ref, writes: [refused(failed, { Code: 'None' })] });
    await expect(running.takeGeneration(ref)).rejects.toThrow(/generation of repo-.* changed 10 times/);
  });

  it('gives up a delete', async () => {
    const { repositories, pauses } = await storesOver({
      repository: free,
      writes: [refused(failed, { Code: 'None' })],
    });
    await expect(repositories.delete(free.repository_id)).rejects.toThrow(/grants of repo-.* changed 10 times/);
    expect(pauses).toHaveLength(10);
  });
});

describe('what changes between two requests', () => {
  it('a job superseded right after its begin is lost', async () => {
    const { claims, running } = await storesOver({ job: { ...ref, fence: 2 }, writes: [done] });
    expect(await running.begin(ref, beat.at)).toBe('lost');
    expect(await claims.resume({ ...ref, fence: 5 }, beat.at)).toBe('lost');
  });

  it('a job that is gone right after its begin is lost', async () => {
    const { claims, running } = await storesOver({ writes: [done] });
    expect(await running.begin(ref, beat.at)).toBe('lost');
    expect(await claims.resume(ref, beat.at)).toBe('lost');
  });

  it('a heartbeat of a batch that is taken away before its second write is lost', async () => {
    const ahead: StubAnswer = {
      exception: 'ConditionalCheckFailedException',
      item: stored({ fence: ref.fence, files_done: 9 }),
    };
    const gone: StubAnswer = { exception: 'ConditionalCheckFailedException' };
    const { batches } = await storesOver({ writes: [ahead, gone] });
    expect(await batches.progress(ref, aBatch({ files_done: 1 }))).toBe('lost');
  });

  it('a repository whose grant is gone between membership and look is not listed', async () => {
    const server = await startDynamoDbStub((operation) =>
      operation === 'Query'
        ? { body: { Items: [stored({ repository_id: 'user#bob', sk: free.repository_id })] } }
        : { body: { Item: stored({ ...free, sk: 'REPOSITORY' }) } },
    );
    stub = server;
    const repositories = createDynamoRepositoryStore({
      client: server.client,
      tables: { repositories: 'r', syncJobs: 's' },
    });
    expect(await repositories.list(aUser('bob'), 5, null)).toEqual({ items: [], next: null });
  });

  it.each([
    ['a logger', true],
    ['no logger', false],
  ])('an end stands although its batches cannot be swept, with %s', async (_, logs) => {
    const warnings: unknown[] = [];
    const silent = () => undefined;
    const logger: Logger = {
      debug: silent,
      info: silent,
      error: silent,
      warn: (_message, facts) => warnings.push(facts),
      with: () => logger,
    };
    const server = await startDynamoDbStub((operation) => {
      if (operation === 'Query') return { exception: 'AccessDeniedException' };
      return operation === 'GetItem' ? { body: { Item: stored(newJobItem(ref)) } } : done;
    });
    stub = server;
    const tables = { repositories: 'r', syncJobs: 's' };
    const ends = createDynamoJobEnds({ client: server.client, tables, logger: logs ? logger : undefined });
    expect(await ends.fail(ref, { code: 'a', message: 'b' }, [], beat.at)).toBe('kept');
    expect(warnings).toHaveLength(logs ? 1 : 0);
  });
});
