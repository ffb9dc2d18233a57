import { describe, expect, it } from 'vitest';
import type { Problem } from '../../core/contract/api.ts';
import type { FileAnswer } from '../../core/contract/files.ts';
import { RepositoryId } from '../../core/contract/ids.ts';
import { rootText } from '../../core/manifest/pages/manifest-root.ts';
import { contentSet } from '../../core/manifest/pages/manifest-sets.ts';
import { PACKS, readRoot } from '../../core/objects/manifests.ts';
import { jobOfKey, pageKey } from '../../core/objects/object-keys.ts';
import { sourceFiles as source } from '../support/source-files.ts';
import { useWorld } from '../support/use-world.ts';

/** While it is set, publishes leave no word of contents, as they did before contents were kept. */
let earlier = false;

const world = useWorld({
  decorate: (runtime) => ({
    ...runtime,
    ends: {
      ...runtime.ends,
      publish: (job, publication) => {
        const branches = Object.entries(publication.branches).map(([name, { contents, ...pointer }]) => [
          name,
          pointer,
        ]);
        return runtime.ends.publish(
          job,
          earlier ? { ...publication, branches: Object.fromEntries(branches) } : publication,
        );
      },
    },
  }),
});
const { api } = world;

const read = (id: string, place: string) =>
  api.call<FileAnswer & Problem>('GET', `/api/repositories/${id}/files/${place}`);

describe('what is kept of texts', () => {
  const packsOf = async (id: string): Promise<readonly string[]> => {
    const keys = await Array.fromAsync(world.server.runtime.objects.list(`repositories/${id}/packs/`));
    for (const key of keys) expect(jobOfKey(RepositoryId.parse(id), key)).not.toBeNull();
    return keys;
  };

  it('is a pack for each batch, goes when nothing is left of it, and with the repository', async () => {
    const git = await world.registered('kept', { 'a.ts': 'export const a = 1;\n', 'b.ts': 'export const b = 1;\n' });
    await api.synced('kept');
    const first = await packsOf('kept');
    expect(first).toHaveLength(2);
    await git.write({ 'c.ts': 'export const c = 1;\n' });
    await git.commit();
    await api.synced('kept');
    const both = await packsOf('kept');
    expect(both).toHaveLength(4);
    await git.remove('a.ts', 'b.ts');
    await git.commit();
    await api.synced('kept');
    // A publish removes them once it has released the lock.
    const soon = { timeout: 60_000 };
    await expect.poll(() => packsOf('kept'), soon).toEqual(both.filter((key) => !first.includes(key)));
    await api.synced('kept', { full_reindex: true });
    await expect.poll(() => packsOf('kept'), soon).toHaveLength(2);
    expect((await read('kept', 'c.ts')).body.text).toBe('export const c = 1;\n');
    expect((await api.call('DELETE', '/api/repositories/kept')).status).toBe(204);
    await expect.poll(() => packsOf('kept'), soon).toEqual([]);
  });

  it('is said to be lost when it is, and is read anew by the next sync', async () => {
    await world.registered('lost', source);
    await api.synced('lost');
    await world.server.runtime.objects.delete(await packsOf('lost'));
    const lost = await read('lost', 'README.md');
    expect([lost.status, lost.body.title, (lost.body as { fault?: string }).fault]).toEqual([
      503,
      'Contents lost',
      'manifest_lost',
    ]);
    const job = await api.synced('lost');
    expect([job.mode, job.mode_reason]).toEqual(['full', 'manifest_lost']);
    expect((await read('lost', 'README.md')).body.text).toBe(source['README.md']);
  });

  it('is read by the next sync for a branch that was indexed before, and nothing is embedded for it', async () => {
    const git = await world.registered('upgraded', source);
    await git.branch('topic');
    await git.write({ 'topic.ts': 'export const topic = 1;\n' });
    await git.commit();
    await git.switch('main');
    earlier = true;
    await api.synced('upgraded', { branches: ['main', 'topic'] });
    earlier = false;
    const { objects, repositories } = world.server.runtime;
    const record = await repositories.get(RepositoryId.parse('upgraded'));
    for (const { manifest_key } of Object.values(record?.branches ?? {})) {
      const root = new Map((await readRoot(objects, manifest_key)) ?? []);
      for (const page of root.get(contentSet.name) ?? []) await objects.delete([pageKey('upgraded', page)]);
      root.delete(contentSet.name);
      root.delete(PACKS);
      await objects.putText(manifest_key, rootText(root));
    }
    await objects.delete(await packsOf('upgraded'));
    const before = await read('upgraded', 'README.md');
    expect([before.status, before.body.title]).toEqual([409, 'Content not kept']);
    // The branch has not moved, and another one has: it is read too.
    const job = await api.synced('upgraded', { branches: ['main'] });
    expect(job).toMatchObject({
      status: 'completed',
      mode: 'incremental',
      counts: { unchanged: 8, chunks_embedded: 0 },
    });
    for (const name of ['README.md', 'src/a.ts', 'src/deep/er/b.py'] as const)
      expect((await read('upgraded', name)).body.text).toBe(source[name]);
    expect((await read('upgraded', 'topic.ts?branch=topic')).status).toBe(409);
    await git.switch('topic');
    await git.write({ 'later.ts': 'export const later = 1;\n' });
    await git.commit();
    await git.switch('main');
    await api.synced('upgraded', { branches: ['topic'] });
    expect((await read('upgraded', 'topic.ts?branch=topic')).body.text).toBe('export const topic = 1;\n');
    expect((await read('upgraded', 'later.ts?branch=topic')).body.text).toBe('export const later = 1;\n');
    expect((await read('upgraded', 'README.md?branch=topic')).body.text).toBe(source['README.md']);
    expect((await api.found('upgraded', 'termites'))[0]).toBe('README.md');
    // And then a sync costs nothing again.
    const idle = await api.synced('upgraded', { branches: ['main', 'topic'] });
    expect(idle.counts).toMatchObject({ added: 0, chunks_embedded: 0, unchanged: 8 + 10 });
  });
});
