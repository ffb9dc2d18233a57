import { describe, expect, it } from 'vitest';
import type { Retrier } from '../../local/workflow-engine/definition.ts';
import { matchesError } from '../../local/workflow-engine/errors.ts';
import { decideRetry } from '../../local/workflow-engine/retry-policy.ts';

const retrier = (more: Partial<Retrier> = {}): Retrier => ({
  ErrorEquals: ['Busy'],
  IntervalSeconds: 2,
  MaxAttempts: 4,
  BackoffRate: 3,
  JitterStrategy: 'NONE',
  ...more,
});

/** Every wait of a state that always fails in the same way, in seconds. */
const waits = (retriers: readonly Retrier[], error: string, random = () => 1): number[] => {
  const found: number[] = [];
  let counts: readonly number[] = [];
  for (;;) {
    const decision = decideRetry(retriers, counts, error, random);
    if (decision.kind === 'give-up') return found;
    found.push(decision.delayMilliseconds / 1000);
    counts = decision.counts;
  }
};

describe('decideRetry', () => {
  it('waits interval times rate to the n, and gives up after MaxAttempts', () => {
    expect(waits([retrier()], 'Busy')).toEqual([2, 6, 18, 54]);
  });
  it('never waits longer than MaxDelaySeconds', () => {
    expect(waits([retrier({ MaxDelaySeconds: 20 })], 'Busy')).toEqual([2, 6, 18, 20]);
  });
  it('draws FULL jitter from the whole wait', () => {
    expect(waits([retrier({ JitterStrategy: 'FULL' })], 'Busy', () => 0.25)).toEqual([0.5, 1.5, 4.5, 13.5]);
  });
  it('gives up at once for an error that no retrier names', () => {
    expect(waits([retrier()], 'Broken')).toEqual([]);
  });
  it('does not retry where MaxAttempts is 0', () => {
    expect(waits([retrier({ MaxAttempts: 0 })], 'Busy')).toEqual([]);
  });
  it('lets the first retrier that matches decide, although a later one has tries left', () => {
    expect(waits([retrier({ MaxAttempts: 1 }), retrier({ ErrorEquals: ['States.ALL'] })], 'Busy')).toEqual([2]);
  });
  it('counts every retrier on its own', () => {
    const retriers = [retrier({ MaxAttempts: 1 }), retrier({ ErrorEquals: ['Slow'], MaxAttempts: 1 })];
    const first = decideRetry(retriers, [], 'Busy', () => 1);
    expect(first).toEqual({ kind: 'retry', delayMilliseconds: 2000, counts: [1, 0] });
    expect(decideRetry(retriers, [1, 0], 'Busy', () => 1)).toEqual({ kind: 'give-up' });
    expect(decideRetry(retriers, [1, 0], 'Slow', () => 1)).toEqual({
      kind: 'retry',
      delayMilliseconds: 2000,
      counts: [1, 1],
    });
  });
});

describe('matchesError', () => {
  it.each([
    { list: ['A', 'B'], error: 'B', matches: true },
    { list: ['A'], error: 'B', matches: false },
    { list: ['States.ALL'], error: 'B', matches: true },
    { list: ['States.ALL'], error: 'States.Timeout', matches: true },
    { list: ['States.ALL'], error: 'States.DataLimitExceeded', matches: false },
    { list: ['States.ALL'], error: 'States.Runtime', matches: false },
    { list: ['States.DataLimitExceeded'], error: 'States.DataLimitExceeded', matches: true },
    { list: ['States.TaskFailed'], error: 'Lambda.ServiceException', matches: true },
    { list: ['States.TaskFailed'], error: 'States.Timeout', matches: false },
    { list: ['States.TaskFailed'], error: 'States.Runtime', matches: false },
  ])('$list and $error: $matches', ({ list, error, matches }) => {
    expect(matchesError(list, error)).toBe(matches);
  });
});
