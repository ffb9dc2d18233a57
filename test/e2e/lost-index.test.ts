import { cp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileObjectStore } from '../../adapters/files/object-store.ts';
import type { JobAnswer } from '../../core/contract/api.ts';
import { blobSet, pathSet } from '../../core/manifest/pages/manifest-sets.ts';
import { FILES, readRoot } from '../../core/objects/manifests.ts';
import { allManifestsPrefix, pageKey } from '../../core/objects/object-keys.ts';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { useService } from '../support/use-service.ts';

/** What is lost, and how: everything of it is under the data directory, where a hand or a disk can take it. */
const service = useService(() => createGitRepository({ 'a.ts': 'export const axolotl = 1;\n' }));
const repositories: GitRepository[] = [];
afterAll(async () => {
  for (const { cleanup } of repositories) await cleanup();
});

const indexOf = (id: string) => join(service.dataDir, 'index', id);
/** The directory of a repository's only generation. */
const tableOf = async (id: string): Promise<string> => {
  const tables = await readdir(indexOf(id));
  expect(tables).toHaveLength(1);
  return join(indexOf(id), tables[0] ?? '');
};
const fileBelow = async (directory: string): Promise<string> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const file = entries.find((entry) => entry.isFile());
  if (file === undefined) throw new Error(`no file below ${directory}`);
  return join(file.parentPath, file.name);
};
const removeOneBelow = async (directory: string): Promise<void> => rm(await fileBelow(directory));
const objectsOf = (id: string) => join(service.dataDir, 'objects', 'repositories', id);

/** The file of a page that the branch's manifest names, of one of its sets. */
const pageOf = async (id: string, set: string): Promise<string> => {
  const objects = createFileObjectStore(join(service.dataDir, 'objects'));
  const [root = ''] = await Array.fromAsync(objects.list(allManifestsPrefix(id)));
  const [page] = (await readRoot(objects, root))?.get(set) ?? [];
  if (page === undefined) throw new Error(`no page of ${set} in ${root}`);
  return join(service.dataDir, 'objects', pageKey(id, page));
};

const losses: Record<string, { readonly fault: string; readonly lose: (id: string) => Promise<void> }> = {
  'the whole index': { fault: 'index_lost', lose: (id) => rm(indexOf(id), { recursive: true }) },
  'its indices': {
    fault: 'index_damaged',
    lose: async (id) => rm(join(await tableOf(id), '_indices'), { recursive: true }),
  },
  'a data file': { fault: 'index_damaged', lose: async (id) => removeOneBelow(join(await tableOf(id), 'data')) },
  'a manifest': { fault: 'manifest_lost', lose: (id) => removeOneBelow(join(objectsOf(id), 'manifests')) },
  'the end of a manifest': {
    fault: 'manifest_lost',
    lose: async (id) => {
      const file = await fileBelow(join(objectsOf(id), 'manifests'));
      await truncate(file, (await stat(file)).size - 5);
    },
  },
  'the list of files': { fault: 'manifest_lost', lose: async (id) => rm(await pageOf(id, FILES)) },
  'the end of the list of files': {
    fault: 'manifest_lost',
    lose: async (id) => {
      const file = await pageOf(id, FILES);
      await truncate(file, (await stat(file)).size - 5);
    },
  },
  'all objects': {
    fault: 'manifest_lost',
    lose: (id) => rm(objectsOf(id), { recursive: true }),
  },
};

const indexed = async (id: string): Promise<GitRepository> => {
  const git = await createGitRepository(animals);
  repositories.push(git);
  await service.api.register(id, git.path);
  expect(await service.api.synced(id)).toMatchObject({ status: 'completed', mode_reason: 'first_sync' });
  return git;
};
const changed = async (git: GitRepository, id: string, files: Record<string, string>): Promise<JobAnswer> => {
  await git.write(files);
  await git.commit('more');
  return service.api.synced(id);
};
const animals = {
  'a.ts': 'export const axolotl = 1;\n',
  'b.ts': 'export const bison = 2;\n',
  'c.ts': 'export const caracal = 3;\n',
};

const expectUnusable = async (id: string, fault: string): Promise<void> => {
  const { status, headers, body } = await service.api.call('GET', `/api/repositories/${id}/search?q=axolotl`);
  expect({ status, body }).toMatchObject({
    status: 503,
    body: {
      type: `urn:repository-sync:problem:${fault.replace('_', '-')}`,
      fault,
      job_id: null,
      detail: expect.stringContaining('start a sync'),
    },
  });
  expect(headers.get('retry-after')).toBeNull();
};
const expectAnew = async (id: string, job: JobAnswer, fault: string): Promise<void> => {
  expect(job).toMatchObject({ status: 'completed', mode: 'full', mode_reason: fault, counts: { indexed: 3 } });
  for (const [word, path] of [
    ['axolotl', 'a.ts'],
    ['bison', 'b.ts'],
    ['caracal', 'c.ts'],
  ] as const)
    expect((await service.api.found(id, word))[0]).toBe(path);
  // The new one is sound: the next sync has nothing to say of it.
  expect(await service.api.synced(id)).toMatchObject({ status: 'completed', mode: 'incremental', mode_reason: null });
};

describe('while the service runs', () => {
  // One after the other: each is lost of what the sync before has made anew.
  const id = 'up';
  beforeAll(() => indexed(id));

  it.each(Object.entries(losses))(
    '%s is lost: search never answers with less, and a sync makes the index anew',
    async (_, { fault, lose }) => {
      await service.api.found(id, 'axolotl');
      await lose(id);
      // What is in memory may still answer, in full.
      const { status, body } = await service.api.search(id, { q: 'axolotl' });
      if (status === 200) expect(body.results.map(({ path }) => path)).toContain('a.ts');
      else expect(body).toMatchObject({ status: 503, fault });
      await expectAnew(id, await service.api.synced(id), fault);
    },
  );
});

