import type { Retrier } from './definition.ts';
import { matchesError } from './errors.ts';

/** How often each retrier of one state has been used, in their order. */
export type RetryCounts = readonly number[];

type RetryDecision =
  | { readonly kind: 'retry'; readonly delayMilliseconds: number; readonly counts: RetryCounts }
  | { readonly kind: 'give-up' };

/**
 * Whether a failed state is tried again, and after how long: the first retrier that matches decides, each counts on its own,
 * and its wait is interval × rate^n, at most MaxDelaySeconds, and with FULL jitter anything from 0 to that.
 *
 * @param random from 0 to 1.
 */
export const decideRetry = (
  retriers: readonly Retrier[],
  counts: RetryCounts,
  error: string,
  random: () => number,
): RetryDecision => {
  const at = retriers.findIndex(({ ErrorEquals }) => matchesError(ErrorEquals, error));
  const retrier = retriers[at];
  const used = counts[at] ?? 0;
  if (retrier === undefined || used >= retrier.MaxAttempts) return { kind: 'give-up' };
  const full = Math.min(
    retrier.IntervalSeconds * retrier.BackoffRate ** used,
    retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY,
  );
  const seconds = retrier.JitterStrategy === 'FULL' ? full * random() : full;
  return {
    kind: 'retry',
    delayMilliseconds: Math.round(seconds * 1000),
    counts: retriers.map((_, index) => (counts[index] ?? 0) + (index === at ? 1 : 0)),
  };
};
