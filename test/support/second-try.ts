import { relative } from 'node:path';
import type { Vitest } from 'vitest/node';

/** More than these is no chance. */
const MOST_FILES = 5;

/** What a run of the tests found. */
export interface FirstRun {
  /** The files of which a test failed, from the root. */
  readonly failed: readonly string[];
  /** Errors that no test took: they may come from any file. */
  readonly strayErrors: number;
  /** What covers too little, such as `branches 89.9 % of 90 %`. */
  readonly uncovered: readonly string[];
}

/** Random histories and the model: each run looks at others, so one that fails must not be hidden by a second that does not. */
const isRandom = (file: string): boolean => file.startsWith('test/faults/');

/**
 * The files to run once more, each from its beginning: real processes, real servers and real time on a machine that others share.
 * A single test cannot be tried again: what the first try has registered and synced is there. None where the run failed for good.
 */
export const filesToTryAgain = ({ failed, strayErrors, uncovered }: FirstRun): readonly string[] =>
  strayErrors > 0 || uncovered.length > 0 || failed.length > MOST_FILES || failed.some(isRandom) ? [] : failed;

type Percentages = Readonly<Record<string, { readonly pct: number | 'Unknown' }>>;

/** Where the sums of all files are below what is asked; with no sums, nothing is said of them. */
export const uncoveredOf = (total: Percentages, thresholds: object): string[] =>
  Object.entries(thresholds).flatMap(([what, least]) => {
    const { pct } = total[what] ?? {};
    // `Unknown` where there is nothing to cover.
    return typeof pct !== 'number' || typeof least !== 'number' || pct >= least
      ? []
      : [`${what} ${pct} % of ${least} %`];
  });

/** The files of which a test failed, from the root. */
export const failedFilesOf = ({ state, config }: Vitest): string[] => {
  const failed = state.getTestModules().filter((module) => !module.ok());
  return [...new Set(failed.map(({ moduleId }) => relative(config.root, moduleId)))];
};
