import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { DynamoDBDocumentClient, GetCommand, PutCommand, paginateQuery, paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoClient } from '../../../adapters/dynamodb/client.ts';
import { createTables } from '../../../adapters/dynamodb/create-tables.ts';
import { prepareDatabaseFile } from '../../../adapters/dynamodb-sqlite/prepare-file.ts';
import { openSqliteDynamoDb, type SqliteDynamoDb } from '../../../adapters/dynamodb-sqlite/sqlite-dynamodb.ts';
import { overHandler } from '../../support/dynamodb-differential.ts';
import { createJobStores } from '../../support/job-stores.ts';
import { aRepository } from '../../support/sync-records.ts';
import type { ThreadTask } from './database-thread.writer.ts';

const tables = { repositories: 'repositories', syncJobs: 'sync-jobs' };
let directory: string;
let path: string;
let database: SqliteDynamoDb;
let documents: DynamoDBDocumentClient;
const threads: Worker[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'test-database-threads-'));
  path = join(directory, 'items.sqlite');
  open();
  await createTables(createDynamoClient({ requestHandler: database.requestHandler }), tables);
});
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.terminate();
  database.close();
  await rm(directory, { recursive: true, force: true });
});

const open = (): void => {
  prepareDatabaseFile(path);
  database = openSqliteDynamoDb({ path });
  documents = DynamoDBDocumentClient.from(createDynamoClient({ requestHandler: database.requestHandler }));
};
const start = (task: ThreadTask): Worker => {
  const thread = new Worker(new URL('./database-thread.writer.ts', import.meta.url), {
    workerData: task,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  threads.push(thread);
  return thread;
};
const put = (id: string) =>
  documents.send(new PutCommand({ TableName: 'repositories', Item: { repository_id: id, sk: 'x' } }));
const get = async (id: string) =>
  (await documents.send(new GetCommand({ TableName: 'repositories', Key: { repository_id: id, sk: 'x' } }))).Item;

describe('threads on one database', () => {
  /** What two threads that are at it at the same moment are told, by id. */
  const contend = async (kind: 'claim' | 'lock', ids: readonly string[]): Promise<[string, string][][]> => {
    const gate = new SharedArrayBuffer(8);
    new Int32Array(gate)[1] = 2;
    return Promise.all(
      [0, 1].map(async () => (await once(start({ kind, path, ids, gate }), 'message'))[0] as [string, string][]),
    );
  };
  /** One of the two has it, the other one is told so, and each of them has some. */
  const expectOneWinnerEach = (told: [string, string][][], ids: readonly string[]): void => {
    const toldOf = (outcome: string) =>
      told.flatMap((all) => all.filter(([, each]) => each === outcome).map(([id]) => id));
    expect(told.flat().filter(([, outcome]) => outcome !== 'claimed' && outcome !== 'held')).toEqual([]);
    expect(toldOf('claimed').sort()).toEqual([...ids].sort());
    expect(toldOf('held').sort()).toEqual([...ids].sort());
    for (const all of told) expect(all.some(([, outcome]) => outcome === 'claimed')).toBe(true);
  };

  it('that take a lock at the same moment have one winner, in each of 3,000 rounds', async () => {
    const ids = Array.from({ length: 3000 }, (_, i) => `lock-${i}`);
    expectOneWinnerEach(await contend('lock', ids), ids);
  }, 120_000);

  it('that claim a repository at the same moment have one winner, in each of 150 rounds', async () => {
    const client = createDynamoClient({ requestHandler: database.requestHandler });
    const { repositories } = createJobStores({ client, tables });
    const all = Array.from({ length: 150 }, () => aRepository());
    for (const repository of all) await repositories.create(repository);
    const ids = all.map(({ repository_id }) => repository_id);
    expectOneWinnerEach(await contend('claim', ids), ids);
    for (const id of ids) expect((await repositories.get(id))?.fence).toBe(1);
  }, 120_000);

  it('wait for one that writes without standing still: reads are answered, and timers run', async () => {
    await put('before');
    const thread = start({ kind: 'hold', path, milliseconds: 300 });
    await once(thread, 'message');
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 5);
    const writing = put('after');
    expect(await get('before')).toBeDefined();
    expect(await get('after')).toBeUndefined();
    await writing;
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
    expect(await get('after')).toBeDefined();
  });

  it('say that the database is busy when one holds it too long, and go on when it is ended in the middle of its write', async () => {
    const thread = start({ kind: 'hold', path, milliseconds: null });
    await once(thread, 'message');
    const send = overHandler(database.requestHandler);
    const Item = { repository_id: { S: 'x' }, sk: { S: 'x' } };
    const refused = await send({ operation: 'PutItem', input: { TableName: 'repositories', Item } });
    expect(refused).toMatchObject({ status: 400, body: { __type: expect.stringMatching(/#ThrottlingException$/) } });
    await thread.terminate();
    // What it had begun is undone with it, and its lock is free.
    await put('after');
    expect(await get('after')).toBeDefined();
    expect(await send({ operation: 'DescribeTable', input: { TableName: 'half-done' } })).toMatchObject({
      status: 400,
    });
  });
});

describe('a process that is killed in the middle of its writes', () => {
  const program = fileURLToPath(new URL('./database-process.writer.ts', import.meta.url));

  it('leaves of each transaction all or nothing, and all of what it was told was done', async () => {
    database.close();
    let next = 0;
    for (let round = 0; round < 8; round++) {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, path, String(next)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit');
      let printed = '';
      child.stdout.on('data', (data) => {
        // At some moment after a few of them; a transaction takes longest in its writes, so most kills hit one.
        if (printed === '') setTimeout(() => child.kill('SIGKILL'), 20 + round * 7);
        printed += data;
      });
      await exited;
      const done = printed.split('\n').slice(0, -1).map(Number);
      expect(done.length).toBeGreaterThan(0);
      open();
      const sizes = new Map<string, number>();
      let counted = 0;
      for await (const { Items = [] } of paginateScan({ client: documents }, { TableName: 'repositories' }))
        for (const item of Items) {
          if (item.repository_id === 'counter') counted = item.transactions;
          else sizes.set(item.repository_id, (sizes.get(item.repository_id) ?? 0) + 1);
        }
      expect(new Set(sizes.values())).toEqual(new Set([97]));
      expect(counted).toBe(sizes.size);
      for (const n of done) expect(sizes.has(`t${n}`)).toBe(true);
      const indexed: string[] = [];
      const index = {
        TableName: 'sync-jobs',
        IndexName: 'unfinished',
        KeyConditionExpression: 'unfinished = :shard',
        ExpressionAttributeValues: { ':shard': '0' },
      };
      for await (const { Items = [] } of paginateQuery({ client: documents }, index))
        indexed.push(...Items.map(({ job_id }) => job_id));
      expect(indexed.sort()).toEqual([...sizes.keys()].sort());
      next = sizes.size;
      database.close();
    }
    open();
  }, 120_000);
});
