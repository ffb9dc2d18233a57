import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoClient } from '../../../adapters/dynamodb/client.ts';
import { StoredRecordError } from '../../../adapters/dynamodb/errors.ts';
import { createDynamoFollowUps } from '../../../adapters/dynamodb/follow-ups.ts';
import { createDynamoOutbox } from '../../../adapters/dynamodb/outbox.ts';
import { createDynamoSyncClaims } from '../../../adapters/dynamodb/sync-claims.ts';
import type { JobRecord, RepositoryRecord } from '../../../core/contract/records.ts';
import type { TableNames } from '../../../core/contract/tables.ts';
import type { Logger } from '../../../core/ports/logger.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../../support/dynamodb.ts';
import { createJobStores, type JobStores } from '../../support/job-stores.ts';
import { aBatch, aJob, aPublication, aRepository } from '../../support/sync-records.ts';

let dynamodb: TestDynamoDb;
let documents: DynamoDBDocumentClient;
let tables: TableNames;
beforeAll(async () => {
  dynamodb = await startTestDynamoDb();
  documents = DynamoDBDocumentClient.from(dynamodb.client);
});
afterAll(() => dynamodb.stop());
beforeEach(async () => {
  tables = await dynamodb.tables();
});

const stores = (retentionSeconds?: number): JobStores =>
  createJobStores({ client: dynamodb.client, tables, sleep: async () => undefined, retentionSeconds });
const claimed = async ({ repositories, claims }: JobStores): Promise<JobRecord> => {
  const repository = aRepository();
  await repositories.create(repository);
  const outcome = await claims.claim({ job: aJob(repository.repository_id), force: false, clearIndex: false });
  if (outcome.kind !== 'claimed') throw new Error(outcome.kind);
  return outcome.job;
};
const jobItem = async (id: string, sk = 'JOB') =>
  (await documents.send(new GetCommand({ TableName: tables.syncJobs, Key: { job_id: id, sk } }))).Item;
const seconds = (iso: string): number => Date.parse(iso) / 1000;
const at = new Date('2026-01-02T00:01:00.000Z');

const spoil = (TableName: string, Key: Record<string, string>, attribute: string, value: unknown) =>
  documents.send(
    new UpdateCommand({
      TableName,
      Key,
      UpdateExpression: 'SET #a = :v',
      ExpressionAttributeNames: { '#a': attribute },
      ExpressionAttributeValues: { ':v': value },
    }),
  );

