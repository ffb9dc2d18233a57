import { describe, expect, it } from 'vitest';
import { createS3VectorsSearchIndex } from '../../adapters/s3-vectors/search-index.ts';
import type { RepositoryId } from '../../core/contract/ids.ts';
import { allWordsPrefix, repositoryPrefix } from '../../core/objects/object-keys.ts';
import { objectsOfRoot, readWordRoot } from '../../core/objects/word-roots.ts';
import type { Runtime } from '../../core/ports/runtime.ts';
import type { SearchIndex } from '../../core/ports/search-index.ts';
import { openS3VectorsStub, type S3VectorsStub } from '../support/aws-s3-vectors-stub.ts';
import { createGate } from '../support/faults.ts';
import { useWorld } from '../support/use-world.ts';

/** The whole service on the index of AWS, with the words of its rows in this machine's object store. */
const vectors: S3VectorsStub = await openS3VectorsStub();
const indexes = new WeakMap<object, SearchIndex>();
const onAws = (runtime: Runtime): Runtime => {
  const index =
    indexes.get(runtime) ??
    createS3VectorsSearchIndex({ client: vectors.client, bucketName: 'vectors', objects: runtime.objects });
  indexes.set(runtime, index);
  return Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(runtime),
      index: { value: index, enumerable: true },
    },
  ) as Runtime;
};
const world = useWorld({ decorate: onAws });
world.closing(async () => vectors[Symbol.asyncDispose]());
const { api, faults } = world;

const keysBelow = (prefix: string): Promise<string[]> => Array.fromAsync(world.server.runtime.objects.list(prefix));
const wordsOf = async (id: string): Promise<string> => {
  const record = await world.server.runtime.repositories.get(id as RepositoryId);
  return Object.values(record?.generations ?? {}).at(-1)?.words ?? '';
};
/** Every object of words is one that the record leads to, a moment after the publish. */
const expectTidy = async (id: string): Promise<void> => {
  const root = await wordsOf(id);
  const named = objectsOfRoot(id, await readWordRoot(world.server.runtime.objects, root));
  await expect.poll(() => keysBelow(allWordsPrefix(id))).toEqual([...named.keys(), root].sort());
  await expect.poll(() => keysBelow(`${repositoryPrefix(id)}jobs/`)).toEqual([]);
};
const files = Object.fromEntries(
  Array.from({ length: 40 }, (_, n) => [`src/file${n}.ts`, `export const common${n} = "filler of many files ${n}";\n`]),
);

describe('a service whose index keeps words apart', () => {
  it('finds a rare word, follows changes, and leaves no object that nothing names', async () => {
    const git = await world.registered('rare', { ...files, 'src/odd.ts': 'export const axolotl = "pond";\n' });
    expect((await api.synced('rare')).status).toBe('completed');
    await expectTidy('rare');
    const { body } = await api.search('rare', { q: 'axolotl' });
    expect(body.results[0]).toMatchObject({ path: 'src/odd.ts', match: 'words' });
    expect(body.results.filter(({ match }) => match === 'words')).toHaveLength(1);
    await git.write({
      'src/odd.ts': 'export const bandicoot = "bush";\n',
      'src/new.ts': 'export const axolotl = 2;\n',
    });
    await git.commit();
    await api.synced('rare');
    await expectTidy('rare');
    expect((await api.found('rare', 'axolotl'))[0]).toBe('src/new.ts');
    expect((await api.found('rare', 'bandicoot'))[0]).toBe('src/odd.ts');
    expect(await api.found('rare', 'axolotl lang:python')).toEqual([]);
    await git.remove('src/new.ts');
    await git.commit();
    await api.synced('rare');
    await api.synced('rare');
    expect((await api.search('rare', { q: 'axolotl' })).body.results.filter(({ match }) => match === 'words')).toEqual(
      [],
    );
    await expectTidy('rare');
  });

  it('searches the old words until the flip, and after a job that failed in its settle', async () => {
    const git = await world.registered('flip', { 'a.ts': 'export const aardvark = 1;\n' });
    await api.synced('flip');
    const before = await wordsOf('flip');
    await git.write({ 'a.ts': 'export const badger = 1;\n' });
    await git.commit();
    const gate = createGate();
    faults.set('index', (real) => ({
      settle: async (...settle) => {
        await real.settle(...settle);
        await gate.wait();
        throw new RangeError('no settling today');
      },
    }));
    const job = (await api.sync('flip')).body;
    await gate.reached;
    expect(await api.found('flip', 'aardvark')).toEqual(['a.ts']);
    gate.open();
    expect((await api.ended(job.job_id)).status).toBe('failed');
    expect(await wordsOf('flip')).toBe(before);
    faults.clear();
    // What the dead job has settled goes with the next one's sweep.
    expect((await api.synced('flip')).status).toBe('completed');
    await expectTidy('flip');
    expect((await api.search('flip', { q: 'badger' })).body.results[0]?.match).toBe('words');
  });

  it('does not take for lost what another branch’s publish has replaced while a search ran', async () => {
    const git = await world.registered('two', { 'a.ts': 'export const aardvark = 1;\n' });
    await git.branch('feature');
    await git.write({ 'b.ts': 'export const badger = 1;\n' });
    await git.commit();
    await git.switch('main');
    await api.synced('two', { branches: ['current', 'feature'] });
    await git.switch('feature');
    await git.write({ 'c.ts': 'export const camel = 1;\n' });
    await git.commit();
    await git.switch('main');
    const gate = createGate();
    let held = false;
    faults.set('index', (real) => ({
      query: async (...query) => {
        if (!held) {
          held = true;
          await gate.wait();
        }
        return real.query(...query);
      },
    }));
    const searching = api.search('two', { q: 'aardvark' });
    await gate.reached;
    expect((await api.synced('two', { branches: ['feature'] })).status).toBe('completed');
    gate.open();
    const { status, body } = await searching;
    expect([status, body.results[0]?.path]).toEqual([200, 'a.ts']);
    await expectTidy('two');
  });

  it('makes a new index where words are lost, and says so until then', async () => {
    await world.registered('lost', { 'a.ts': 'export const aardvark = 1;\n' });
    await api.synced('lost');
    const [shard = ''] = (await keysBelow(allWordsPrefix('lost'))).filter((key) => key.includes('.shard-0.'));
    await world.server.runtime.objects.delete([shard]);
    const reply = (await api.search('lost', { q: 'aardvark' })) as { status: number; body: unknown };
    expect(reply).toMatchObject({ status: 503, body: { title: 'Index damaged' } });
    expect(await api.synced('lost')).toMatchObject({ status: 'completed', mode: 'full', mode_reason: 'index_damaged' });
    expect(await api.found('lost', 'aardvark')).toEqual(['a.ts']);
    await expectTidy('lost');
  });

  it('leaves no object of a repository that is removed', async () => {
    await world.registered('removed', { 'a.ts': 'export const aardvark = 1;\n' });
    await api.synced('removed');
    expect((await keysBelow(allWordsPrefix('removed'))).length).toBeGreaterThan(3);
    expect((await api.call('DELETE', '/api/repositories/removed')).status).toBe(204);
    expect(await keysBelow(repositoryPrefix('removed'))).toEqual([]);
  });
});
