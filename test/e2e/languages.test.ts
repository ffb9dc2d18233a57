import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { startWorld, type World } from '../support/world.ts';

/** Rows are kept by content, and one content may stand at paths of several languages: rows must name them all. */
let world: World;
let git: GitRepository;
const wombat = 'export const animal = "wombat";\n'.repeat(60);
beforeAll(async () => {
  world = await startWorld();
  git = await createGitRepository({ 'a.js': wombat, 'b.ts': 'export const b = "bison";\n', 'c.py': 'c = "civet"\n' });
  await git.write({
    'd.go': 'package d\n',
    'e.rs': 'fn e() {}\n',
    'f.sh': 'echo f\n',
    'ignored.txt': 'see .gitattributes\n',
  });
  await git.commit('more');
  await world.api.register('zoo', git.path);
  await world.api.synced('zoo');
});
afterAll(async () => {
  await world.close();
  await git.cleanup();
});

/** The languages that the index knows the wombat by, and its chunks. */
const wombatRows = async () => {
  const { index, embedder, repositories } = world.server.runtime;
  const repository = await repositories.get('zoo' as never);
  const number = repository?.branches.main?.generation ?? 0;
  const generation = { repositoryId: 'zoo', number, dimensions: embedder.dimensions };
  const [vector = new Float32Array()] = await embedder.embed(['wombat'], 'query');
  const found: Record<string, number> = {};
  for (const language of ['javascript', 'typescript', 'python', 'text']) {
    const hits = await index.query(generation, { vector, words: 'wombat', limit: 100, language });
    const count = hits.filter(({ text }) => text.includes('wombat')).length;
    if (count > 0) found[language] = count;
  }
  return { found, number };
};

describe('a file whose content is known', () => {
  it('is found by the language of its new name after a rename, and nothing is embedded', async () => {
    const before = await wombatRows();
    const chunks = before.found.javascript ?? 0;
    expect(before.found).toEqual({ javascript: chunks });
    await git.rename('a.js', 'a.ts');
    await git.commit('renamed');
    const job = await world.api.synced('zoo');
    expect(job).toMatchObject({ counts: { renamed: 1, unchanged: 6, chunks_embedded: 0, chunks_reused: chunks } });
    const { found, number } = await wombatRows();
    expect([found.typescript, number]).toEqual([chunks, before.number]);
  });

  it('is found by each of its languages, whatever its other paths are', async () => {
    await git.write({ 'copy.py': wombat });
    await git.commit('copy');
    await world.api.synced('zoo');
    const { found } = await wombatRows();
    expect(found.python).toBe(found.typescript);
  });

  it('keeps its languages when a path of it, ignored so far, is taken in', async () => {
    await git.write({ 'notes.txt': wombat });
    await git.commit('notes');
    await world.api.synced('zoo', { ignore_patterns: ['notes.txt'] });
    expect((await wombatRows()).found).not.toHaveProperty('text');
    expect(await world.api.synced('zoo')).toMatchObject({ counts: { chunks_embedded: 0 } });
    const { found } = await wombatRows();
    expect(Object.keys(found)).toEqual(expect.arrayContaining(['typescript', 'python', 'text']));
    expect(new Set(Object.values(found)).size).toBe(1);
  });
});
