import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Api } from '../support/api.ts';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { makeDataDir, type ServiceProcess, startService } from '../support/service-process.ts';
import { mountSmallDisk, noSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { startSmartHttpServer } from '../support/smart-http-server.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

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
  readonly disk: SmallDisk;
  readonly process: ServiceProcess;
  repository(id: string, files: Record<string, string>): Promise<GitRepository>;
}

/** A service of which one folder of its data directory is on a small disk. */
const serviceOn = async (folder: string, size: string): Promise<Service> => {
  const data = await makeDataDir();
  closers.push(data.remove);
  const place = join(data.path, folder);
  const mount = (): SmallDisk => {
    const mounted = mountSmallDisk(place, size);
    closers.push(mounted.unmount);
    return mounted;
  };
  // What is temporary is removed at the start.
  const before = folder === 'tmp' ? null : mount();
  const process = await startService(data.path, { SOURCE_ROOTS: tmpdir() });
  const disk = before ?? mount();
  closers.push(process.kill);
  return {
    api: process.api,
    disk,
    process,
    repository: async (id, files) => {
      const git = await createGitRepository(files);
      closers.push(git.cleanup);
      await process.api.register(id, git.path);
      return git;
    },
  };
};

const filesBelow = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;

const full = { code: 'DiskUnusableError', reason: 'disk_full' };
const readOnly = { code: 'DiskUnusableError', reason: 'disk_read_only' };

/** A service is started, and embeds on a machine that others use too. */
const patience = 180_000;

describe.skipIf(noSmallDisk !== null)(`a disk that is full (${noSmallDisk ?? 'on a small tmpfs'})`, () => {
  it.each([
    ['objects', '300k'],
    ['index', '1m'],
  ])(
    'under %s: the job says so, the old index answers, and it goes on when there is space',
    async (at, size) => {
      const { api, disk, repository } = await serviceOn(at, size);
      const git = await repository('r', { 'a.ts': 'export const a = "axolotl";\n' });
      expect((await api.synced('r')).status).toBe('completed');
      await git.write(texts(20, 'bison'));
      await git.commit();

      const failed = await api.synced('r');
      expect(failed).toMatchObject({ status: 'failed', error: full });
      expect(failed.error?.message).toMatch(/: the service’s disk is full: free some space, then sync again$/);
      expect((await api.found('r', 'axolotl'))[0]).toBe('a.ts');
      expect(await api.found('r', 'bison')).not.toContain('src/bison0.ts');

      disk.remount('size=200m');
      expect(await api.synced('r')).toMatchObject({ status: 'completed', counts: { indexed: 20 } });
      expect((await api.found('r', 'bison')).some((path) => path.startsWith('src/bison'))).toBe(true);
    },
    patience,
  );

  it(
    'where git works',
    async () => {
      const { api, disk } = await serviceOn('tmp', '300k');
      const git = await createGitRepository(texts(20, 'bison'));
      closers.push(git.cleanup);
      const server = await startSmartHttpServer({ root: tmpdir() });
      closers.push(server.close);
      await api.register('r', `${server.url}/${basename(git.path)}/.git`);

      expect(await api.synced('r')).toMatchObject({ status: 'failed', error: full });
      disk.remount('size=200m');
      expect(await api.synced('r')).toMatchObject({ status: 'completed', counts: { indexed: 20 } });
    },
    patience,
  );

  it(
    'under all that the service keeps, its database too: it answers, says so, and goes on when there is space',
    async () => {
      const { api, disk, repository } = await serviceOn('', '40m');
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

describe.skipIf(noSmallDisk !== null)(`a disk that becomes read-only (${noSmallDisk ?? 'on a small tmpfs'})`, () => {
  it(
    'under objects: the job says so, and it goes on when it can be written to',
    async () => {
      const { api, disk, repository } = await serviceOn('objects', '50m');
      const git = await repository('r', { 'a.ts': 'export const a = "axolotl";\n' });
      expect((await api.synced('r')).status).toBe('completed');
      await git.write({ 'b.ts': 'export const b = "bison";\n' });
      await git.commit();
      disk.remount('ro');

      expect(await api.synced('r')).toMatchObject({ status: 'failed', error: readOnly });
      expect((await api.found('r', 'axolotl'))[0]).toBe('a.ts');

      disk.remount('rw');
      expect(await api.synced('r')).toMatchObject({ status: 'completed', counts: { indexed: 1 } });
    },
    patience,
  );
});
