import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBDocumentClient, PutCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Delivery } from '../../core/contract/events.ts';
import type { AwsWorld } from '../support/aws-world.ts';
import { createGate } from '../support/faults.ts';
import { createGitRepository } from '../support/git-repository.ts';
import { type SmartHttpServer, startSmartHttpServer } from '../support/smart-http-server.ts';
import { startWebhookReceiver } from '../support/webhook-receiver.ts';
import {
  change,
  dispatch,
  files,
  need,
  reconcile,
  register,
  run,
  type Stage,
  start,
  startHeld,
  webhook,
} from './usage-stage.ts';
import { useLargeBranch } from './use-large-branch.ts';
import { useLostIndex } from './use-lost-index.ts';
import { usePushHooks } from './use-push-hooks.ts';
import { useSchedules } from './use-schedules.ts';
import { useSnapshots } from './use-snapshots.ts';

const credential = { username: 'reader', password: 'told-to-nobody' };

/**
 * Brings every function to do everything that it ever does, failures included, so that what it asks of AWS is on record.
 * Whoever adds a call to a function brings it about here: least-privilege.test.ts finds a right that nothing has used.
 */
export const useEveryFunction = async (
  world: AwsWorld,
  { syncJobs, credentialsPrefix }: { readonly syncJobs: string; readonly credentialsPrefix: string },
): Promise<void> => {
  const git = await createGitRepository(files);
  const server: SmartHttpServer = await startSmartHttpServer({ root: dirname(git.path), auth: credential });
  const receiver = await startWebhookReceiver();
  world.secrets.set(
    `${credentialsPrefix}reader`,
    JSON.stringify({
      ...credential,
      users: ['ann'],
      hosts: [new URL(server.url).host],
      prefixes: [`${server.url}/`],
    }),
  );
  const url = `${server.url}/${basename(git.path)}/.git`;
  const stage: Stage = { world, git, url, receiver, syncJobs, credentialsPrefix };
  try {
    for (const act of [
      settings,
      remote,
      syncs,
      repeats,
      force,
      cancel,
      retries,
      failure,
      reconciliation,
      useLargeBranch,
      useSnapshots,
      usePushHooks,
      useSchedules,
      useLostIndex,
      deletion,
    ]) {
      await act(stage);
      world.onEmbed = async () => undefined;
      world.vectors.intercept = () => false;
    }
  } finally {
    await receiver.close();
    await server.close();
    await git.cleanup();
  }
};

/** It answers with a page, which the client of JSON cannot read. */
const fetchDocs = ({ world }: Stage) =>
  world.functions.invoke('get-docs', { httpMethod: 'GET', headers: {}, requestContext: {}, path: '/api/docs' });

/** As is this: a stream of events, which goes out whole. */
const fetchEvents = ({ world }: Stage, job: string) =>
  world.functions.invoke('get-job-events', {
    httpMethod: 'GET',
    headers: {},
    pathParameters: { job_id: job },
    requestContext: { requestId: 'events', authorizer: { principalId: 'ann' } },
    path: `/api/jobs/${job}/events`,
  });

