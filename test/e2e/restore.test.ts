import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allRepositories } from '../../adapters/dynamodb/all-repositories.ts';
import { createTables } from '../../adapters/dynamodb/create-tables.ts';
import type { Runtime } from '../../core/ports/runtime.ts';
import { type Reindexed, reindexAll } from '../../core/upkeep/reindex-all.ts';
import { loadFunction } from '../../local/load-function.ts';
import { tableNames } from '../../local/runtime.ts';
import { answerJsonError, type HttpStub, openHttpStub } from '../support/aws-http-stub.ts';
import { startTestDynamoDb, type TestDynamoDb } from '../support/dynamodb.ts';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { startWorld, type World } from '../support/world.ts';

/** Where point-in-time recovery would put the tables. */
const restored = { repositories: 'restored-repositories', syncJobs: 'restored-sync-jobs' } as const;
const root = fileURLToPath(new URL('../..', import.meta.url));

let dynamo: TestDynamoDb;
let world: World;
let runtime: Runtime;
const repositories: GitRepository[] = [];
beforeAll(async () => {
  dynamo = await startTestDynamoDb();
  world = await startWorld(
    (composed) => {
      runtime = composed;
      return composed;
    },
    { dynamodbEndpoint: dynamo.endpoint },
  );
  await createTables(dynamo.client, restored);
});
afterAll(async () => {
  await world?.close();
  await dynamo?.stop();
  for (const { cleanup } of repositories) await cleanup();
});

const registered = async (id: string, files: Record<string, string>): Promise<GitRepository> => {
  const git = await createGitRepository(files);
  repositories.push(git);
  await world.api.register(id, git.path);
  await world.api.synced(id);
  return git;
};
const changed = async (git: GitRepository, id: string, files: Record<string, string>, options?: object) => {
  await git.write(files);
  await git.commit('more');
  return world.api.synced(id, options);
};

/** The command as an operator runs it. */
const operator = async (command: string, argumentsOf: readonly string[], environment: object = {}): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, [`operator/${command}.ts`, ...argumentsOf], {
    cwd: root,
    env: { PATH: process.env.PATH, DYNAMODB_ENDPOINT: dynamo.endpoint, AWS_REGION: 'eu-central-1', ...environment },
  });
  return stdout;
};
const itemsOf = async (TableName: string): Promise<Record<string, object>> => {
  const items: Record<string, object> = {};
  for await (const { Items = [] } of paginateScan({ client: dynamo.client }, { TableName }))
    for (const item of Items.map((each) => unmarshall(each)))
      items[`${item.repository_id} ${item.job_id} ${item.sk}`] = item;
  return items;
};