describe('while the service runs, a page is lost that only a sync reads:', () => {
  it.each([pathSet, blobSet])('search answers in full, and a sync makes the index anew: $name', async ({ name }) => {
    const id = `page-of-${name}`;
    await indexed(id);
    await rm(await pageOf(id, name));
    expect((await service.api.found(id, 'axolotl'))[0]).toBe('a.ts');
    await expectAnew(id, await service.api.synced(id), 'manifest_lost');
  });
});

describe('while the service is down', () => {
  const idOf = (kind: string, what: string) => `${kind}-${what.replaceAll(' ', '-')}`;
  /** What stands in the way in ways of its own: a manifest that is not whole is read as one that is not there. */
  const inTheWay = ['the whole index', 'its indices', 'a data file', 'a manifest', 'all objects'];
  let branched: GitRepository;
  let returning: GitRepository;

  beforeAll(async () => {
    for (const what of Object.keys(losses)) await indexed(idOf('plain', what));
    for (const what of inTheWay) {
      const git = await indexed(idOf('swept', what));
      // What the next sweep is to delete from the index.
      await changed(git, idOf('swept', what), { 'b.ts': 'export const bison = 2, more = 3;\n' });
    }
    const older = await indexed('older');
    await cp(indexOf('older'), join(service.dataDir, 'copy'), { recursive: true });
    await changed(older, 'older', { 'd.ts': 'export const dugong = 4;\n' });
    branched = await indexed('branched');
    for (const branch of ['kept', 'gone']) {
      await branched.branch(branch, 'main');
      await branched.write({ [`${branch}.ts`]: `export const ${branch}Marker = 'okapi';\n` });
      await branched.commit(branch);
      await branched.switch('main');
    }
    await service.api.synced('branched', { branches: ['main', 'kept', 'gone'] });
    await branched.git('branch', '-q', '-D', 'gone');
    returning = await indexed('returning');
    await service.api.synced('returning', { full_reindex: true });

    await service.process.terminate();
    for (const [what, { lose }] of Object.entries(losses))
      for (const kind of inTheWay.includes(what) ? ['plain', 'swept'] : ['plain']) await lose(idOf(kind, what));
    await rm(indexOf('older'), { recursive: true });
    await cp(join(service.dataDir, 'copy'), indexOf('older'), { recursive: true });
    await rm(indexOf('branched'), { recursive: true });
    await service.startAgain();
  });

  describe.each(Object.entries(losses))('%s is lost:', (what, { fault }) => {
    it('search says so, and the next sync makes it anew and says why', async () => {
      const id = idOf('plain', what);
      await expectUnusable(id, fault);
      await expectAnew(id, await service.api.synced(id), fault);
    });
  });

  it.each(inTheWay)('%s is lost: nothing stands in the way of a full reindex', async (what) => {
    await expectUnusable(idOf('swept', what), losses[what]?.fault ?? '');
    const id = idOf('swept', what);
    const job = await service.api.synced(id, { full_reindex: true });
    expect(job).toMatchObject({ status: 'completed', mode: 'full', counts: { indexed: 3 } });
    expect((await service.api.found(id, 'more'))[0]).toBe('b.ts');
  });

  it('an index is put back that is older than its record: it is known by the rows that it has not', async () => {
    await expectUnusable('older', 'index_damaged');
    expect(await service.api.synced('older')).toMatchObject({ mode: 'full', mode_reason: 'index_damaged' });
    expect((await service.api.found('older', 'dugong'))[0]).toBe('d.ts');
  });

  it('the index of several branches is lost: all of them are made anew, but for one that the source has not any more', async () => {
    for (const branch of ['main', 'kept', 'gone'])
      expect(await service.api.search('branched', { q: 'axolotl', branch })).toMatchObject({ status: 503 });
    expect(await service.api.synced('branched', { branches: ['main'] })).toMatchObject({
      status: 'completed',
      mode: 'full',
      mode_reason: 'index_lost',
    });
    expect((await service.api.found('branched', 'axolotl', { branch: 'main' }))[0]).toBe('a.ts');
    expect((await service.api.found('branched', 'keptMarker', { branch: 'kept' }))[0]).toBe('kept.ts');
    expect(await service.api.search('branched', { q: 'axolotl', branch: 'gone' })).toMatchObject({ status: 404 });
  });

  it('nothing is lost, and a repository comes back under its id later: no index takes another’s place', async () => {
    await changed(returning, 'returning', { 'd.ts': 'export const dugong = 4;\n' });
    expect((await service.api.found('returning', 'dugong'))[0]).toBe('d.ts');
    const before = await readdir(indexOf('returning'));
    expect(await service.api.call('DELETE', '/api/repositories/returning')).toMatchObject({ status: 204 });
    await service.api.register('returning', returning.path);
    expect(await service.api.synced('returning')).toMatchObject({ status: 'completed', mode_reason: 'first_sync' });
    const after = await readdir(indexOf('returning'));
    expect(after).toHaveLength(1);
    expect(before).not.toContain(after[0]);
    expect((await service.api.found('returning', 'axolotl'))[0]).toBe('a.ts');
    expect((await service.api.found('returning', 'dugong'))[0]).toBe('d.ts');
  });
});
