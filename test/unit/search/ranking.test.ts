import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leastScore, type RankingContext, rank } from '../../../core/search/rules/ranking.ts';

interface Hit {
  readonly blob: string;
  readonly ordinal: number;
  readonly score: number;
  readonly text: string;
}
/** A hit whose blob is its path. */
const hit = (blob: string, score: number, ordinal = 0, text = 'anything, a lock, a store, parse tests, q, x'): Hit => ({
  blob,
  ordinal,
  score,
  text,
});
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
    const folders = [hit('a/one.ts', 4), hit('lock/two.ts', 2.2), hit('lock.ts', 2)];
    expect(paths(folders, 'lock')).toEqual(['lock.ts', 'lock/two.ts', 'a/one.ts']);
  });

  it('does not let a name carry a hit from far below', () => {
    const hits = [...Array.from({ length: 30 }, (_, i) => hit(`f${i}.ts`, 100 - i)), hit('lock.ts', 1)];
    expect(paths(hits, 'lock')).not.toContain('lock.ts');
  });

  it('puts tests, fixtures and vendored code below sources', () => {
    const hits = [hit('test/a.ts', 4), hit('vendor/a.ts', 3), hit('src/a.ts', 2.5)];
    expect(paths(hits, 'parse')).toEqual(['src/a.ts', 'test/a.ts', 'vendor/a.ts']);
  });

  it('leaves tests where they are when the query asks for them', () => {
    expect(paths([hit('test/a.ts', 4), hit('src/a.ts', 2)], 'tests of the parser')).toEqual(['test/a.ts', 'src/a.ts']);
  });

  it('decides equal scores by path, then by chunk', () => {
    const hits = [hit('c.ts', 1, 5), hit('b.ts', 1, 1), hit('b.ts', 1, 0)];
    expect(
      rank(hits, { query: 'x', pathsOf: (blob) => [blob], limit: 9 }).map(({ path, hit: { ordinal } }) => [
        path,
        ordinal,
      ]),
    ).toEqual([
      ['b.ts', 0],
      ['b.ts', 1],
      ['c.ts', 5],
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
        text: fc.constantFrom('', 'the lock', 'class Lock {}'),
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

  it('gives scores from 0 to 1: more for a match by words than for any that is only near', () => {
    const ranked = rank([hit('lock/lock.ts', 7), hit('a.ts', 9, 0, 'other')], {
      query: 'lock',
      pathsOf: (blob) => [blob],
      limit: 2,
    });
    expect(ranked.map(({ path, match }) => [path, match])).toEqual([
      ['lock/lock.ts', 'words'],
      ['a.ts', 'near'],
    ]);
    expect(ranked[0]?.score).toBeGreaterThan(0.7);
    expect(ranked[0]?.score).toBeLessThanOrEqual(1);
    expect(ranked[1]?.score).toBeLessThan(leastScore);
    expect(rank([], { query: '', pathsOf: () => [], limit: 1 })).toEqual([]);
  });

  it('gives an answer that holds less of its query lower scores', () => {
    const best = (query: string) =>
      rank([hit('a.ts', 1)], { query, pathsOf: (blob) => [blob], limit: 1 })[0]?.score ?? 0;
    expect(best('lock absent')).toBeLessThan(best('lock'));
    expect(best('lock absent')).toBeGreaterThan(leastScore);
  });

  it.each(['nonexistent_symbol_xyz', '🙂', 'absentee'])('calls what does not hold %s near', (query) => {
    const text = 'a symbol, nonexistent or other';
    const hits = [hit('src/symbol.ts', 9, 0, text), hit('xyz.ts', 8, 0, text)];
    for (const { match, score } of rank(hits, { query, pathsOf: (blob) => [blob], limit: 5 })) {
      expect(match).toBe('near');
      expect(score).toBeLessThan(leastScore);
    }
  });

  it('puts the only file that has the word first, be it a test, an example or other people’s code', () => {
    for (const place of ['test/a.test.ts', 'vendor/x/a.go', 'examples/a.py', 'node_modules/a/b.js'])
      for (const query of ['makeDataDir', 'spinning', 'where makeDataDir is spinning']) {
        const sources = Array.from({ length: 12 }, (_, i) => hit(`src/data-dir-${i}.ts`, 10, 0, 'make a dir for data'));
        const only = hit(place, 4, 0, 'const makeDataDir = () => spinning()');
        expect(paths([...sources, only], query)[0]).toBe(place);
      }
  });

  it('puts a test that defines the name before a source that defines one of another writing', () => {
    const hits = [
      hit('src/a.ts', 9, 1, 'const STOP_MILLISECONDS = 2; wait(STOP_MILLISECONDS)'),
      hit('test/a.ts', 9, 1, 'const stopMilliseconds = 5; wait(stopMilliseconds)'),
    ];
    expect(paths(hits, 'stopMilliseconds')[0]).toBe('test/a.ts');
    expect(paths(hits, 'STOP_MILLISECONDS')[0]).toBe('src/a.ts');
  });

  it('puts the definition of the symbol that is asked for before its uses', () => {
    const uses = Array.from({ length: 5 }, (_, i) => hit(`use${i}.ts`, 9, 0, 'new Mux(); Mux.serve()'));
    expect(paths([...uses, hit('net.ts', 5, 0, 'export class Mux {}')], 'Mux')[0]).toBe('net.ts');
  });

  it('puts what defines a name that the query spells before what only holds its words', () => {
    const uses = Array.from({ length: 5 }, (_, i) => hit(`use${i}.ts`, 9, 1, '// the retry delay: retryDelay()'));
    const definition = hit('net.ts', 6, 1, 'export const retryDelay = (attempt: number) => attempt');
    expect(paths([...uses, definition], 'delay of a retry')[0]).toBe('net.ts');
  });

  it('puts a text that has the words of the query side by side before one that has them apart', () => {
    const apart = hit('a.ts', 9, 1, 'the event that is before all others, and elsewhere the loop');
    expect(paths([apart, hit('b.ts', 8, 1, 'the event loop')], 'event loop')[0]).toBe('b.ts');
  });

  it('puts the file that the others speak of before them', () => {
    const others = Array.from({ length: 4 }, (_, i) =>
      hit(`use${i}.ts`, 9, 1, "import { claim } from './store.ts' // claims"),
    );
    expect(paths([...others, hit('store.ts', 7, 1, 'claims')], 'claims')[0]).toBe('store.ts');
  });

  it('puts the file of the name that is asked for before those whose names have more words, and lifts its beginning', () => {
    const hits = [hit('type-adapters.ts', 9, 1, 'TypeAdapter'), hit('type-adapter.ts', 8.8, 1, 'TypeAdapter')];
    expect(paths(hits, 'TypeAdapter')[0]).toBe('type-adapter.ts');
    const beginning = [hit('a.ts', 9, 3, 'claims'), hit('b.ts', 8.5, 0, 'claims')];
    expect(paths(beginning, 'claims')[0]).toBe('b.ts');
  });

  it('puts prose and configuration below code, and lifts a file that is found several times', () => {
    expect(paths([hit('lock.md', 9), hit('lock.json', 9), hit('a.ts', 6)], 'store')[0]).toBe('a.ts');
    const several = Array.from({ length: 4 }, (_, i) => hit('b.ts', 8, i));
    expect(paths([hit('a.ts', 9), ...several], 'store')[0]).toBe('b.ts');
  });
});
