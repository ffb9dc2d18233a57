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
  'test/e2e/snapshots.test.ts',
  'test/e2e/pull.test.ts',
  'test/e2e/own-symbols.test.ts',
  'test/e2e/service.test.ts',
];

/**
 * The slow files first, the others as vitest has them, which is project by project. Files that share processes stay together: a process ends where what
 * comes next is not of its project.
 */
export default class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const slowness = ({ moduleId }: TestSpecification): number => {
      const at = slowFiles.findIndex((name) => moduleId.endsWith(`/${name}`));
      return at === -1 ? slowFiles.length : at;
    };
    const isSlow = (file: TestSpecification): boolean => slowness(file) < slowFiles.length;
    const slowProjects = new Set(sorted.filter(isSlow).map(({ project }) => project));
    const turn = (file: TestSpecification): number => {
      if (file.project.config.isolate) return isSlow(file) ? 0 : 2;
      return slowProjects.has(file.project) ? 1 : 3;
    };
    return sorted.toSorted((a, b) => turn(a) - turn(b) || slowness(a) - slowness(b));
  }
}
