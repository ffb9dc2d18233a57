import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { manifestsPrefix } from '../../core/objects/object-keys.ts';
import type { GitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

/** How many rows the index has of a file of the head. */
const rowsOf = async (id: string, git: GitRepository, path: string, number = 1): Promise<number> => {
  const oid = await git.head(`HEAD:${path}`);
  const generation = { repositoryId: id, number, dimensions: 512 };
  return (await world.server.runtime.index.get(generation, [{ oid, chunks: 1 }])).length;
};

it('takes a file that is ignored from now on out of the index with the next job', async () => {
  const git = await world.registered('ignoring', { 'a.ts': 'export const a = 1;\n', 'secret.md': 'The word.\n' });
  await world.api.synced('ignoring');
  expect(await rowsOf('ignoring', git, 'secret.md')).toBe(1);
  await world.api.call('PATCH', '/api/repositories/ignoring', { ignore_patterns: ['*.md'] });
  await world.api.synced('ignoring');
  await world.api.synced('ignoring');
  expect(await rowsOf('ignoring', git, 'secret.md')).toBe(0);
  expect(await rowsOf('ignoring', git, 'a.ts')).toBe(1);
});

it('keeps the rows of an ignored file whose content another file has', async () => {
  const git = await world.registered('sharing', {
    'a.ts': 'export const a = 1;\n',
    'copy.md': 'export const a = 1;\n',
  });
  await world.api.synced('sharing');
  await world.api.call('PATCH', '/api/repositories/sharing', { ignore_patterns: ['*.md'] });
  await world.api.synced('sharing');
  await world.api.synced('sharing');
  expect(await rowsOf('sharing', git, 'copy.md')).toBe(1);
});

it('removes the manifests of an index that was cleared by force', async () => {
  await world.registered('forced', { 'a.ts': 'export const a = 1;\n' });
  const first = await world.api.synced('forced');
  const manifests = (job: string) =>
    Array.fromAsync(
      world.server.runtime.objects.list(manifestsPrefix({ repository_id: 'forced', job_id: job } as never)),
    );
  expect(await manifests(first.job_id)).toHaveLength(1);
  const second = await world.api.synced('forced', { force: true, full_reindex: true });
  expect(second.status).toBe('completed');
  expect(await manifests(first.job_id)).toEqual([]);
  expect(await manifests(second.job_id)).toHaveLength(1);
});

it('leaves no more objects and directories after many syncs than after a few', async () => {
  const git = await world.registered('often', { 'a.ts': 'export const a = 0;\n', 'b.ts': 'export const b = 0;\n' });
  const left = async (): Promise<{ readonly files: number; readonly directories: number }> => {
    const root = join(world.dataDir, 'objects/repositories/often');
    const found = () => readdirSync(root, { recursive: true, withFileTypes: true });
    // What a job leaves is removed behind its end.
    await expect.poll(() => existsSync(join(root, 'jobs'))).toBe(false);
    return {
      files: found().filter((entry) => entry.isFile()).length,
      directories: found().filter((entry) => entry.isDirectory()).length,
    };
  };
  const sync = async (n: number) => {
    await git.write({ 'a.ts': `export const a = ${n};\n` });
    await git.commit();
    expect(await world.api.synced('often')).toMatchObject({ status: 'completed', counts: { modified: 1 } });
    return left();
  };
  await world.api.synced('often');
  const few = [await sync(1), await sync(2), await sync(3)];
  const many = [];
  for (let n = 4; n < 16; n++) many.push(await sync(n));
  const most = (of: readonly { files: number; directories: number }[]) => ({
    files: Math.max(...of.map(({ files }) => files)),
    directories: Math.max(...of.map(({ directories }) => directories)),
  });
  expect(most(many)).toEqual(most(few));
});
