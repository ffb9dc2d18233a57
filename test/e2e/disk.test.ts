import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '../support/api.ts';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { makeDataDir, type ServiceProcess, startService } from '../support/service-process.ts';
import { mountSmallDisk, noSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { startSmartHttpServer } from '../support/smart-http-server.ts';

/** Text that compression makes four times smaller at most: some 80 KB a file. */
const texts = (count: number, word: string): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `src/${word}${n}.ts`,
      Array.from({ length: 900 }, () => `export const x${randomBytes(20).toString('hex')} = "${word}";`).join('\n'),
    ]),
  );

interface Service {
  readonly api: Api;
  /** The small disks by the folder of the data directory. */
  readonly disks: Readonly<Record<string, SmallDisk>>;
  readonly process: ServiceProcess;
  repository(id: string, files: Record<string, string>): Promise<GitRepository>;
}

/** A service of which folders of its data directory are on small disks, of these sizes. */
const serviceOn = async (
  sizes: Readonly<Record<string, string>>,
  close: (closer: () => unknown) => void,
): Promise<Service> => {
  const data = await makeDataDir();
  close(data.remove);
  const disks: Record<string, SmallDisk> = {};
  const mount = (folder: string): void => {
    const mounted = mountSmallDisk(join(data.path, folder), sizes[folder] ?? '');
    close(mounted.unmount);
    disks[folder] = mounted;
  };
  // What is temporary is removed at the start.
  const isTemporary = (folder: string): boolean => folder === 'tmp';
  for (const folder of Object.keys(sizes)) if (!isTemporary(folder)) mount(folder);
  const process = await startService(data.path, { SOURCE_ROOTS: tmpdir() });
  for (const folder of Object.keys(sizes)) if (isTemporary(folder)) mount(folder);
  close(process.kill);
  return {
    api: process.api,
    disks,
    process,
    repository: async (id, files) => {
      const git = await createGitRepository(files);
      close(git.cleanup);
      await process.api.register(id, git.path);
      return git;
    },
  };
};

const filesBelow = (folder: string): number =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length
    : 0;

const full = { code: 'DiskUnusableError', reason: 'disk_full' };
const readOnly = { code: 'DiskUnusableError', reason: 'disk_read_only' };

/** A service is started, and embeds on a machine that others use too. */
const patience = 180_000;

const there = <T>(part: T | undefined): T => {
  if (part === undefined) throw new Error('no such disk');
  return part;
};

describe.skipIf(noSmallDisk !== null)(`a disk of one folder (${noSmallDisk ?? 'on a small tmpfs'})`, () => {
  const closers: (() => unknown)[] = [];
  let service: Service;
  const roomy = 'size=200m';
  const disk = (folder: string): SmallDisk => there(service.disks[folder]);
  beforeAll(async () => {
    service = await serviceOn({ objects: '200m', index: '200m', tmp: '300k' }, (closer) => closers.push(closer));
  }, patience);
  afterAll(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  it.each([
    ['objects', 150_000],
    ['index', 500_000],
  ])(
    'that is full, under %s: the job says so, the old index answers, and it goes on when there is space',
    async (at, leaving) => {
      const { api, repository } = service;
      const git = await repository(at, { 'a.ts': 'export const a = "axolotl";\n' });
      expect((await api.synced(at)).status).toBe('completed');
      await git.write(texts(20, 'bison'));
      await git.commit();
      disk(at).fill(leaving);

      const failed = await api.synced(at);
      expect(failed).toMatchObject({ status: 'failed', error: full });
      expect(failed.error?.message).toMatch(/: the service’s disk is full: free some space, then sync again$/);
      expect((await api.found(at, 'axolotl'))[0]).toBe('a.ts');
      expect(await api.found(at, 'bison')).not.toContain('src/bison0.ts');

      disk(at).empty();
      expect(await api.synced(at)).toMatchObject({ status: 'completed', counts: { indexed: 20 } });
      expect((await api.found(at, 'bison')).some((path) => path.startsWith('src/bison'))).toBe(true);
    },
    patience,
  );

  it(
    'that is full, where git works',
    async () => {
      const { api } = service;
      const git = await createGitRepository(texts(20, 'bison'));
      closers.push(git.cleanup);
      const server = await startSmartHttpServer({ root: tmpdir() });
      closers.push(server.close);
      await api.register('remote', `${server.url}/${basename(git.path)}/.git`);

      expect(await api.synced('remote')).toMatchObject({ status: 'failed', error: full });
      disk('tmp').remount(roomy);
      expect(await api.synced('remote')).toMatchObject({ status: 'completed', counts: { indexed: 20 } });
    },
    patience,
  );

  it(
    'that becomes read-only, under objects: the job says so, and it goes on when it can be written to',
    async () => {
      const { api, repository } = service;
      const git = await repository('read', { 'a.ts': 'export const a = "axolotl";\n' });
      expect((await api.synced('read')).status).toBe('completed');
      await git.write({ 'b.ts': 'export const b = "bison";\n' });
      await git.commit();
      disk('objects').remount('ro');

      expect(await api.synced('read')).toMatchObject({ status: 'failed', error: readOnly });
      expect((await api.found('read', 'axolotl'))[0]).toBe('a.ts');

      disk('objects').remount('rw');
      expect(await api.synced('read')).toMatchObject({ status: 'completed', counts: { indexed: 1 } });
    },
    patience,
  );
});

describe.skipIf(noSmallDisk !== null)(`a disk that is full (${noSmallDisk ?? 'on a small tmpfs'})`, () => {
  it(
    'under all that the service keeps, its database too: it answers, says so, and goes on when there is space',
    async () => {
      await using closing = new AsyncDisposableStack();
      const { api, disks, repository } = await serviceOn({ '': '40m' }, (closer) =>
        closing.defer(async () => void (await closer())),
      );
      const disk = there(disks['']);
      const git = await repository('r', { 'a.ts': 'export const a = "axolotl";\n' });
      expect((await api.synced('r')).status).toBe('completed');
      await git.write({ 'b.ts': 'export const b = "bison";\n' });
      await git.commit();
      // What the first job leaves is removed behind its end: that would make room again.
      await expect.poll(() => filesBelow(join(disk.path, 'objects/repositories/r/jobs'))).toBe(0);
      disk.fill(0);

      const refused = await api.call('POST', '/api/repositories/r/sync');
      expect(refused).toMatchObject({
        status: 503,
        body: { detail: expect.stringContaining('disk of the service is full') },
      });
      expect((await api.found('r', 'axolotl'))[0]).toBe('a.ts');
      expect((await api.repository('r')).active_job_id).toBeNull();

      disk.empty();
      expect(await api.synced('r')).toMatchObject({ status: 'completed', counts: { indexed: 1 } });
    },
    patience,
  );
});
