import { describe, expect, it } from 'vitest';
import { costOf, keepsLimits, overLimit, planAfterDiff, planAfterStage, usedBy } from '../../../core/sync/job-plan.ts';
import { aPlan } from '../../support/sync-records.ts';

const counts = {
  added: 3,
  modified: 1,
  deleted: 0,
  renamed: 0,
  unchanged: 9,
  indexed: 1,
  skipped_by_reason: { generated: 2 },
};
const planned = (filesToRead: number, usdPerMillionTokens: number | null = 0.12) =>
  planAfterDiff({ counts, filesToRead, usdPerMillionTokens, seconds: 4, droppedBranches: ['gone'] });

describe('a plan', () => {
  it('is exact where nothing must be read, and leaves open what reading tells', () => {
    expect(planned(0)).toMatchObject({ exact: true, indexed: 1, tokens: 0, cost_usd: 0, skipped: 2, seconds: 4 });
    expect(planned(2)).toMatchObject({
      exact: false,
      indexed: null,
      chunks_embedded: null,
      tokens: null,
      cost_usd: null,
    });
    expect(planned(2).dropped_branches).toEqual(['gone']);
  });

  it('tells after reading what it takes at most, and which files are left out', () => {
    const plan = planAfterStage(planned(2), 3_000_000, { binary: 1, generated: 1 });
    expect(plan).toMatchObject({ exact: false, tokens: 1_000_000, cost_usd: 0.12, skipped: 4 });
    expect(plan.skipped_by_reason).toEqual({ generated: 3, binary: 1 });
  });
});

it('a cost is never rounded down to less than it is, and is not told without a price', () => {
  expect(costOf(1, 0.12)).toBe(0.00001);
  expect(costOf(0, 0.12)).toBe(0);
  expect([costOf(5, null), costOf(null, 0.12)]).toEqual([null, null]);
});

describe('a limit', () => {
  it.each([
    ['of files that are as many', { max_files: 4 }, aPlan({ files_to_read: 4 }), null],
    ['of fewer files', { max_files: 3 }, aPlan({ files_to_read: 4 }), '4 files would be read, and max_files is 3'],
    ['of cost that is as high', { max_cost: 0.2 }, aPlan({ tokens: 9, cost_usd: 0.2 }), null],
    ['of less cost', { max_cost: 0.1 }, aPlan({ tokens: 9, cost_usd: 0.2 }), 'it may cost 0.2 US dollars (9 tokens'],
    ['of cost before it is known', { max_cost: 0 }, aPlan(), null],
    ['of cost without a price', { max_cost: 9 }, aPlan({ usd_per_million_tokens: null }), 'max_cost cannot be held'],
    ['that was not given', {}, aPlan({ usd_per_million_tokens: null, files_to_read: 9e9 }), null],
  ])('%s', (_, options, plan, refusal) => {
    if (refusal === null) expect(overLimit(options, plan)).toBeNull();
    else expect(overLimit(options, plan)).toContain(refusal);
  });
});

describe('that a sync keeps its limits', () => {
  it.each([
    ['is not known before it has a plan', { max_files: 9 }, null, false],
    ['is known of files by the plan', { max_files: 4 }, aPlan({ files_to_read: 4, tokens: null }), true],
    ['is not so over it', { max_files: 3 }, aPlan({ files_to_read: 4 }), false],
    ['is not known of cost before the texts are read', { max_cost: 9 }, aPlan({ tokens: null, cost_usd: null }), false],
    ['is known of cost then', { max_cost: 0.2 }, aPlan({ tokens: 9, cost_usd: 0.2 }), true],
    ['takes both', { max_cost: 9, max_files: 4 }, aPlan({ files_to_read: 4, tokens: null, cost_usd: null }), false],
    ['is nothing to know of a sync without any', {}, aPlan(), false],
  ])('%s', (_, options, plan, known) => {
    expect(keepsLimits(options, plan)).toBe(known);
  });
});

it('what results of earlier versions have used in tokens is not known, and counts as nothing', () => {
  const result = { oid: 'o', size: 1, outcome: 'indexed', reason: '', chunks: 3, embedded: 2, reused: 1 } as never;
  expect(usedBy([result, { ...(result as object), tokens: 7 } as never])).toEqual({
    tokens: 7,
    chunks_embedded: 4,
    chunks_reused: 2,
  });
});
