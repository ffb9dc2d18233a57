import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSecondary, type RankingContext, rank } from '../../../core/search/rules/ranking.ts';

interface Hit {
  readonly blob: string;
  readonly ordinal: number;
  readonly score: number;
}
/** A hit whose blob is its path. */
const hit = (blob: string, score: number, ordinal = 0): Hit => ({ blob, ordinal, score });
const paths = (hits: readonly Hit[], query: string, context: Partial<RankingContext> = {}): string[] =>
  rank(hits, { query, pathsOf: (blob) => [blob], limit: 10, ...context }).map(({ path }) => path);

describe('rank', () => {
  it('keeps the order of the scores where nothing else speaks', () => {
    expect(paths([hit('b.ts', 1), hit('a.ts', 3), hit('c.ts', 2)], 'anything')).toEqual(['a.ts', 'c.ts', 'b.ts']);
  });

  it('lifts a file whose name the query says, and a folder less', () => {
    expect(paths([hit('src/other.ts', 3), hit('src/lock-store.ts', 2)], 'where is the lock store')[0]).toBe(
      'src/lock-store.ts',
    );
    const folders = [hit('a/one.ts', 4), hit('lock/two.ts', 3), hit('lock.ts', 2)];
    expect(paths(folders, 'lock')).toEqual(['lock.ts', 'lock/two.ts', 'a/one.ts']);
  });

  it('does not let a name carry a hit from far below', () => {
    const hits = [...Array.from({ length: 30 }, (_, i) => hit(`f${i}.ts`, 100 - i)), hit('lock.ts', 1)];
    expect(paths(hits, 'lock')).not.toContain('lock.ts');
  });

  it('puts tests, fixtures and vendored code below sources', () => {
    const hits = [hit('test/a.ts', 4), hit('vendor/a.ts', 3), hit('src/a.ts', 2)];
    expect(paths(hits, 'parse')).toEqual(['src/a.ts', 'test/a.ts', 'vendor/a.ts']);
  });

  it('leaves tests where they are when the query asks for them', () => {
    expect(paths([hit('test/a.ts', 4), hit('src/a.ts', 2)], 'tests of the parser')).toEqual(['test/a.ts', 'src/a.ts']);
  });

  it('decides equal scores by path, then by chunk', () => {
    const hits = [hit('b.ts', 1, 1), hit('b.ts', 1, 0), hit('a.ts', 1, 5)];
    expect(
      rank(hits, { query: 'x', pathsOf: (blob) => [blob], limit: 9 }).map(({ path, hit: { ordinal } }) => [
        path,
        ordinal,
      ]),
    ).toEqual([
      ['a.ts', 5],
      ['b.ts', 0],
      ['b.ts', 1],
    ]);
  });

  it('gives one hit for each path and chunk, at every path of a blob, and none where there is no path', () => {
    const pathsOf = (blob: string): string[] => (blob === 'twice' ? ['y.ts', 'x.ts'] : blob === 'same' ? ['x.ts'] : []);
    const hits = [hit('twice', 3), hit('twice', 3), hit('same', 2), hit('gone', 9)];
    expect(paths(hits, 'q', { pathsOf })).toEqual(['x.ts', 'y.ts']);
  });

  it('gives a file three hits before all others have had theirs, and the rest after them', () => {
    const hits = [...Array.from({ length: 6 }, (_, i) => hit('big.ts', 20 - i, i)), hit('small.ts', 1)];
    expect(paths(hits, 'q')).toEqual(['big.ts', 'big.ts', 'big.ts', 'small.ts', 'big.ts', 'big.ts', 'big.ts']);
    expect(paths(hits, 'q', { limit: 4 })).toEqual(['big.ts', 'big.ts', 'big.ts', 'small.ts']);
    expect(paths(hits, 'q', { limit: 2, hitsPerFile: 1 })).toEqual(['big.ts', 'small.ts']);
  });

  it('does not depend on the order in which hits come, nor on the scale of their scores', () => {
    const many = fc.array(
      fc.record({
        blob: fc.constantFrom('src/lock.ts', 'test/lock.test.ts', 'src/a.ts', 'b.ts', 'lib/lock/c.ts'),
        ordinal: fc.nat(5),
        score: fc.nat(4),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(many, (drawn) => {
        const hits = [...new Map(drawn.map((each) => [`${each.blob} ${each.ordinal}`, each])).values()];
        const order = (list: readonly Hit[]): unknown[] =>
          rank(list, { query: 'the lock', pathsOf: (blob) => [blob], limit: 8 }).map(
            ({ path, hit: { ordinal }, score }) => [path, ordinal, score],
          );
        expect(order([...hits].reverse())).toEqual(order(hits));
        expect(order(hits.map((each) => ({ ...each, score: each.score / 1000 })))).toEqual(order(hits));
      }),
    );
  });

  it('gives scores from 0 to 1', () => {
    const [best] = rank([hit('lock/lock.ts', 7)], { query: 'lock', pathsOf: (blob) => [blob], limit: 1 });
    expect(best?.score).toBeCloseTo(1);
    expect(rank([], { query: '', pathsOf: () => [], limit: 1 })).toEqual([]);
  });
});

describe('isSecondary', () => {
  it.each([
    'test/a.ts',
    'src/__tests__/a.js',
    'a/fixtures/b.json',
    'vendor/x/y.go',
    'third_party/a.c',
    'src/a.test.ts',
    'a.spec.tsx',
    'pkg/a_test.go',
    'tests/test_a.py',
    'test_a.py',
    'conftest.py',
    'src/UserServiceTest.java',
    'ParserTests.cs',
    'node_modules/a/b.js',
  ])('%s is', (path) => expect(isSecondary(path)).toBe(true));

  it.each([
    'src/a.ts',
    'src/contest.py',
    'latest/a.ts',
    'src/test.ts',
    'src/attest.go',
    'inspect/specification.md',
    'Test.java',
  ])('%s is not', (path) => expect(isSecondary(path)).toBe(false));
});
