import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DescribeTableCommand, DescribeTimeToLiveCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoClient } from '../../../adapters/dynamodb/client.ts';
import { createDynamoRepositoryStore } from '../../../adapters/dynamodb/repository-store.ts';
import { createDynamoSyncClaims } from '../../../adapters/dynamodb/sync-claims.ts';
import { dynamoDbBinary } from '../../../adapters/dynamodb-process/binary.ts';
import {
  createTables,
  type DynamoDbProcess,
  startDynamoDb,
} from '../../../adapters/dynamodb-process/dynamodb-process.ts';
import type { RepositoryId } from '../../../core/contract/ids.ts';
import { aJob, aRepository } from '../../support/sync-records.ts';

const names = { repositories: 'repositories', syncJobs: 'sync-jobs' };
let dataDir: string;
const started: DynamoDbProcess[] = [];
const children: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'repo-sync-dynamodb-process-'));
});
afterEach(async () => {
  for (const server of started.splice(0)) await server.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

const start = async (options: Partial<Parameters<typeof startDynamoDb>[0]> = {}): Promise<DynamoDbProcess> => {
  const server = await startDynamoDb({ dataDir, ...options });
  started.push(server);
  return server;
};
/** A zombie, whose parent has not looked yet, is gone too. */
const isGone = async (pid: number): Promise<boolean> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat === null || /\) [ZX]/.test(stat);
};
const untilGone = async (pid: number): Promise<void> => {
  for (let i = 0; i < 500 && !(await isGone(pid)); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await isGone(pid)).toBe(true);
};
/** A stand-in for the program, in sh; `$REAL` is the real one. */
const program = async (script: string): Promise<string> => {
  const path = join(dataDir, 'program.sh');
  await writeFile(path, `#!/bin/sh\nREAL='${dynamoDbBinary()}'\n${script}\n`);
  await chmod(path, 0o755);
  return path;
};