describe('tables that are restored to an earlier second', () => {
  it('are what they were, item by item, once they are put back', async () => {
    const git = await registered('kept', { 'a.ts': 'export const a = "axolotl";\n' });
    const other = await registered('other', { 'o.ts': 'export const o = "okapi";\n' });
    for (const name of ['repositories', 'syncJobs'] as const)
      await operator('replace-items', [tableNames[name], restored[name]]);
    const before = await itemsOf(tableNames.syncJobs);

    // What happens after that second: a generation and manifests go, a repository comes.
    await changed(git, 'kept', { 'b.ts': 'export const b = "bison";\n' });
    await changed(git, 'kept', { 'c.ts': 'export const c = "caracal";\n' }, { full_reindex: true, force: true });
    await changed(other, 'other', { 'p.ts': 'export const p = "pangolin";\n' });
    await registered('late', { 'l.ts': 'export const l = "lynx";\n' });
    expect(await itemsOf(tableNames.syncJobs)).not.toEqual(before);

    for (const name of ['repositories', 'syncJobs'] as const)
      expect(await operator('replace-items', [restored[name], tableNames[name]])).toMatch(
        /items put, [1-9]\d* deleted/,
      );
    expect(await itemsOf(tableNames.syncJobs)).toEqual(before);
    expect((await world.api.call('GET', '/api/repositories/late')).status).toBe(404);
  });

  it('name what is gone, which a reindex of all heals', async () => {
    const broken = await world.api.search('kept', { q: 'axolotl' });
    expect(broken.status === 200 ? JSON.stringify(broken.body) : '').not.toContain('a.ts');

    const reports: Reindexed[] = [];
    await reindexAll(runtime)({
      repositories: allRepositories(dynamo.client, tableNames.repositories),
      atOnce: 2,
      pause: () => sleep(50),
      report: (reindexed) => void reports.push(reindexed),
    });
    expect(reports.map(({ repositoryId, outcome }) => [repositoryId, outcome]).sort()).toEqual([
      ['kept', 'completed'],
      ['other', 'completed'],
    ]);
    for (const [id, word, path] of [
      ['kept', 'axolotl', 'a.ts'],
      ['kept', 'caracal', 'c.ts'],
      ['other', 'pangolin', 'p.ts'],
    ] as const)
      expect((await world.api.found(id, word))[0]).toBe(path);
    // And it goes on from there, in steps.
    const git = repositories[0] as GitRepository;
    expect(await changed(git, 'kept', { 'd.ts': 'export const d = "dugong";\n' })).toMatchObject({
      status: 'completed',
      progress: { files_total: 1 },
    });
  });
});

describe('the commands', () => {
  let stub: HttpStub;
  beforeAll(async () => {
    stub = await openHttpStub();
  });
  afterAll(() => stub[Symbol.asyncDispose]());

  it('do not empty a table', async () => {
    await createTables(dynamo.client, { repositories: 'empty-repositories', syncJobs: 'empty-sync-jobs' });
    const before = await itemsOf(tableNames.repositories);
    await expect(operator('replace-items', ['empty-repositories', tableNames.repositories])).rejects.toThrow(
      'would be empty',
    );
    expect(await itemsOf(tableNames.repositories)).toEqual(before);
    await expect(operator('replace-items', ['one'])).rejects.toThrow('1 more must be named');
  });

  it('start an execution for each repository by the stage’s alias, report each, and end with 1 when one has failed', async () => {
    const gone = await registered('gone', { 'g.ts': 'export const g = "gnu";\n' });
    await gone.cleanup();
    // The world's reconciler starts what could not be started: so the jobs run here, and fail by what they find.
    stub.handler = (_, response) => answerJsonError(response, 400, 'StateMachineDoesNotExist');
    const stateMachineArn = 'arn:aws:states:eu-central-1:123456789012:stateMachine:sync:live';
    let isOver = false;
    const command = operator('reindex-all', ['3'], {
      REPOSITORIES_TABLE: tableNames.repositories,
      SYNC_JOBS_TABLE: tableNames.syncJobs,
      STATE_MACHINE_ARN: stateMachineArn,
      AWS_ENDPOINT_URL_SFN: stub.endpoint,
      AWS_ACCESS_KEY_ID: 'stub',
      AWS_SECRET_ACCESS_KEY: 'stub',
    }).catch((error) => error);
    void command.then(() => {
      isOver = true;
    });
    // The world's own comes by every ten seconds.
    const reconcile = await loadFunction('reconcile-syncs');
    for (; !isOver; await sleep(200)) await reconcile({ graceSeconds: 0 });
    const failure = await command;
    expect(failure).toMatchObject({ code: 1 });
    expect(failure.stdout.trim().split('\n').sort()).toEqual([
      expect.stringMatching(/^completed\tkept\tsync-/),
      expect.stringMatching(/^completed\tother\tsync-/),
      expect.stringMatching(/^failed\tgone\tsync-.*\t.+/),
    ]);
    const starts = stub.requests.filter(({ headers }) => String(headers['x-amz-target']).endsWith('StartExecution'));
    expect(starts.map(({ body }) => JSON.parse(body.toString()).stateMachineArn)).toEqual(
      new Array(3).fill(stateMachineArn),
    );
  });
});
