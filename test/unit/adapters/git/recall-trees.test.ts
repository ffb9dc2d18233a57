import { describe, expect, it } from 'vitest';
import { recallTrees, type SentObjects } from '../../../../adapters/git/recall-trees.ts';
import { directoryMode, parseTree, type RawEntry, treeContent } from '../../../../adapters/git/tree-object.ts';
import type { KnownFiles } from '../../../../core/ports/git-source.ts';
import { oidOf } from '../../../support/manifest-entries.ts';

const MOST_BYTES = 4096;
const sending = (trees: ReadonlyMap<string, readonly RawEntry[]>): SentObjects => ({
  oids: async () => new Set(trees.keys()),
  trees: async (oids) => new Map(oids.flatMap((oid) => [[oid, trees.get(oid) ?? []] as const])),
});
/** So many directories of the one tree below each other, each with so many names for the next. */
const bomb = (depth: number, names: number) =>
  new Map(
    Array.from({ length: depth }, (_, n) => [
      oidOf(n + 1),
      Array.from({ length: names }, (_, at) => ({ mode: directoryMode, oid: oidOf(n + 2), name: `d${at}` })),
    ]),
  );

describe('old trees that are put together', () => {
  it.each([
    ['of a tree that is below itself a billion times', bomb(30, 1000)],
    ['of one that is a million directories deep', bomb(1_000_000, 1)],
  ])('%s are given up soon', async (_name, trees) => {
    let asked = 0;
    const known: KnownFiles = {
      below: async () => null,
      at: async () => {
        asked += 1;
        return [];
      },
    };
    const places = [{ prefix: '', before: oidOf(0), after: oidOf(1) }];
    const made = await recallTrees(known, places, sending(trees), MOST_BYTES);
    expect(made.has(oidOf(0))).toBe(false);
    // Of both guesses.
    expect(asked).toBeLessThan(3_000);
  });

  it('have the content that git gives them', () => {
    const entries = [
      { mode: '100755', oid: oidOf(1), name: 'a.b' },
      { mode: directoryMode, oid: oidOf(2), name: 'a' },
      { mode: '160000', oid: oidOf(3), name: 'gr\xf6\xdfe' },
    ];
    const content = treeContent(entries);
    expect(content.toString('latin1', 0, 10)).toBe('100755 a.b');
    expect(content.includes(Buffer.from('40000 a\0'))).toBe(true);
    expect(content.includes(Buffer.from('040000'))).toBe(false);
    expect(parseTree(content, 20)).toEqual(entries);
  });
});