describe('startDynamoDb', () => {
  it('answers on loopback, ends on close, and starts again on the same file', async () => {
    const first = await start();
    expect(first.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const client = createDynamoClient({ endpoint: first.endpoint });
    await createTables(client, names);
    const repository = aRepository();
    await createDynamoRepositoryStore({ client, tables: names }).create(repository);
    await first.close();
    expect(await first.exited).toEqual({ code: 0, signal: null });
    const second = await start();
    const reopened = createDynamoClient({ endpoint: second.endpoint });
    const repositories = createDynamoRepositoryStore({ client: reopened, tables: names });
    expect(await repositories.get(repository.repository_id)).toEqual(repository);
  });

  it('keeps every acknowledged write through a kill -9', async () => {
    for (let round = 0; round < 3; round++) {
      const server = await start();
      const client = createDynamoClient({ endpoint: server.endpoint });
      await createTables(client, names);
      const repositories = createDynamoRepositoryStore({ client, tables: names });
      const claims = createDynamoSyncClaims({ client, tables: names });
      const acknowledged: RepositoryId[] = [];
      const writing = (async () => {
        for (;;) {
          const repository = aRepository();
          await repositories.create(repository);
          await claims.claim({ job: aJob(repository.repository_id), force: false, clearIndex: false });
          // In the middle of a later write: how many there are by then is up to the machine.
          if (acknowledged.push(repository.repository_id) === 4)
            setTimeout(() => process.kill(server.pid, 'SIGKILL'), 20 * round);
        }
      })().catch(() => undefined);
      expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
      await writing;
      client.destroy();
      const again = await start();
      const reopened = createDynamoRepositoryStore({
        client: createDynamoClient({ endpoint: again.endpoint }),
        tables: names,
      });
      expect(acknowledged.length).toBeGreaterThanOrEqual(4);
      for (const id of acknowledged) expect((await reopened.get(id))?.lock).toMatchObject({ fence: 1 });
      await again.close();
    }
  });

  it('refuses a directory that a live server owns, and leaves that one alone', async () => {
    const first = await start();
    await expect(startDynamoDb({ dataDir })).rejects.toMatchObject({ name: 'DataDirInUseError' });
    expect(await isGone(first.pid)).toBe(false);
    await first.close();
    await start();
  });

  it('dies with its parent, even after a kill -9 of that', async () => {
    const module = fileURLToPath(new URL('../../../adapters/dynamodb-process/dynamodb-process.ts', import.meta.url));
    const script = `
      const { startDynamoDb } = await import(${JSON.stringify(module)});
      const { pid } = await startDynamoDb({ dataDir: ${JSON.stringify(dataDir)} });
      console.log(pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(parent);
    const [output] = await once(parent.stdout, 'data');
    const pid = Number(String(output));
    expect(await isGone(pid)).toBe(false);
    parent.kill('SIGKILL');
    await untilGone(pid);
    await start();
  });

  it('lets a parent end that forgets to close it', async () => {
    const module = fileURLToPath(new URL('../../../adapters/dynamodb-process/dynamodb-process.ts', import.meta.url));
    const script = `
      const { startDynamoDb } = await import(${JSON.stringify(module)});
      const { pid } = await startDynamoDb({ dataDir: ${JSON.stringify(dataDir)} });
      console.log(pid);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(parent);
    const [[output], [code]] = await Promise.all([once(parent.stdout, 'data'), once(parent, 'exit')]);
    expect(code).toBe(0);
    await untilGone(Number(String(output)));
  });

  it('kills an orphan that still holds the file', async () => {
    const server = await start();
    // What is left when parent and watcher died at once: the process and its record, but no owner of the directory.
    const record = await readFile(join(dataDir, 'dynamodb.pid'), 'utf8');
    await server.close();
    const orphan = spawn(dynamoDbBinary(), ['serve', '--port', '0', '--db-path', join(dataDir, 'dynamodb.sqlite')], {
      stdio: 'ignore',
    });
    children.push(orphan);
    const stat = await readFile(`/proc/${orphan.pid}/stat`, 'utf8');
    const begun = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    expect(record).toMatch(/^\d+ \d+\n$/);
    await writeFile(join(dataDir, 'dynamodb.pid'), `${orphan.pid} ${begun}\n`);
    const ended = once(orphan, 'exit');
    await start();
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it.each([
    ['another process that has the number now', (pid: number) => `${pid} 1\n`],
    ['nothing sensible', () => 'x y\n'],
    ['the number of init', () => '1 1\n'],
  ])('kills nobody when the record names %s', async (_, record) => {
    const bystander = spawn('sleep', ['30'], { stdio: 'ignore' });
    children.push(bystander);
    await writeFile(join(dataDir, 'dynamodb.pid'), record(bystander.pid ?? 0));
    await start();
    expect(await isGone(bystander.pid ?? 0)).toBe(false);
  });

  it('tries another port when the one it chose was taken meanwhile', async () => {
    const binary = await program(`
      if [ ! -e '${dataDir}/tried' ]; then touch '${dataDir}/tried'; echo 'error: port 1 is already in use' >&2; exit 1; fi
      exec "$REAL" "$@"`);
    const { endpoint } = await start({ binary });
    expect((await fetch(endpoint)).status).toBe(200);
  });

  it('gives up ports after some tries, with what the program said', async () => {
    const binary = await program(`echo x >> '${dataDir}/tries'; echo 'error: port 1 is already in use' >&2; exit 1`);
    await expect(start({ binary })).rejects.toThrow('DynamoDB did not start: error: port 1 is already in use');
    expect(await readFile(join(dataDir, 'tries'), 'utf8')).toBe('x\n'.repeat(5));
  });

  it('says why the program did not start, and gives the directory back', async () => {
    await expect(start({ binary: await program('echo no room >&2; exit 3') })).rejects.toThrow(
      'did not start: no room',
    );
    await expect(start({ binary: await program('exit 3') })).rejects.toThrow('did not start: it said nothing');
    await expect(start({ binary: join(dataDir, 'absent') })).rejects.toThrow('ENOENT');
    await start();
  });

  it('kills a program that does not end when it is told to', async () => {
    const lines: string[] = [];
    const logger = { debug: (message: string) => lines.push(message), info: (message: string) => lines.push(message) };
    const all = { ...logger, warn: logger.info, error: logger.info, with: () => all };
    // The stand-in answers nothing to SIGTERM; the real one behind it is remembered and ended by the test.
    const binary = await program(
      `trap '' TERM; "$REAL" "$@" & echo $! > '${dataDir}/behind'; while :; do sleep 0.1; done`,
    );
    const server = await startDynamoDb({ dataDir, binary, stopMilliseconds: 200, logger: all });
    await server.close();
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(lines).toContain('dynamodb said something');
    expect(lines).toContain('dynamodb ended');
    process.kill(Number(await readFile(join(dataDir, 'behind'), 'utf8')), 'SIGKILL');
  });

  it('names the way out where there is no program', () => {
    expect(() => dynamoDbBinary('plan9', 'mips')).toThrow(
      /@dynoxide\/plan9-mips is not installed: set DYNAMODB_ENDPOINT/,
    );
    expect(() => dynamoDbBinary('plan9', 'mips')).toThrow(
      expect.objectContaining({ name: 'DynamoDbUnavailableError' }),
    );
  });
});

describe('createTables', () => {
  it('makes the tables as they are defined, and again changes nothing', async () => {
    const client = createDynamoClient({ endpoint: (await start()).endpoint });
    await createTables(client, names);
    const jobs = await client.send(new DescribeTableCommand({ TableName: 'sync-jobs' }));
    expect(jobs.Table).toMatchObject({
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      KeySchema: [
        { AttributeName: 'job_id', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
    expect(
      jobs.Table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => [
        IndexName,
        KeySchema?.map(({ AttributeName }) => AttributeName),
        Projection?.ProjectionType,
      ]),
    ).toEqual([
      ['by-repository', ['repository_id', 'created_at'], 'KEYS_ONLY'],
      ['unfinished', ['unfinished', 'created_at'], 'KEYS_ONLY'],
      ['due', ['due_shard', 'due_at'], 'KEYS_ONLY'],
    ]);
    const repositories = createDynamoRepositoryStore({ client, tables: names });
    const repository = aRepository();
    await repositories.create(repository);
    await createTables(client, names);
    expect(await repositories.get(repository.repository_id)).toEqual(repository);
  });

  it('completes a creation that died before the time to live was set', async () => {
    const client = createDynamoClient({ endpoint: (await start()).endpoint });
    await createTables(client, names);
    const timeToLive = async () =>
      (await client.send(new DescribeTimeToLiveCommand({ TableName: 'sync-jobs' }))).TimeToLiveDescription;
    const off = { Enabled: false, AttributeName: 'expires_at' };
    await client.send(new UpdateTimeToLiveCommand({ TableName: 'sync-jobs', TimeToLiveSpecification: off }));
    expect(await timeToLive()).toMatchObject({ TimeToLiveStatus: 'DISABLED' });
    await createTables(client, names);
    expect(await timeToLive()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires_at' });
  });

  it('passes on what it does not know', async () => {
    const client = createDynamoClient({ endpoint: (await start()).endpoint });
    await expect(createTables(client, { ...names, repositories: 'x' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});
