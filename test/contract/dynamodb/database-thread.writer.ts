import { parentPort, workerData } from 'node:worker_threads';
import { createDynamoClient } from '../../../adapters/dynamodb/client.ts';
import { openSqliteDynamoDb } from '../../../adapters/dynamodb-sqlite/sqlite-dynamodb.ts';
import { Store } from '../../../adapters/dynamodb-sqlite/store.ts';
import type { RepositoryId } from '../../../core/contract/ids.ts';
import { overHandler } from '../../support/dynamodb-differential.ts';
import { createJobStores } from '../../support/job-stores.ts';
import { aJob } from '../../support/sync-records.ts';

/** A thread of its own on the database file; what it does is in its data. */
export type ThreadTask =
  /** Claims each repository, or takes each lock, at the moment when as many threads as `gate[1]` says are ready to. */
  | {
      readonly kind: 'claim' | 'lock';
      readonly path: string;
      readonly ids: readonly string[];
      readonly gate: SharedArrayBuffer;
    }
  /** Begins a write, says so, and keeps the lock for so long; without an end when null. */
  | { readonly kind: 'hold'; readonly path: string; readonly milliseconds: number | null };

const task = workerData as ThreadTask;

if (task.kind === 'hold') {
  const store = new Store(task.path);
  store.configure();
  store.write(() => {
    store.createTable('half-done', {
      keys: { partition: { name: 'pk', type: 'S' }, sort: { name: 'sk', type: 'S' } },
      indexes: [],
      ttlAttribute: null,
      createdAt: 0,
    });
    parentPort?.postMessage('holding');
    const end = performance.now() + (task.milliseconds ?? Number.POSITIVE_INFINITY);
    while (performance.now() < end);
  });
} else {
  const database = openSqliteDynamoDb({ path: task.path });
  const client = createDynamoClient({ requestHandler: database.requestHandler });
  const { claims } = createJobStores({ client, tables: { repositories: 'repositories', syncJobs: 'sync-jobs' } });
  const send = overHandler(database.requestHandler);
  /** A claim's transaction as it goes over the wire, and nothing around it: many times as many in a second. */
  const lock = async (id: string): Promise<string> => {
    const Item = { repository_id: { S: id }, sk: { S: 'LOCK' } };
    const job = { job_id: { S: id }, sk: { S: 'JOB' } };
    const { status, body } = await send({
      operation: 'TransactWriteItems',
      input: {
        TransactItems: [
          { Put: { TableName: 'repositories', Item, ConditionExpression: 'attribute_not_exists(repository_id)' } },
          { Put: { TableName: 'sync-jobs', Item: job, ConditionExpression: 'attribute_not_exists(job_id)' } },
        ],
      },
    });
    if (status === 200) return 'claimed';
    // The other thread has had the database for half a second: on a busy disk. Nothing is done then, and the SDK tries again.
    if (String(body.__type).endsWith('#ThrottlingException')) return lock(id);
    return String(body.message).includes('[ConditionalCheckFailed, ConditionalCheckFailed]')
      ? 'held'
      : String(body.message);
  };
  const claim = async (id: string): Promise<string> =>
    (await claims.claim({ job: aJob(id as RepositoryId), force: false, clearIndex: false })).kind;
  const gate = new Int32Array(task.gate);
  const all = Number(gate[1]);
  const outcomes: [string, string][] = [];
  for (const [round, id] of task.ids.entries()) {
    // All begin at once: the last one that comes wakes the others.
    const there = Atomics.add(gate, 0, 1) + 1;
    if (there === (round + 1) * all) Atomics.notify(gate, 0);
    for (let seen = there; seen < (round + 1) * all; seen = Atomics.load(gate, 0)) Atomics.wait(gate, 0, seen);
    outcomes.push([id, await (task.kind === 'claim' ? claim(id) : lock(id))]);
  }
  database.close();
  parentPort?.postMessage(outcomes);
}
