import { describe, expect, it } from 'vitest';
import { MOST_ROWS, planMerges, SMALL_ROWS, sizeOf } from '../../../../core/search/rules/words/plan-merges.ts';

/** The most segments that there are at any time, where each settle brings so many rows; and whether all rows are there at the end. */
const settled = (settles: readonly number[]) => {
  let segments: { rows: number }[] = [];
  let most = 0;
  for (const rows of settles) {
    segments.push({ rows });
    for (const group of planMerges(segments, 0)) {
      const made = { rows: group.reduce((sum, each) => sum + each.rows, 0) };
      segments = [...segments.filter((segment) => !group.includes(segment)), made];
    }
    most = Math.max(most, segments.length);
  }
  const rows = settles.reduce((sum, each) => sum + each, 0);
  return { most, rows: segments.reduce((sum, each) => sum + each.rows, 0) === rows };
};

describe('which segments are merged', () => {
  it('are small ones always, so that there is one at most', () => {
    expect(planMerges([{ rows: 16 }], 0)).toEqual([]);
    expect(planMerges([{ rows: 900_000 }, { rows: 900 }, { rows: 16 }], 0)).toEqual([[{ rows: 900 }, { rows: 16 }]]);
  });

  it('are four of a size, and not three', () => {
    const three = Array.from({ length: 3 }, () => ({ rows: SMALL_ROWS }));
    expect(planMerges(three, 0)).toEqual([]);
    expect(planMerges([...three, { rows: SMALL_ROWS * 3 }], 0)).toEqual([[...three, { rows: SMALL_ROWS * 3 }]]);
    expect(sizeOf({ rows: SMALL_ROWS * 4 })).toBe(2);
  });

  it('are all, where many rows are dead, and never into one that is too large', () => {
    const segments = [{ rows: 300_000 }, { rows: 90_000 }, { rows: 100_000 }, { rows: 10 }];
    expect(planMerges(segments, 100_000)).toEqual([]);
    const groups = planMerges(segments, 200_000);
    expect(groups.flat()).toEqual(segments);
    for (const group of groups) expect(group.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThanOrEqual(MOST_ROWS);
    expect(planMerges([{ rows: 3 }, { rows: 10_000 }], SMALL_ROWS)).toEqual([]);
  });

  it.each([
    ['10,000 syncs of 16 rows', Array.from({ length: 10_000 }, () => 16), 12],
    [
      'a first index of 200,000 rows and 500 syncs',
      [...Array.from({ length: 4 }, () => 50_000), ...Array.from({ length: 500 }, () => 300)],
      12,
    ],
    ['a first index of 2,000,000 rows', Array.from({ length: 31 }, () => 65_000), 16],
  ])('leave few at any time: %s', (_, settles, most) => {
    const outcome = settled(settles);
    expect(outcome.rows).toBe(true);
    expect(outcome.most).toBeLessThanOrEqual(most);
  });
});
