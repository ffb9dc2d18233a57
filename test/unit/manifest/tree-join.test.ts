import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePaths } from '../../../core/manifest/git-path.ts';
import { holdsTheSame, manifestLine, pathOfLine, treeLine } from '../../../core/manifest/manifest.ts';
import { parsePatchLine, putLine, removeLine, treePatchLine } from '../../../core/manifest/manifest-patch.ts';
import {
  joinByPath,
  joinChanges,
  type LinePair,
  pairLine,
  parsePair,
  parsePairLine,
} from '../../../core/manifest/tree-join.ts';
import { indexedEntry, oidOf } from '../../support/manifest-entries.ts';

/** Lines in blocks of these lengths. */
async function* blocks(lines: readonly string[], lengths: readonly number[]): AsyncGenerator<readonly string[]> {
  let from = 0;
  for (let i = 0; from < lines.length; i++) {
    const length = lengths[i % lengths.length] ?? 1;
    yield lines.slice(from, from + length);
    from += length;
  }
}

const ofManifest = (files: ReadonlyMap<string, number>): string[] =>
  [...files].sort(([a], [b]) => comparePaths(a, b)).map(([path, n]) => manifestLine(indexedEntry(path, n)));
const ofTree = (files: ReadonlyMap<string, number>): string[] =>
  [...files]
    .sort(([a], [b]) => comparePaths(a, b))
    .map(([path, n]) => treeLine({ path, mode: '100644', oid: oidOf(n), size: null }));

const path = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', 'é', '\u{1f600}'), minLength: 1, maxLength: 3 });
const files = fc.array(fc.tuple(path, fc.integer({ min: 0, max: 2 }))).map((list) => new Map(list));
const lengths = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });

const join = async (before: string[], after: string[], cuts: readonly number[]) => {
  const pairs: LinePair[] = [];
  let same = 0;
  for await (const block of joinByPath(blocks(before, cuts), blocks(after, cuts), holdsTheSame)) {
    pairs.push(...block.pairs);
    same += block.same;
  }
  return { pairs, same };
};

describe('joining a manifest with a tree', () => {
  it('pairs equal paths, leaves the others alone, and only counts what is the same', async () => {
    const old = new Map([
      ['a', 1],
      ['c', 1],
      ['d', 1],
    ]);
    const now = new Map([
      ['b', 1],
      ['c', 1],
      ['d', 2],
    ]);
    const { pairs, same } = await join(ofManifest(old), ofTree(now), [2]);
    expect(same).toBe(1);
    expect(pairs.map(parsePair).map(({ before, after }) => [before?.path ?? null, after?.path ?? null])).toEqual([
      ['a', null],
      [null, 'b'],
      ['d', 'd'],
    ]);
  });

  it('meets every path exactly once, in tree order, however the lines are cut into blocks', async () => {
    await fc.assert(
      fc.asyncProperty(files, files, lengths, async (old, now, cuts) => {
        const { pairs, same } = await join(ofManifest(old), ofTree(now), cuts);
        const equal = [...old].filter(([name, n]) => now.get(name) === n).map(([name]) => name);
        const others = new Set([...old.keys(), ...now.keys()].filter((name) => !equal.includes(name)));
        expect(same).toBe(equal.length);
        expect(pairs.map(({ before, after }) => pathOfLine(before ?? after ?? ''))).toEqual(
          [...others].sort(comparePaths),
        );
      }),
    );
  });

  it('lets go of both listings when it is left early', async () => {
    const closed: string[] = [];
    async function* listing(name: string) {
      try {
        yield [treeLine({ path: name, mode: '100644', oid: oidOf(1), size: null })];
      } finally {
        closed.push(name);
      }
    }
    for await (const _ of joinByPath(listing('a'), listing('b'), holdsTheSame)) break;
    expect(closed).toEqual(['a', 'b']);
  });
});

describe('joining a manifest with what has changed in the tree', () => {
  it('comes to the same as joining it with the whole tree', async () => {
    await fc.assert(
      fc.asyncProperty(files, files, lengths, lengths, async (old, now, cuts, changeCuts) => {
        const whole = await join(ofManifest(old), ofTree(now), cuts);
        const changes = whole.pairs.map(parsePair).map(({ before, after }) => {
          const path = before?.path ?? after?.path ?? '';
          return treePatchLine({ path, entry: after });
        });
        const lines = new Map(ofManifest(old).map((line) => [pathOfLine(line), line]));
        const lookUp = async (paths: readonly string[]) => paths.map((path) => lines.get(path) ?? null);
        const joined = await Array.fromAsync(joinChanges(lines.size, lookUp, blocks(changes, changeCuts)));
        expect(joined.flatMap(({ pairs }) => pairs)).toEqual(whole.pairs);
        expect(joined.reduce((sum, { same }) => sum + same, 0)).toBe(whole.same);
      }),
    );
  });
});

describe('a pair’s line', () => {
  it('comes back as it was written', async () => {
    const { pairs } = await join(ofManifest(new Map([['a', 1]])), ofTree(new Map([['b', 2]])), [1]);
    const modified = { before: manifestLine(indexedEntry('x')), after: treeLine({ ...indexedEntry('x', 2) }) };
    for (const pair of [...pairs, modified]) expect(parsePairLine(pairLine(pair))).toEqual(pair);
  });
});

describe('a patch of a manifest', () => {
  it('keeps a path apart from its mark, whatever the path is', () => {
    for (const name of ['a.ts', '+', '-', '+a', '-a', 'a+']) {
      expect(parsePatchLine(putLine(indexedEntry(name)))).toEqual(indexedEntry(name));
      expect(parsePatchLine(removeLine(name))).toBeNull();
      expect(pathOfLine(removeLine(name))).toBe(name);
    }
  });
});
