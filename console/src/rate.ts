/** How many files a job had done at a time (milliseconds). */
export interface Sample {
  readonly at: number;
  readonly files: number;
}

const WINDOW = 10_000;

/** Files a second over the last ten seconds; null before there are two states a second apart, and while no file is done. */
export const filesPerSecond = (samples: readonly Sample[]): number | null => {
  const last = samples.at(-1);
  if (last === undefined) return null;
  const first = samples.find(({ at }) => at >= last.at - WINDOW) ?? last;
  const seconds = (last.at - first.at) / 1000;
  return seconds < 1 || last.files <= first.files ? null : (last.files - first.files) / seconds;
};
