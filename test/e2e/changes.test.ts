import { beforeAll, describe, expect, it } from 'vitest';
import { createGitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

/** A small sync lists what differs between two trees; where that cannot be had, the whole tree tells the same. */
const world = useWorld({
  git: () => createGitRepository({ 'a.ts': 'export const a = "axolotl";\n', 'b.ts': 'export const b = "bison";\n' }),
});
beforeAll(async () => {
  await world.api.register('zoo', world.git.path);
  await world.api.synced('zoo');
});

const attributes = 'repositories/zoo/attributes/';
const change = async (word: string): Promise<void> => {
  await world.git.write({ 'a.ts': `export const a = "${word}";\n` });
  await world.git.commit(word);
};
const oneModified = { status: 'completed', counts: { added: 0, modified: 1, deleted: 0, unchanged: 1 } };

describe('a small sync', () => {
  it('reads the whole tree when the attributes of the last one are gone, and keeps them again', async () => {
    const { objects } = world.server.runtime;
    await objects.deleteAll(attributes);
    await change('caribou');
    expect(await world.api.synced('zoo')).toMatchObject(oneModified);
    expect((await world.api.found('zoo', 'caribou'))[0]).toBe('a.ts');
    expect(await Array.fromAsync(objects.list(attributes))).toHaveLength(1);
  });

  it('reads the whole tree when the commit of the last one is gone', async () => {
    const gone = await world.git.head();
    await world.git.write({ 'a.ts': 'export const a = "dingo";\n' });
    await world.git.git('commit', '--quiet', '--all', '--amend', '--message', 'rewritten');
    await world.git.git('reflog', 'expire', '--expire=now', '--all');
    await world.git.git('gc', '--quiet', '--prune=now');
    await expect(world.git.git('cat-file', '-e', gone)).rejects.toThrow();
    expect(await world.api.synced('zoo')).toMatchObject(oneModified);
    expect((await world.api.found('zoo', 'dingo'))[0]).toBe('a.ts');
  });
});
