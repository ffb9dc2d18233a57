/** What a Map bears. Both absent: nothing. */
interface Tolerance {
  readonly percentage: number | undefined;
  readonly count: number | undefined;
}

/**
 * Whether a Map has failed, in items, not in batches: a failed batch counts all its items.
 *
 * @param total null while the reader has not come to the end: a share of an unknown number cannot be exceeded yet, unless it is 0 %.
 */
export const exceedsTolerance = (tolerance: Tolerance, failed: number, total: number | null): boolean => {
  const count = tolerance.count ?? (tolerance.percentage === undefined ? 0 : Number.POSITIVE_INFINITY);
  if (failed > count) return true;
  if (tolerance.percentage === undefined) return false;
  if (tolerance.percentage === 0) return failed > 0;
  return total !== null && failed * 100 > tolerance.percentage * total;
};
