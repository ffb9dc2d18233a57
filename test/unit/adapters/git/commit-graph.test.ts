import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CommitGraph, countBetween, parseCommitGraph } from '../../../../adapters/git/commit-graph.ts';

/** `a < b c` is a commit a with parents b and c; times grow from the last line to the first. */
const graph = (lines: readonly string[], shallow: readonly string[] = []): CommitGraph => ({
  commits: new Map(
    lines.map((line, at) => {
      const [oid = '', parents = ''] = line.split(' < ');
      return [oid, { time: lines.length - at, parents: parents === '' ? [] : parents.split(' ') }];
    }),
  ),
  shallow: new Set(shallow),
});

describe('counting commits', () => {
  it('reads what git lists', () => {
    expect(parseCommitGraph('20 b a\n10 a\n', 'a\n')).toEqual({
      commits: new Map([
        ['b', { time: 20, parents: ['a'] }],
        ['a', { time: 10, parents: [] }],
      ]),
      shallow: new Set(['a']),
    });
  });

  it('counts what only the new commit leads to', () => {
    expect(countBetween(graph(['d < c', 'c < b', 'b < a', 'a']), 'b', 'd')).toEqual({ count: 2, rewritten: false });
  });

  it('counts a rewritten branch too', () => {
    expect(countBetween(graph(['x < a', 'b < a', 'a']), 'b', 'x')).toEqual({ count: 1, rewritten: true });
  });

  it('needs a deeper look when a counted commit is cut off', () => {
    expect(countBetween(graph(['m < b s', 'b < a', 's', 'a'], ['s']), 'b', 'm')).toBeNull();
  });

  it('needs a deeper look when a counted commit might be an ancestor through a cut-off path', () => {
    // Really b < … < root: the root is no new commit, although only the merge leads to it in this view.
    expect(countBetween(graph(['m < b s', 's < root', 'b', 'root'], ['b']), 'b', 'm')).toBeNull();
  });

  it('needs a deeper look when the old commit might stand below the cut', () => {
    expect(countBetween(graph(['c', 'a'], ['c']), 'a', 'c')).toBeNull();
  });

  it('takes an old commit that is younger than the cut for no ancestor', () => {
    expect(countBetween(graph(['x', 'c < b', 'b'], ['b']), 'x', 'c')).toBeNull();
    expect(countBetween(graph(['d < c', 'x < b', 'c < b', 'b'], ['b']), 'x', 'd')).toEqual({
      count: 2,
      rewritten: true,
    });
  });

  it('never answers with a wrong number, however history branches and wherever it is cut', () => {
    const histories = fc.array(fc.tuple(fc.nat(6), fc.nat(6), fc.boolean()), { minLength: 2, maxLength: 25 });
    fc.assert(
      fc.property(histories, fc.nat(24), fc.integer({ min: 1, max: 6 }), fc.boolean(), (steps, at, depth, wantBoth) => {
        const whole = wholeHistory(steps);
        const to = `c${steps.length - 1}`;
        const from = `c${at % steps.length}`;
        const tips = wantBoth ? [to, from] : [to];

        const answer = countBetween(cut(whole, tips, depth), from, to);

        if (answer !== null && cut(whole, tips, depth).commits.has(from))
          expect(answer).toEqual(truth(whole, from, to));
        expect(countBetween(whole, from, to)).toEqual(truth(whole, from, to));
      }),
      { numRuns: 2_000, seed: 7 },
    );
  });
});

/** Commit n has the commits so many before it as parents. */
const wholeHistory = (steps: readonly (readonly [number, number, boolean])[]): CommitGraph => ({
  commits: new Map(
    steps.map(([first, second, merge], n) => {
      const parents = new Set([n - 1 - first, ...(merge ? [n - 1 - second] : [])].filter((parent) => parent >= 0));
      return [`c${n}`, { time: n, parents: [...parents].map((parent) => `c${parent}`) }];
    }),
  ),
  shallow: new Set(),
});

const parentsOf = (graphOf: CommitGraph, oid: string): readonly string[] => graphOf.commits.get(oid)?.parents ?? [];

/** What `fetch --depth` brings: everything up to `depth` commits from a tip; the last ones without their parents. */
const cut = (whole: CommitGraph, tips: readonly string[], depth: number): CommitGraph => {
  const kept = new Set(tips);
  let edge: readonly string[] = tips;
  for (let level = 1; level < depth; level++) {
    edge = edge.flatMap((oid) => parentsOf(whole, oid)).filter((oid) => !kept.has(oid));
    for (const oid of edge) kept.add(oid);
  }
  const shallow = new Set([...kept].filter((oid) => parentsOf(whole, oid).some((parent) => !kept.has(parent))));
  const commits = [...kept].map((oid) => {
    const parents = shallow.has(oid) ? [] : parentsOf(whole, oid);
    return [oid, { time: whole.commits.get(oid)?.time ?? 0, parents }] as const;
  });
  return { commits: new Map(commits), shallow };
};

const truth = (whole: CommitGraph, from: string, to: string) => {
  const ancestors = (oid: string): Set<string> =>
    new Set([oid, ...parentsOf(whole, oid).flatMap((parent) => [...ancestors(parent)])]);
  const old = ancestors(from);
  const current = ancestors(to);
  return { count: [...current].filter((oid) => !old.has(oid)).length, rewritten: !current.has(from) };
};
