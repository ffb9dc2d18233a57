import { existsSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoClient } from '../../../adapters/dynamodb/client.ts';
import { createTables } from '../../../adapters/dynamodb/create-tables.ts';
import { createDynamoJobs } from '../../../adapters/dynamodb/jobs.ts';
import { createDynamoRepositoryStore } from '../../../adapters/dynamodb/repository-store.ts';
import { prepareDatabaseFile } from '../../../adapters/dynamodb-sqlite/prepare-file.ts';
import { openSqliteDynamoDb, type SqliteDynamoDb } from '../../../adapters/dynamodb-sqlite/sqlite-dynamodb.ts';
import { dynoxideProgram, startDynoxide } from '../../support/dynoxide.ts';
import { createJobStores } from '../../support/job-stores.ts';
import { aJob, aRepository } from '../../support/sync-records.ts';

const tables = { repositories: 'repositories', syncJobs: 'sync-jobs' };
let directory: string;
let path: string;
const opened: SqliteDynamoDb[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'test-database-file-'));
  path = join(directory, 'dynamodb', 'items.sqlite');
});
afterEach(async () => {
  for (const database of opened.splice(0)) database.close();
  await rm(directory, { recursive: true, force: true });
});

const open = (): DynamoDBClient => {
  prepareDatabaseFile(path);
  const database = openSqliteDynamoDb({ path });
  opened.push(database);
  return createDynamoClient({ requestHandler: database.requestHandler });
};
const close = (): void => {
  for (const database of opened.splice(0)) database.close();
};
/** Some of everything: a repository, a claimed and begun job, a membership. */
const fill = async (client: DynamoDBClient): Promise<void> => {
  await createTables(client, tables);
  const stores = createJobStores({ client, tables });
  for (let i = 0; i < 5; i++) {
    const repository = aRepository();
    await stores.repositories.create(repository);
    const claimed = await stores.claims.claim({ job: aJob(repository.repository_id), force: false, clearIndex: false });
    if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
    if (i > 2) await stores.running.begin(claimed.job, new Date('2026-01-01T00:00:00.000Z'));
  }
};
const contents = async (client: DynamoDBClient): Promise<object> => {
  const documents = DynamoDBDocumentClient.from(client);
  const all = async (TableName: string, id: string) => {
    const { Items = [] } = await documents.send(new ScanCommand({ TableName }));
    return Object.fromEntries(Items.map((item) => [`${item[id]} ${item.sk}`, item]));
  };
  return { ...(await all('repositories', 'repository_id')), ...(await all('sync-jobs', 'job_id')) };
};

describe('the database file of one machine', () => {
  it('is its owner’s alone, with all that SQLite puts beside it, whatever the umask', async () => {
    const client = open();
    await fill(client);
    const mode = (file: string): string => (statSync(file).mode & 0o777).toString(8);
    expect(mode(join(directory, 'dynamodb'))).toBe('700');
    const files = await readdir(join(directory, 'dynamodb'));
    expect(files.sort()).toEqual(['items.sqlite', 'items.sqlite-shm', 'items.sqlite-wal']);
    for (const file of files) expect([file, mode(join(directory, 'dynamodb', file))]).toEqual([file, '600']);
  });

  it('holds what was written when it is opened again', async () => {
    const client = open();
    await createTables(client, tables);
    const repository = aRepository();
    await createDynamoRepositoryStore({ client, tables }).create(repository);
    close();
    const again = createDynamoRepositoryStore({ client: open(), tables });
    expect(await again.get(repository.repository_id)).toEqual(repository);
  });

  it.each([
    ['is no database at all', async () => writeFile(path, 'x'.repeat(8192))],
    ['is cut short', async () => truncate(path, statSync(path).size - 4096)],
    ['has a page of something else', async () => overwrite(path, 8192, 4096)],
  ])('that %s is refused at the start, with what to do', async (_, damage) => {
    const client = open();
    await fill(client);
    close();
    await damage();
    expect(() => prepareDatabaseFile(path)).toThrow(
      expect.objectContaining({
        name: 'DatabaseFileError',
        message: expect.stringMatching(
          new RegExp(`^${path} is damaged \\(.+\\): put a copy of it in its place, or move it away;`),
        ),
      }),
    );
  });

  it('of a later version is refused', () => {
    prepareDatabaseFile(path);
    const file = new DatabaseSync(path);
    file.exec('PRAGMA user_version = 2');
    file.close();
    expect(() => prepareDatabaseFile(path)).toThrow(/was written by a later version .* \(format 2, this one knows 1\)/);
  });
});

const overwrite = async (file: string, at: number, length: number): Promise<void> => {
  const { open: openFile } = await import('node:fs/promises');
  const handle = await openFile(file, 'r+');
  await handle.write(Buffer.alloc(length, 0xa5), 0, length, at);
  await handle.close();
};

const program = dynoxideProgram();

describe.skipIf(program === null)('a database that dynoxide wrote for an earlier version', () => {
  const earlier = () => join(directory, 'dynamodb', 'dynamodb.sqlite');
  /** As the earlier version left it: ended, or killed with its log beside it. */
  const written = async (end: NodeJS.Signals): Promise<object> => {
    prepareDatabaseFile(path);
    await rm(path);
    const server = await startDynoxide(program as string, earlier());
    const client = createDynamoClient({ endpoint: server.endpoint });
    await fill(client);
    const before = await contents(client);
    client.destroy();
    const exited = new Promise((resolve) => server.child.once('exit', resolve));
    server.child.kill(end);
    await exited;
    return before;
  };

  it.each(['SIGTERM', 'SIGKILL'] as const)('is taken over once, item by item, after a %s', async (end) => {
    const before = await written(end);
    // A repository, its owner's membership and number of repositories, and a job for each of five.
    expect(Object.keys(before).length).toBeGreaterThanOrEqual(15);
    const client = open();
    expect(await contents(client)).toEqual(before);
    // The tables are known with their indexes and times to live: nothing is created again, and work goes on.
    await createTables(client, tables);
    const unfinished = await Array.fromAsync(createDynamoJobs({ client, tables }).unfinished());
    expect(unfinished.map(({ status }) => status).sort()).toEqual(['queued', 'queued', 'queued', 'running', 'running']);
    expect(existsSync(earlier())).toBe(false);
    expect(existsSync(`${earlier()}.imported`)).toBe(true);
    close();
    expect(await contents(open())).toEqual(before);
  });

  it('is taken over by the next start, where the first one died before its end', async () => {
    const before = await written('SIGTERM');
    open();
    close();
    // Renamed, and not committed.
    await rm(path);
    expect(await contents(open())).toEqual(before);
  });

  it('is refused beside a newer file: one of them is not to be used', async () => {
    await written('SIGTERM');
    open();
    close();
    writeFileSync(earlier(), '');
    expect(() => prepareDatabaseFile(path)).toThrow(
      /an earlier version of this program wrote, is beside .*: move away/,
    );
  });

  it.each([
    ['a format that is not known', "UPDATE _config SET value = '8'", 'its format is 8'],
    ['an item that is none', `UPDATE repositories SET item_json = '{"a":{"S":1}}'`, 'has content of another type'],
  ])('with %s is refused and stays as it is', async (_, change, why) => {
    await written('SIGTERM');
    const file = new DatabaseSync(earlier());
    file.exec(change);
    file.close();
    for (let start = 0; start < 2; start++) {
      expect(() => prepareDatabaseFile(path)).toThrow(
        expect.objectContaining({ name: 'DatabaseFileError', message: expect.stringContaining(why) }),
      );
      expect(existsSync(earlier())).toBe(true);
    }
  });
});
