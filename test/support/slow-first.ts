import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longer than 23 s on two quiet cores, the longest first. Begun last, as a short file by its size may be, such a file would run on alone
 * while every other worker has nothing to do. Measured by `npm run test:slowest`.
 */
export const slowFiles = [
  'test/faults/faults.test.ts',
  'test/e2e/odd-names.test.ts',
  'test/e2e/console-tasks.test.ts',
  'test/e2e/console.test.ts',
  'test/e2e/lost-index.test.ts',
  'test/unit/local/function-host.test.ts',
  'test/e2e/processes.test.ts',
  'test/e2e/command-line.test.ts',
  'test/e2e/cli-docs.test.ts',
  'test/e2e/console-sign-in.test.ts',
  'test/e2e/registration.test.ts',
  'test/e2e/spinning.test.ts',
  'test/infra/least-privilege.test.ts',
  'test/e2e/job-events.test.ts',
  'test/faults/model.test.ts',
  'test/e2e/repo-sync.test.ts',
  'test/e2e/search-all.test.ts',
  'test/e2e/disk.test.ts',
  'test/e2e/pull-folder.test.ts',
  'test/e2e/deleted-branches.test.ts',
  'test/faults/real.test.ts',
  'test/e2e/restore.test.ts',
  'test/e2e/snapshots.test.ts',
  'test/e2e/pull.test.ts',
  'test/e2e/own-symbols.test.ts',
  'test/e2e/service.test.ts',
];

/** The slow files first, the others as vitest has them. */
export default class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = slowFiles.findIndex((name) => moduleId.endsWith(`/${name}`));
      return at === -1 ? slowFiles.length : at;
    };
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