describe('what expires', () => {
  it('a job, 90 days after its end and not before', async () => {
    const both = stores();
    const job = await claimed(both);
    expect(await jobItem(job.job_id)).not.toHaveProperty('expires_at');
    expect(await jobItem(job.job_id)).toHaveProperty('unfinished');
    await both.running.begin(job, at);
    await both.ends.publish(job, aPublication({ at }));
    expect(await jobItem(job.job_id)).toMatchObject({ expires_at: at.getTime() / 1000 + 90 * 86_400 });
    expect(await jobItem(job.job_id)).not.toHaveProperty('unfinished');
  });

  it.each([
    ['cancel', async (both: JobStores, job: JobRecord) => both.ends.cancel(job.job_id, at)],
    ['fail', async (both: JobStores, job: JobRecord) => both.ends.fail(job, { code: 'a', message: 'b' }, [], at)],
    [
      'force',
      async (both: JobStores, job: JobRecord) =>
        both.claims.claim({
          job: aJob(job.repository_id, { created_at: at.toISOString() }),
          force: true,
          clearIndex: false,
        }),
    ],
  ])('a job after %s, when it was told', async (_, end) => {
    const both = stores(60);
    const job = await claimed(both);
    await end(both, job);
    expect(await jobItem(job.job_id)).toMatchObject({ expires_at: at.getTime() / 1000 + 60 });
    expect(await jobItem(job.job_id)).not.toHaveProperty('unfinished');
  });

  it('a batch, whether it is folded or not', async () => {
    const both = stores(60);
    const job = await claimed(both);
    await both.running.begin(job, at);
    const expires_at = seconds(aBatch().updated_at) + 60;
    await both.batches.start(job, aBatch());
    expect(await jobItem(job.job_id, 'BATCH#00000000')).toMatchObject({ expires_at });
    await both.batches.finish(job, aBatch());
    expect(await jobItem(job.job_id, 'RESULT#00000000')).toMatchObject({ expires_at });
  });

  it('a delivery, 30 days after its end, and not while it waits or is asked for again', async () => {
    const { claims, ends, repositories } = stores();
    const outbox = createDynamoOutbox({ client: dynamodb.client, tables });
    const { repository_id } = aRepository();
    await repositories.create(aRepository({ repository_id }));
    const { options } = aJob(repository_id);
    const job = aJob(repository_id, { options: { ...options, progress_webhook: 'https://hooks.example/x' } });
    await claims.claim({ job, force: false, clearIndex: false });
    await ends.cancel(job.job_id, at);
    const [delivery] = await outbox.lease(at, 10, 20);
    if (delivery === undefined) throw new Error('nothing is due');
    const item = () => jobItem(`webhooks#${repository_id}`, delivery.delivery_id);
    expect(await item()).not.toHaveProperty('expires_at');
    const attempt = { at: at.toISOString(), status: 204, error: null, milliseconds: 3 };
    await outbox.record(delivery, attempt, { status: 'delivered' });
    expect(await item()).toMatchObject({ expires_at: at.getTime() / 1000 + 30 * 86_400 });
    expect(await item()).not.toHaveProperty('due_shard');
    await outbox.redeliver(repository_id, delivery.delivery_id, at);
    expect(await item()).not.toHaveProperty('expires_at');
  });

  it('what is left of a follow-up, 30 days after it was settled, and not while it is owed', async () => {
    const followUps = createDynamoFollowUps({ client: dynamodb.client, tables, now: () => at });
    const repository = aRepository();
    const item = () => jobItem(`follow-up#${repository.repository_id}`, 'FOLLOW-UP');
    await followUps.request(repository, ['main'], 'github', at);
    const [due] = await followUps.due(at, 10);
    if (due === undefined) throw new Error('nothing is owed');
    await followUps.drop(due);
    expect(await item()).toMatchObject({ version: 1, expires_at: at.getTime() / 1000 + 30 * 86_400 });
    await followUps.request(repository, ['main'], 'github', at);
    expect(await item()).not.toHaveProperty('expires_at');
  });

  it('a key, 24 hours after its claim', async () => {
    const { claims, repositories } = stores();
    const { repository_id } = aRepository();
    await repositories.create(aRepository({ repository_id }));
    const job = aJob(repository_id);
    await claims.claim({ job, force: false, clearIndex: false, idempotency: { key: 'key-1', fingerprint: 'f' } });
    expect(await jobItem(`IDEMPOTENCY#${repository_id}#key-1`, 'IDEMPOTENCY')).toMatchObject({
      expires_at: seconds(job.created_at) + 86_400,
    });
  });

  it('a job that expired is in no list, and its batches are nobody’s', async () => {
    const both = stores();
    const job = await claimed(both);
    await both.running.begin(job, at);
    await both.batches.start(job, aBatch());
    // The index still shows what the table has lost: keys of an item without the job's sort key stand in for that.
    await documents.send(new DeleteCommand({ TableName: tables.syncJobs, Key: { job_id: job.job_id, sk: 'JOB' } }));
    const index = { repository_id: job.repository_id, created_at: job.created_at, unfinished: 'shard-0' };
    await documents.send(
      new PutCommand({ TableName: tables.syncJobs, Item: { job_id: job.job_id, sk: 'GHOST', ...index } }),
    );
    expect(await both.jobs.get(job.job_id)).toBeNull();
    expect(await both.jobs.list(job.repository_id, 5, null)).toEqual({ items: [], next: null });
    expect(await both.jobs.unfinished()[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
  });
});

describe('a job that the index still shows', () => {
  it('as unfinished is left out when it has ended', async () => {
    const both = stores();
    const job = await claimed(both);
    await both.ends.cancel(job.job_id, at);
    await documents.send(
      new UpdateCommand({
        TableName: tables.syncJobs,
        Key: { job_id: job.job_id, sk: 'JOB' },
        UpdateExpression: 'SET unfinished = :shard',
        ExpressionAttributeValues: { ':shard': 'shard-0' },
      }),
    );
    expect(await both.jobs.unfinished()[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
  });
});

describe('a malformed item', () => {
  it('is named with its fields: a repository', async () => {
    const { claims, repositories } = stores();
    const repository: RepositoryRecord = aRepository();
    await repositories.create(repository);
    await spoil(tables.repositories, { repository_id: repository.repository_id, sk: 'REPOSITORY' }, 'fence', -1);
    const name = new RegExp(`repository ${repository.repository_id} is malformed: fence: `);
    await expect(repositories.get(repository.repository_id)).rejects.toThrow(StoredRecordError);
    await expect(repositories.get(repository.repository_id)).rejects.toThrow(name);
    await expect(repositories.list(repository.owner, 5, null)).rejects.toThrow(name);
    await expect(
      claims.claim({ job: aJob(repository.repository_id), force: false, clearIndex: false }),
    ).rejects.toThrow(name);
  });

  it('is named with its fields: a job', async () => {
    const both = stores();
    const job = await claimed(both);
    await spoil(tables.syncJobs, { job_id: job.job_id, sk: 'JOB' }, 'files_from_batches', 'many');
    const name = new RegExp(`job ${job.job_id} is malformed: files_from_batches: `);
    await expect(both.jobs.get(job.job_id)).rejects.toThrow(StoredRecordError);
    await expect(both.jobs.get(job.job_id)).rejects.toThrow(name);
    await expect(both.jobs.list(job.repository_id, 5, null)).rejects.toThrow(name);
    await expect(both.ends.cancel(job.job_id, at)).rejects.toThrow(name);
  });

  it('is named with its fields: a batch', async () => {
    const both = stores();
    const job = await claimed(both);
    await both.running.begin(job, at);
    await both.batches.start(job, aBatch());
    await spoil(tables.syncJobs, { job_id: job.job_id, sk: 'BATCH#00000000' }, 'updated_at', 'soon');
    await expect(both.jobs.get(job.job_id)).rejects.toThrow(
      new RegExp(`batch BATCH#00000000 of job ${job.job_id} is malformed: updated_at: `),
    );
  });
});

describe('a lock whose job is gone: after a restored backup, or by hand', () => {
  const free = { force: false, clearIndex: false } as const;

  it('is freed by the claim that comes across it, when the job has ended', async () => {
    const both = stores();
    const job = await claimed(both);
    await spoil(tables.syncJobs, { job_id: job.job_id, sk: 'JOB' }, 'status', 'failed');
    const next = aJob(job.repository_id);
    expect(await both.claims.claim({ job: next, ...free })).toMatchObject({ kind: 'claimed', replaced: null });
    const repository = await both.repositories.get(job.repository_id);
    expect(repository).toMatchObject({ lock: { job_id: next.job_id, fence: job.fence + 1 } });
    // The zombie's claim is worth nothing.
    expect(await both.ends.fail(job, { code: 'x', message: 'x' }, [], at)).toBe('lost');
  });

  it('is freed when the job is not stored, however many claim at once', async () => {
    const both = stores();
    const job = await claimed(both);
    await documents.send(new DeleteCommand({ TableName: tables.syncJobs, Key: { job_id: job.job_id, sk: 'JOB' } }));
    const claims = Array.from({ length: 5 }, () => both.claims.claim({ job: aJob(job.repository_id), ...free }));
    const outcomes = (await Promise.all(claims)).map(({ kind }) => kind);
    expect(outcomes.filter((kind) => kind === 'claimed')).toHaveLength(1);
    expect(outcomes.filter((kind) => kind === 'held')).toHaveLength(4);
  });

  it('is left alone while the job is queued or runs', async () => {
    const both = stores();
    const job = await claimed(both);
    expect(await both.claims.claim({ job: aJob(job.repository_id), ...free })).toMatchObject({ kind: 'held' });
    await both.running.begin(job, at);
    expect(await both.claims.claim({ job: aJob(job.repository_id), ...free })).toMatchObject({ kind: 'held' });
    expect((await both.repositories.get(job.repository_id))?.lock).toEqual({ job_id: job.job_id, fence: job.fence });
  });
});

describe('a delivery that is malformed', () => {
  it.each([
    ['a logger', true],
    ['no logger', false],
  ])('does not hold up the others, with %s', async (_, logs) => {
    const { claims, ends, repositories } = stores();
    const { repository_id } = aRepository();
    await repositories.create(aRepository({ repository_id }));
    const { options } = aJob(repository_id);
    for (let n = 0; n < 2; n++) {
      const job = aJob(repository_id, { options: { ...options, progress_webhook: 'https://hooks.example/x' } });
      await claims.claim({ job, force: false, clearIndex: false });
      await ends.cancel(job.job_id, new Date(at.getTime() + n));
    }
    const errors: unknown[] = [];
    const silent = () => undefined;
    const logger: Logger = {
      debug: silent,
      info: silent,
      warn: silent,
      error: (_message, facts) => errors.push(facts),
      with: () => logger,
    };
    const outbox = createDynamoOutbox({ client: dynamodb.client, tables, logger: logs ? logger : undefined });
    const [first, second] = (await outbox.list(repository_id, 10, null)).items;
    if (first === undefined || second === undefined) throw new Error('nothing was put');
    const { url: _url, ...spoiled } = first;
    await spoil(tables.syncJobs, { job_id: `webhooks#${repository_id}`, sk: first.delivery_id }, 'delivery', spoiled);
    const leased = await outbox.lease(new Date(at.getTime() + 5), 10, 20);
    expect(leased.map(({ delivery_id }) => delivery_id)).toEqual([second.delivery_id]);
    expect(errors).toHaveLength(logs ? 1 : 0);
    await expect(outbox.list(repository_id, 10, null)).rejects.toThrow(
      `the stored delivery ${first.delivery_id} is malformed: url: `,
    );
  });
});

describe('a claim whose plan is old', () => {
  it('sees what was claimed and published between its look and its write', async () => {
    const both = stores();
    const repository = aRepository();
    await both.repositories.create(repository);
    const client = createDynamoClient({ endpoint: dynamodb.endpoint });
    let meanwhile: (() => Promise<void>) | null = async () => {
      const other = await both.claims.claim({ job: aJob(repository.repository_id), force: false, clearIndex: false });
      if (other.kind !== 'claimed') throw new Error(other.kind);
      await both.running.begin(other.job, at);
      await both.ends.publish(other.job, aPublication());
    };
    client.middlewareStack.add(
      (next, context) => async (input) => {
        const act = context.commandName === 'TransactWriteItemsCommand' ? meanwhile : null;
        if (act !== null) meanwhile = null;
        await act?.();
        return next(input);
      },
      { step: 'initialize' },
    );
    const late = createDynamoSyncClaims({ client, tables });
    const outcome = await late.claim({ job: aJob(repository.repository_id), force: true, clearIndex: true });
    client.destroy();
    expect(meanwhile).toBeNull();
    expect(outcome).toMatchObject({ kind: 'claimed', job: { fence: 2 }, replaced: null });
    expect(await both.repositories.get(repository.repository_id)).toMatchObject({
      fence: 2,
      branches: {},
      leftovers: [
        { kind: 'objects', prefix: expect.stringContaining('manifests') },
        { kind: 'generation', generation: 1 },
      ],
    });
  });
});
