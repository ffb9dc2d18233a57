import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createGitRepository } from '../support/git-repository.ts';
import type { HttpFault } from '../support/http-faults.ts';
import { processesOf } from '../support/processes-of.ts';
import { makeDataDir, type ServiceProcess, startService } from '../support/service-process.ts';
import { startSmartHttpServer } from '../support/smart-http-server.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A remote that stops in the middle of a pack, until it is told to go on. */
const startSlowRemote = async () => {
  const files = Array.from({ length: 30 }, (_, n) => [
    `part-${n}.ts`,
    `export const part${n} = "${randomBytes(30_000).toString('base64')}";\n`,
  ]);
  const git = await createGitRepository(Object.fromEntries(files));
  closers.push(git.cleanup);
  const state: { fault: HttpFault | null } = { fault: { kind: 'stall', after: 100_000 } };
  const server = await startSmartHttpServer({ root: tmpdir(), fault: () => state.fault });
  closers.push(server.close);
  return {
    url: `${server.url}/${basename(git.path)}/.git`,
    goOn: () => {
      state.fault = null;
    },
  };
};

const goneFrom = async ({ commands, temporary }: Pick<Fetching, 'commands' | 'temporary'>): Promise<void> => {
  await expect.poll(commands, { timeout: 15_000 }).toEqual([]);
  const folders = async (): Promise<string[]> =>
    (await readdir(temporary)).filter((name) => name.startsWith('repo-sync-git-'));
  await expect.poll(folders, { timeout: 15_000 }).toEqual([]);
};

/** A service whose sync is in the middle of a fetch: git and its children are alive. */
const startFetching = async (remote: { readonly url: string }) => {
  const data = await makeDataDir();
  closers.push(data.remove);
  const service = await startService(data.path);
  closers.push(service.kill);
  await service.api.register('slow', remote.url);
  const { body: job } = await service.api.sync('slow');
  // The contents: what comes before is small enough to be sent whole.
  await expect.poll(async () => (await service.api.job(job.job_id)).progress.phase, { timeout: 60_000 }).toBe('stage');
  const temporary = join(data.path, 'tmp');
  const commands = async (): Promise<string[]> => (await processesOf(temporary)).map(({ command }) => command);
  await expect.poll(commands, { timeout: 60_000 }).toContainEqual(expect.stringContaining('index-pack'));
  const running = await commands();
  for (const part of ['git fetch', 'remote-http', 'index-pack']) expect(running.join('\n')).toContain(part);
  return { data, service, job, temporary, commands };
};

type Fetching = Awaited<ReturnType<typeof startFetching>>;

const ends: readonly [name: string, end: (service: ServiceProcess) => Promise<unknown>][] = [
  [
    'SIGINT, twice',
    async ({ child }) => {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      child.kill('SIGINT');
      await exited;
    },
  ],
  [
    'a crash',
    async ({ child }) => {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGABRT');
      await exited;
    },
  ],
];

describe('a service that ends in the middle of a fetch', () => {
  it.each(ends)(
    'after %s leaves no process behind, and no folder',
    async (_, end) => {
      const fetching = await startFetching(await startSlowRemote());

      await end(fetching.service);

      await goneFrom(fetching);
    },
    90_000,
  );

  it('finds at its next start what nobody could remove, removes it however young, and completes the sync', async () => {
    const remote = await startSlowRemote();
    const { data, service, job, temporary } = await startFetching(remote);
    await service.kill();
    // As after a power cut, which ends the guards too.
    const left = [
      join(temporary, 'repo-sync-git-1'),
      join(temporary, '.tmpLance'),
      join(data.path, 'objects', '.tmp', 'half'),
    ];
    for (const path of left) await mkdir(path, { recursive: true });
    await writeFile(join(data.path, 'token.999999999.tmp'), 'half a tok');
    remote.goOn();

    const next = await startService(data.path);
    closers.push(next.kill);

    expect(await readdir(temporary)).not.toContain('repo-sync-git-1');
    expect(await readdir(temporary)).not.toContain('.tmpLance');
    expect(await readdir(join(data.path, 'objects', '.tmp'))).not.toContain('half');
    expect((await readdir(data.path)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(await next.api.ended(job.job_id)).toMatchObject({ status: 'completed', attempt: 2 });
  }, 180_000);

  it('after kill -9 takes nothing from another service on the machine, which ends as clean on SIGTERM', async () => {
    const remote = await startSlowRemote();
    const dying = await startFetching(remote);
    const living = await startFetching(remote);
    const before = await processesOf(living.temporary);
    const folders = (await readdir(living.temporary)).sort();

    await dying.service.kill();
    await goneFrom(dying);
    const next = await startService(dying.data.path);
    closers.push(next.kill);

    const pids = (await processesOf(living.temporary)).map(({ pid }) => pid);
    for (const { pid, command } of before) expect(pids, command).toContain(pid);
    expect((await readdir(living.temporary)).sort()).toEqual(folders);
    expect(await living.service.api.job(living.job.job_id)).toMatchObject({ status: 'running', attempt: 1 });

    expect(await living.service.terminate()).toBe(0);
    await goneFrom(living);
  }, 180_000);
});
