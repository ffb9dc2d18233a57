import { expect, it } from 'vitest';
import { noWords, objectsOfRoot, type WordSegment } from '../../../core/objects/word-roots.ts';
import { wordsLeft } from '../../../core/sync/left-by-publish.ts';
import { pointerFor, repositoryRecord } from '../../support/records.ts';

const segment = (name: string): WordSegment => ({
  ...{ writer: 'sync-1', name, rows: 1, words: 2, facts: 3, keys: [4], shards: [5, 6] },
});
const rootOf = (...names: readonly string[]) => ({ ...noWords, segments: names.map(segment) });
const roots = { old: rootOf('kept', 'merged'), new: rootOf('kept', 'made'), other: rootOf('others') };
const objects = {
  getText: async (key: string) => {
    const root = Object.entries(roots).find(([name]) => name === key)?.[1];
    return root === undefined ? null : JSON.stringify(root);
  },
} as Parameters<typeof wordsLeft>[0]['objects'];
const facts = { embedder_id: 'e1', dimensions: 2, chunker_version: 'c' };
const repository = repositoryRecord({
  branches: { main: { ...pointerFor('m'), generation: 1 }, dev: { ...pointerFor('d'), generation: 2 } },
  generations: { 1: { ...facts, words: 'old' }, 2: { ...facts, words: 'other' } },
});

it('are the root before and the segments that the new root has no more', async () => {
  const left = await wordsLeft({ objects }, repository, repository.branches, { number: 1, words: 'new' });
  const merged = objectsOfRoot(repository.repository_id, rootOf('merged'));
  expect([...left].sort()).toEqual([...merged.keys(), 'old'].sort());
});

it('are none where a root cannot be read: the next sweep finds them', async () => {
  expect(await wordsLeft({ objects }, repository, repository.branches, { number: 1, words: 'lost' })).toEqual([]);
});

it('are those of a generation that no branch is in any more', async () => {
  const { main } = repository.branches;
  if (main === undefined) throw new Error('no main');
  const left = await wordsLeft({ objects }, repository, { main }, { number: 1, words: undefined });
  expect([...left].sort()).toEqual([...objectsOfRoot(repository.repository_id, roots.other).keys(), 'other'].sort());
});
