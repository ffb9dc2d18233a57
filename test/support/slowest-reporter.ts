import type { Reporter, TestModule } from 'vitest/node';

const COUNT = 10;

/** How long something took. */
export interface Timed {
  readonly name: string;
  readonly milliseconds: number;
}

/** The slowest first, a line each, under a heading. */
export const slowestOf = (heading: string, all: readonly Timed[], count = COUNT): string => {
  const slowest = all.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, count);
  const lines = slowest.map(({ name, milliseconds }) => `${(milliseconds / 1000).toFixed(1).padStart(7)} s  ${name}`);
  return [heading, ...lines].join('\n');
};

/** A file counts with its imports and its set-up and end, which are no test's own. */
const fileTime = (module: TestModule): Timed => {
  const { collectDuration, duration } = module.diagnostic();
  return { name: module.relativeModuleId, milliseconds: collectDuration + duration };
};

const testTimes = (module: TestModule): readonly Timed[] =>
  [...module.children.allTests()].map((test) => ({
    name: `${module.relativeModuleId} > ${test.fullName}`,
    milliseconds: test.diagnostic()?.duration ?? 0,
  }));

/** For `npm run test:slowest`: names the slowest test files and tests of a run. */
export default class SlowestReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const files = slowestOf('Slowest files', modules.map(fileTime));
    const tests = slowestOf('Slowest tests', modules.flatMap(testTimes));
    process.stdout.write(`\n${files}\n\n${tests}\n`);
  }
}
