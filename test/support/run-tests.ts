import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseCLI, startVitest, type Vitest } from 'vitest/node';
import { failedFilesOf, filesToTryAgain, uncoveredOf } from './second-try.ts';

/**
 * `npm test`: vitest with coverage and with what is given here (`npm test -- test/unit`). On a CI machine (CI=true) the few files that
 * failed run once more, alone and from their beginning, and the end says which these were.
 */
const isCi = process.env.CI === 'true';
const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);

/** Where too little is covered. */
const uncovered = ({ config: { root, coverage } }: Vitest): readonly string[] => {
  if (!coverage.enabled || coverage.thresholds === undefined) return [];
  const summary = readFileSync(resolve(root, coverage.reportsDirectory, 'coverage-summary.json'), 'utf8');
  return uncoveredOf(JSON.parse(summary).total, coverage.thresholds);
};

const first = await startVitest(filter, {
  ...options,
  coverage: { enabled: true, reportOnFailure: isCi, ...options.coverage },
});
const failed = failedFilesOf(first);
if (isCi && failed.length > 0) {
  const strayErrors = first.state.getUnhandledErrors().length;
  const again = filesToTryAgain({ failed, strayErrors, uncovered: uncovered(first) });
  if (again.length > 0) {
    process.stdout.write(`\nOnce more, each from its beginning: ${again.join(', ')}\n`);
    process.exitCode = 0;
    await startVitest([...again], { ...options, coverage: { enabled: false } });
    const end = process.exitCode === 0 ? 'passed when it ran' : 'failed when it ran';
    process.stdout.write(`\nWhat had failed ${end} once more: ${again.join(', ')}\n`);
  }
}
