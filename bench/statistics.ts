/** The numbers in ascending order. */
export const sorted = (values: readonly number[]): readonly number[] => [...values].sort((a, b) => a - b);

/** The value below which the share `q` (0 to 1) of the values lies: nearest rank, never interpolated. NaN for no values. */
export const quantile = (values: readonly number[], q: number): number => {
  const list = sorted(values);
  return list[Math.min(list.length - 1, Math.max(0, Math.ceil(list.length * q) - 1))] ?? Number.NaN;
};

/** NaN for no values. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** NaN for no values. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Slope of the straight line through the points by least squares: what one more `x` costs. NaN for less than two different x. */
export const slope = (points: readonly { readonly x: number; readonly y: number }[]): number => {
  const x0 = mean(points.map(({ x }) => x));
  const y0 = mean(points.map(({ y }) => y));
  const spread = points.reduce((sum, { x }) => sum + (x - x0) ** 2, 0);
  return spread === 0 ? Number.NaN : points.reduce((sum, { x, y }) => sum + (x - x0) * (y - y0), 0) / spread;
};

/** A small, fast generator of repeatable numbers (mulberry32), 0 to 1. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

/** One of the list; the list must not be empty. */
export const pick = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)] as T;
