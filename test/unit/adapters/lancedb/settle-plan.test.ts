import { describe, expect, it } from 'vitest';
import { isOverdue, planSettle, type TableState } from '../../../../adapters/lancedb/settle-plan.ts';

const settled: TableState = {
  rows: 500_000,
  fragments: 3,
  versions: 10,
  wordsIndexed: 500_000,
  wordsUnindexed: 0,
  vectorParts: 1,
};
const nothing = { optimize: false, buildWords: false, buildVectors: false };

describe('planSettle', () => {
  it('does nothing after a small change to a large table', () => {
    expect(planSettle(settled)).toEqual(nothing);
    expect(planSettle({ ...settled, wordsUnindexed: 2000, fragments: 96, versions: 1024 })).toEqual(nothing);
  });

  it('has many rows indexed beside the next jobs', () => {
    expect(isOverdue({ ...settled, wordsUnindexed: 2000 })).toBe(false);
    expect(isOverdue({ ...settled, wordsUnindexed: 2001 })).toBe(true);
    expect(planSettle({ ...settled, wordsUnindexed: 8000 })).toEqual(nothing);
    // Then the job itself builds it.
    expect(isOverdue({ ...settled, wordsIndexed: 2000, wordsUnindexed: 2001 })).toBe(false);
  });

  it('brings the indices up to date when many more are left to scanning', () => {
    expect(planSettle({ ...settled, wordsUnindexed: 8001 })).toEqual({ ...nothing, optimize: true });
  });

  it('merges many fragments and removes many versions', () => {
    expect(planSettle({ ...settled, fragments: 97 })).toEqual({ ...nothing, optimize: true });
    expect(planSettle({ ...settled, versions: 1025 })).toEqual({ ...nothing, optimize: true });
  });

  it('builds the word index anew when more rows are new than old', () => {
    const first = { ...settled, rows: 1000, wordsIndexed: 0, wordsUnindexed: 1000, vectorParts: null };
    expect(planSettle(first)).toEqual({ ...nothing, buildWords: true });
    expect(planSettle({ ...first, rows: 9000, wordsIndexed: 4000, wordsUnindexed: 5000 })).toEqual({
      ...nothing,
      buildWords: true,
    });
    expect(planSettle({ ...first, fragments: 100 })).toEqual({ ...nothing, buildWords: true, optimize: true });
  });

  it('merges even some fragments right before the first indices are built', () => {
    const first = { ...settled, rows: 4000, wordsIndexed: 0, wordsUnindexed: 4000, vectorParts: 1 };
    expect(planSettle({ ...first, fragments: 9 })).toEqual({ ...nothing, buildWords: true, optimize: true });
    expect(planSettle({ ...first, fragments: 8 })).toEqual({ ...nothing, buildWords: true });
    expect(planSettle({ ...first, wordsIndexed: 1, fragments: 9 })).toEqual({ ...nothing, buildWords: true });
  });

  it('leaves the fragments of a large first fill as they are', () => {
    const first = { ...settled, rows: 157_000, wordsIndexed: 0, wordsUnindexed: 157_000, vectorParts: 1 };
    expect(planSettle({ ...first, fragments: 25 })).toEqual({ ...nothing, buildWords: true });
    expect(planSettle({ ...first, fragments: 41 })).toEqual({ ...nothing, buildWords: true, optimize: true });
    // Of a table with a fragment for each few hundred rows there are too many, be it large or not.
    expect(planSettle({ ...first, rows: 20_000, wordsUnindexed: 20_000, fragments: 25 }).optimize).toBe(true);
    expect(planSettle({ ...first, rows: 2_000_000, wordsUnindexed: 2_000_000, fragments: 250 }).optimize).toBe(true);
  });

  it('builds a vector index from 50,000 rows on, and again when it has fallen into many parts', () => {
    expect(planSettle({ ...settled, rows: 49_999, vectorParts: null })).toEqual(nothing);
    expect(planSettle({ ...settled, rows: 50_000, vectorParts: null })).toEqual({ ...nothing, buildVectors: true });
    expect(planSettle({ ...settled, vectorParts: 12 })).toEqual(nothing);
    expect(planSettle({ ...settled, vectorParts: 13 })).toEqual({ ...nothing, buildVectors: true });
  });
});
