/** Rates measured on a repository's own last syncs; seconds. Null: not measured yet. */
export interface Rates {
  readonly full_seconds_per_file: number | null;
  readonly incremental_base_seconds: number | null;
  readonly incremental_seconds_per_file: number | null;
}

export const noRates: Rates = {
  full_seconds_per_file: null,
  incremental_base_seconds: null,
  incremental_seconds_per_file: null,
};

/** A first guess for a repository that nothing is known of: 30 s. Replaced by measured rates after its first sync. */
const UNKNOWN_SECONDS = 30;

/**
 * How long a job will take, in seconds, told when it is created.
 * @param files files in the index of the branches asked for; 0 when there is none yet.
 */
export const estimateSeconds = (rates: Rates, mode: 'full' | 'incremental', files: number): number => {
  if (mode === 'full' || files === 0)
    return rates.full_seconds_per_file === null || files === 0 ? UNKNOWN_SECONDS : rates.full_seconds_per_file * files;
  if (rates.incremental_base_seconds !== null) return rates.incremental_base_seconds;
  // No incremental sync yet: a tenth of the full one is what the story promises at most.
  return rates.full_seconds_per_file === null ? UNKNOWN_SECONDS : (rates.full_seconds_per_file * files) / 10;
};

/**
 * Seconds left of a running job from what it has done: its own pace, once 5 % of its files are done.
 * Null: too early to say better than the first estimate.
 */
export const remainingSeconds = (elapsedSeconds: number, filesDone: number, filesTotal: number): number | null => {
  if (filesTotal === 0 || filesDone < filesTotal * 0.05 || filesDone === 0) return null;
  return (elapsedSeconds / filesDone) * (filesTotal - filesDone);
};

/** What a finished job teaches. A sync that changed nothing teaches the base only. */
export const learn = (
  rates: Rates,
  job: { readonly mode: 'full' | 'incremental'; readonly seconds: number; readonly files: number },
): Rates => {
  if (job.mode === 'full')
    return job.files === 0 ? rates : { ...rates, full_seconds_per_file: job.seconds / job.files };
  if (job.files === 0) return { ...rates, incremental_base_seconds: job.seconds };
  return {
    ...rates,
    incremental_base_seconds: job.seconds,
    incremental_seconds_per_file: job.seconds / job.files,
  };
};
