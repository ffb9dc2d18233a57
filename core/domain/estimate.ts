/**
 * Rates measured on a repository's own last syncs; seconds. Null or absent: not measured yet. A sync is taken as
 * lead (pull and diff), read (stage and embed: a base and so much a file) and publish.
 */
export interface Rates {
  /** Whole job, per indexed file, of the last full index. */
  readonly full_seconds_per_file: number | null;
  /** Whole job, of the last incremental sync. */
  readonly incremental_base_seconds: number | null;
  readonly incremental_seconds_per_file: number | null;
  /** Whole job, of the last incremental sync that changed something. */
  readonly incremental_seconds?: number | null | undefined;
  readonly lead_seconds?: number | null | undefined;
  readonly read_base_seconds?: number | null | undefined;
  readonly read_seconds_per_file?: number | null | undefined;
  /** Of the last incremental sync. */
  readonly publish_seconds?: number | null | undefined;
  /** Of the last full index, per file that was read: it builds the index. */
  readonly full_publish_seconds_per_file?: number | null | undefined;
}

export const noRates: Rates = {
  full_seconds_per_file: null,
  incremental_base_seconds: null,
  incremental_seconds_per_file: null,
};

type Mode = 'full' | 'incremental';

/** A first guess for a repository that nothing is known of: 30 s. Replaced by measured rates after its first sync. */
const UNKNOWN_SECONDS = 30;

/** What times in milliseconds may differ by. */
const ROUNDED_SECONDS = 0.01;

/** From this many files on, a job teaches what a file takes; a smaller one teaches what a job takes besides. */
const MANY_FILES = 100;

/**
 * How long a job will take, in seconds, told when it is created.
 * @param files files in the index of the branches asked for; 0 when there is none yet.
 */
export const estimateSeconds = (rates: Rates, mode: Mode, files: number): number => {
  const full = rates.full_seconds_per_file === null || files === 0 ? null : rates.full_seconds_per_file * files;
  if (mode === 'full' || files === 0) return full ?? UNKNOWN_SECONDS;
  // How much has changed is not known yet: as much as the last time.
  const last = rates.incremental_seconds ?? rates.incremental_base_seconds;
  if (last !== null) return last;
  if (full === null) return UNKNOWN_SECONDS;
  // No incremental sync yet: what is the same, and a tenth of the rest, which is what the story promises at most.
  const lead = Math.min(rates.lead_seconds ?? 0, full);
  return lead + (full - lead) / 10;
};

/** Seconds left when the diff has said how many files must be read; null when nothing was measured to tell it by. */
export const estimateAfterDiff = (rates: Rates, mode: Mode, filesToRead: number): number | null => {
  const perFile = rates.read_seconds_per_file ?? null;
  if (perFile === null) return null;
  const read = filesToRead === 0 ? 0 : (rates.read_base_seconds ?? 0) + perFile * filesToRead;
  return read + publishSeconds(rates, mode, filesToRead);
};

/** Seconds that publishing takes; 0 when it was not measured. */
export const publishSeconds = (rates: Rates, mode: Mode, filesToRead: number): number =>
  mode === 'full' ? (rates.full_publish_seconds_per_file ?? 0) * filesToRead : (rates.publish_seconds ?? 0);

/**
 * Seconds left of a running job from what it has done: its own pace, once 5 % of its files are done.
 * Null: too early to say better than the first estimate.
 */
export const remainingSeconds = (elapsedSeconds: number, filesDone: number, filesTotal: number): number | null => {
  if (filesTotal <= 0 || filesDone < filesTotal * 0.05 || filesDone <= 0) return null;
  return (elapsedSeconds / filesDone) * (filesTotal - filesDone);
};

/** Where embedding began, and what was known then. */
export interface Pace {
  /** Files that were done before. */
  readonly files_done: number;
  /** What embedding would take by the repository's rates; null when they are not measured yet. */
  readonly expected_seconds: number | null;
  /** What publishing will take after it. */
  readonly tail_seconds: number;
}

/**
 * Seconds left while files are embedded. The job's own pace counts the more the more of it there is: the first files
 * wait for workers to start, and would make the rest look long.
 */
export const paceSeconds = (
  pace: Pace,
  elapsedSeconds: number,
  filesDone: number,
  filesTotal: number,
): number | null => {
  const done = filesDone - pace.files_done;
  const total = filesTotal - pace.files_done;
  const own = remainingSeconds(elapsedSeconds, done, total);
  const expected = pace.expected_seconds === null ? null : Math.max(0, pace.expected_seconds - elapsedSeconds);
  if (own === null) return expected === null ? null : expected + pace.tail_seconds;
  const weight = expected === null ? 1 : done / total;
  return weight * own + (1 - weight) * (expected ?? 0) + pace.tail_seconds;
};

/** How long the parts of a finished job took, in seconds, and how many files it read. */
export interface MeasuredParts {
  readonly lead: number;
  readonly read: number;
  readonly publish: number;
  readonly filesRead: number;
}

/** What a finished job teaches. A sync that changed nothing teaches the base only. */
export const learn = (
  rates: Rates,
  job: {
    readonly mode: Mode;
    readonly seconds: number;
    /** Full: files in the index now. Incremental: files that have changed. */
    readonly files: number;
    /** Absent when the parts were not measured. */
    readonly parts?: MeasuredParts | undefined;
  },
): Rates => {
  const { mode, seconds, files, parts } = job;
  // The clock was put back meanwhile: what is measured by it is no time that anything took.
  if (
    parts !== undefined &&
    (Math.min(parts.read, parts.publish) < 0 || seconds < parts.read + parts.publish - ROUNDED_SECONDS)
  )
    return rates;
  const learned = parts === undefined ? rates : learnParts(rates, mode, parts);
  if (mode === 'full') return files === 0 ? learned : { ...learned, full_seconds_per_file: seconds / files };
  if (files === 0) return { ...learned, incremental_base_seconds: seconds };
  return {
    ...learned,
    incremental_base_seconds: seconds,
    incremental_seconds: seconds,
    incremental_seconds_per_file: seconds / files,
  };
};

const learnParts = (rates: Rates, mode: Mode, { lead, read, publish, filesRead }: MeasuredParts): Rates => {
  const known = rates.read_seconds_per_file ?? null;
  const many = filesRead > 0 && (known === null || mode === 'full' || filesRead >= MANY_FILES);
  const perFile = many ? read / filesRead : known;
  return {
    ...rates,
    lead_seconds: lead,
    read_seconds_per_file: perFile,
    ...(many || filesRead === 0 || perFile === null
      ? {}
      : { read_base_seconds: Math.max(0, read - perFile * filesRead) }),
    ...(mode === 'incremental' ? { publish_seconds: publish } : {}),
    ...(mode === 'full' && filesRead > 0 ? { full_publish_seconds_per_file: publish / filesRead } : {}),
  };
};