const settings = async (stage: Stage): Promise<void> => {
  for (const path of ['/api/health', '/api/openapi.json']) await need(stage, 200, 'GET', path);
  await fetchDocs(stage);
  const clientInfo = { name: 'test', version: '1' };
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  await need(
    stage,
    200,
    'POST',
    '/api/mcp',
    { jsonrpc: '2.0', id: 1, method: 'initialize', params: hello },
    { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
  );
  await stage.world.anonymous.call('GET', '/api/repositories');
  await register(stage, 'main');
  await need(stage, 409, 'POST', '/api/repositories', { repository_id: 'main', source: { url: stage.git.path } });
  await need(stage, 200, 'GET', '/api/repositories');
  await need(stage, 200, 'GET', '/api/repositories/main');
  await need(stage, 200, 'PATCH', '/api/repositories/main', { ignore_patterns: ['*.log'] });
  for (const user of ['bob', 'ann']) {
    await need(stage, 204, 'PUT', `/api/repositories/main/grants/${user}`, { role: 'read' });
    await need(stage, 204, 'DELETE', `/api/repositories/main/grants/${user}`);
  }
  await need(stage, 201, 'POST', '/api/repositories/main/secrets/webhook');
};

/** Behind a server that wants a credential: looked at by start-sync's helper, pulled and staged. */
const remote = async (stage: Stage): Promise<void> => {
  const source = { url: stage.url, credential: 'reader' };
  await register(stage, 'remote', source);
  // Twice: a look has 350 ms, and on a busy machine the first may end before it is on its way.
  await run(stage, 'remote');
  await run(stage, 'remote');
  await need(stage, 200, 'PATCH', '/api/repositories/remote', { source: { credential: 'reader' } });
  const named = { url: stage.url, credential: { name: 'reader', user: 'ann' } };
  const look = {
    source: named,
    branches: [{ branch: 'main', from: null }],
    remote: 'origin',
    budget_milliseconds: 10_000,
  };
  await stage.world.functions.invoke('look-remote', look);
  await need(stage, 204, 'DELETE', '/api/repositories/remote');
};

const syncs = async (stage: Stage): Promise<void> => {
  const job = await run(stage, 'main', webhook(stage));
  await need(stage, 200, 'GET', `/api/jobs/${job}/files`);
  await fetchEvents(stage, job);
  for (const query of ['q=badger', 'q=badger&path=b.ts'])
    await need(stage, 200, 'GET', `/api/repositories/main/search?${query}`);
  await need(stage, 200, 'GET', '/api/repositories/main/grep?pattern=badger');
  await need(stage, 200, 'GET', '/api/repositories/main/symbols?name=badger');
  await need(stage, 200, 'GET', '/api/repositories/main/outline/a.ts');
  for (const query of ['', '&repositories=main']) {
    await need(stage, 200, 'GET', `/api/grep?pattern=badger${query}`);
    await need(stage, 200, 'GET', `/api/symbols?name=badger${query}`);
  }
  for (const query of ['q=badger', 'q=badger&repositories=main']) await need(stage, 200, 'GET', `/api/search?${query}`);
  await need(stage, 200, 'GET', '/api/repositories/main/files');
  await need(stage, 200, 'GET', '/api/repositories/main/files/a.ts');
  // A changed file, whose old chunks are looked up, and one less, whose rows the next job removes.
  await stage.git.remove('d.ts');
  await change(stage, { 'a.ts': `${files['a.ts']}export const more = "anteater";\n` });
  await run(stage, 'main', webhook(stage));
  // Another generation; the one before it is dropped.
  const held = await startHeld(stage, 'main', { full_reindex: true, ...webhook(stage) });
  // While it runs it is looked at, and in the way.
  await need(stage, 200, 'GET', '/api/repositories/main/jobs');
  await start(stage, 'main', {}, 409);
  await start(stage, 'main', { on_conflict: 'queue' });
  for (const path of ['', '/main']) await need(stage, 200, 'GET', `/api/repositories${path}`);
  await need(stage, 200, 'PATCH', '/api/repositories/main', { ignore_patterns: ['*.log', '*.tmp'] });
  await need(stage, 204, 'DELETE', '/api/repositories/main/queued-sync');
  await strayBatch(stage, held.job_id);
  held.open();
  await stage.world.api.ended(held.job_id);
  await deliveries(stage);
};

/** A batch that a worker left in flight when it died, and that no later attempt has taken up. */
const strayBatch = async ({ world, syncJobs }: Stage, job_id: string): Promise<void> => {
  const key = { job_id, sk: 'BATCH#00000099' };
  const numbers = { files_total: 1, files_done: 0, current_file: null, updated_at: new Date().toISOString() };
  const Item = { ...key, ...numbers, batch: 99, fence: 1 };
  await DynamoDBDocumentClient.from(world.dynamodb.client).send(new PutCommand({ TableName: syncJobs, Item }));
};

const deliveries = async (stage: Stage): Promise<void> => {
  const listed = async () =>
    (await need<{ deliveries: Delivery[] }>(stage, 200, 'GET', '/api/repositories/main/webhook-deliveries')).deliveries;
  stage.receiver.answer('/told', (_, response) => response.writeHead(410).end());
  await dispatch(stage);
  const [last] = await listed();
  await need(stage, 202, 'POST', `/api/repositories/main/webhook-deliveries/${last?.delivery_id}/redeliver`);
  stage.receiver.answer('/told', (_, response) => response.writeHead(204).end());
  await dispatch(stage);
};

const repeats = async (stage: Stage): Promise<void> => {
  const key = { 'idempotency-key': 'once' };
  const { job_id } = await start(stage, 'main', {}, 202, key);
  await stage.world.api.ended(job_id);
  await start(stage, 'main', {}, 202, key);
  await start(stage, 'main', { full_reindex: true }, 422, key);
};

const force = async (stage: Stage): Promise<void> => {
  const held = await startHeld(stage, 'main', webhook(stage));
  const { job_id } = await start(stage, 'main', { force: true, full_reindex: true, ...webhook(stage) });
  held.open();
  await stage.world.api.ended(job_id);
};

const cancel = async (stage: Stage): Promise<void> => {
  const held = await startHeld(stage, 'main', webhook(stage));
  await need(stage, 409, 'DELETE', '/api/repositories/main/branches/main');
  await need(stage, 202, 'POST', `/api/jobs/${held.job_id}/cancel`);
  // Its worker hears of it at its next heartbeat, half a second later.
  await sleep(800);
  held.open();
  await stage.world.api.ended(held.job_id);
  await need(stage, 409, 'POST', `/api/jobs/${held.job_id}/cancel`);
};

const retries = async (stage: Stage): Promise<void> => {
  const refuse = async (texts: readonly string[]) => {
    if (texts.some((text) => text.includes('poison'))) throw new Error('not this text');
  };
  stage.world.onEmbed = refuse;
  await change(stage, { 'f.ts': 'export const f = "poison";\n' });
  const job = await run(stage, 'main', webhook(stage), 'completed_with_errors');
  const held = createGate();
  stage.world.onEmbed = held.wait;
  const { job_id } = await need<{ job_id: string }>(stage, 202, 'POST', `/api/jobs/${job}/retry-failed`);
  await held.reached;
  await need(stage, 409, 'POST', `/api/jobs/${job}/retry-failed`);
  held.open();
  await stage.world.api.ended(job_id);
};

const refuseVectors = ({ world }: Stage, refused: string): void => {
  world.vectors.intercept = ({ path }, response) => {
    if (path !== refused) return false;
    response.writeHead(403, { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException' });
    response.end('{}');
    return true;
  };
};

/** A fault that no retry is for: the Map fails, and the cause stands in its results. */
const failure = async (stage: Stage): Promise<void> => {
  refuseVectors(stage, '/PutVectors');
  const mark = Date.now();
  await change(stage, { 'a.ts': `a${mark}\n`, 'b.ts': `b${mark}\n`, 'c.ts': `c${mark}\n` });
  await run(stage, 'main', webhook(stage), 'failed');
  stage.world.vectors.intercept = () => false;
  // The next one removes what it left.
  await run(stage, 'main');
};

const reconciliation = async (stage: Stage): Promise<void> => {
  stage.world.executions.swallow = true;
  const { job_id } = await start(stage, 'main', webhook(stage));
  stage.world.executions.swallow = false;
  await reconcile(stage);
  await stage.world.api.ended(job_id);
  const held = await startHeld(stage, 'main', webhook(stage));
  for (let attempt = 1; attempt <= 5; attempt++) {
    const name = `${held.job_id}-${attempt}`;
    await stage.world.executions.lose(name);
    await reconcile(stage);
  }
  held.open();
  await stage.world.api.ended(held.job_id);
  await run(stage, 'main');
};

const deletion = async (stage: Stage): Promise<void> => {
  await need(stage, 200, 'GET', '/api/repositories/main/branches');
  await need(stage, 204, 'DELETE', '/api/repositories/main/branches/main');
  await register(stage, 'other');
  await run(stage, 'other');
  await need(stage, 204, 'DELETE', '/api/repositories/main');
  // What the call cannot clear, the dispatcher clears.
  refuseVectors(stage, '/DeleteIndex');
  await need(stage, 204, 'DELETE', '/api/repositories/other');
  stage.world.vectors.intercept = () => false;
  await dispatch(stage);
  await hastenRemovals(stage);
  await dispatch(stage);
  const left = [...stage.world.vectors.indexes.keys()].filter((name) => name.startsWith('other.'));
  if (left.length > 0) throw new Error(`${left} was not cleared`);
};

/** The second clearing of what was removed is due now, not in twenty minutes. */
const hastenRemovals = async ({ world, syncJobs: TableName }: Stage): Promise<void> => {
  const documents = DynamoDBDocumentClient.from(world.dynamodb.client);
  const { Items = [] } = await documents.send(new ScanCommand({ TableName }));
  for (const { job_id, sk } of Items.filter((item) => item.sk === 'REMOVAL'))
    await documents.send(
      new UpdateCommand({
        TableName,
        Key: { job_id, sk },
        UpdateExpression: 'SET due_at = :now',
        ExpressionAttributeValues: { ':now': new Date().toISOString() },
      }),
    );
};
