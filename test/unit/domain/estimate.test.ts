import { describe, expect, it } from 'vitest';
import { estimateAfterDiff, estimateSeconds, learn, noRates, paceSeconds } from '../../../core/domain/estimate.ts';

/** A full index of 1,000 files: 2 s to the diff, 10 s to read, 1 s to publish. */
const full = learn(noRates, {
  mode: 'full',
  seconds: 13,
  files: 1000,
  parts: { lead: 2, read: 10, publish: 1, filesRead: 1000 },
});
/** Ten files: a second to start with, a tenth of a second to read them, half a second to publish. */
const small = learn(full, {
  mode: 'incremental',
  seconds: 3.6,
  files: 10,
  parts: { lead: 2, read: 1.1, publish: 0.5, filesRead: 10 },
});

describe('when the diff is known', () => {
  it('nothing is told that was not measured', () => {
    expect(estimateAfterDiff(noRates, 'full', 100)).toBeNull();
  });

  it('a full index takes what the last one took for each file', () => {
    expect(estimateAfterDiff(full, 'full', 2000)).toBeCloseTo(22);
  });

  it('an incremental sync takes its start, its files and its publish', () => {
    expect(estimateAfterDiff(small, 'incremental', 10)).toBeCloseTo(1.6);
    expect(estimateAfterDiff(small, 'incremental', 500)).toBeCloseTo(6.5);
    expect(estimateAfterDiff(small, 'incremental', 0)).toBeCloseTo(0.5);
  });

  it('a few files do not teach what a thousand take', () => {
    expect(small.read_seconds_per_file).toBe(full.read_seconds_per_file);
  });
});

it('a job in which the clock was put back teaches nothing', () => {
  const job = { mode: 'full', seconds: 13, files: 1000 } as const;
  const parts = { lead: 2, read: 10, publish: 1, filesRead: 1000 };
  for (const wrong of [
    { ...job, seconds: 0.001, parts: { ...parts, read: -3590 } },
    { ...job, seconds: 0.001, parts: { ...parts, publish: -3599 } },
    { ...job, seconds: 0.001, parts },
  ])
    expect(learn(small, wrong)).toBe(small);
});

describe('when a job is created', () => {
  it('a first incremental sync is guessed from the full one’s parts', () => {
    expect(estimateSeconds(full, 'incremental', 1000)).toBeCloseTo(3.1);
  });

  it('an incremental sync is taken to be like the last that changed something', () => {
    const after = learn(small, { mode: 'incremental', seconds: 2, files: 0 });
    expect(estimateSeconds(after, 'incremental', 1000)).toBe(3.6);
  });
});

describe('while files are embedded', () => {
  const pace = { files_done: 100, expected_seconds: 10, tail_seconds: 1 };

  it('what was expected counts before the job has a pace', () => {
    expect(paceSeconds(pace, 2, 100, 1100)).toBe(9);
    expect(paceSeconds({ ...pace, expected_seconds: null }, 2, 100, 1100)).toBeNull();
  });

  it('the job’s own pace counts the more the further it is', () => {
    // Half done in 10 s, and 5 were expected: 10 by its own pace, none by what was expected.
    expect(paceSeconds(pace, 10, 600, 1100)).toBeCloseTo(0.5 * 10 + 1);
    expect(paceSeconds({ ...pace, expected_seconds: null }, 10, 600, 1100)).toBeCloseTo(11);
  });
});
