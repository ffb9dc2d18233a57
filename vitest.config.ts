import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plugin } from 'vitest/config';
import { defineConfig } from 'vitest/config';
import SlowFirst from './test/support/slow-first.ts';

/**
 * Rules, steps, the engine, adapters, stores over one database, documents: they leave their process as they found it. Not among them is what starts many
 * processes, which a process that has loaded much does slowly: the files of git sources took a quarter more processor time here.
 */
const together = [
  'test/unit/{chunking,domain,manifest,repositories,search,sync,triggers,upkeep,webhooks}/**/*.test.ts',
  'test/unit/{client,console,dependencies,jobs,mcp,objects,operator}/**/*.test.ts',
  'test/unit/{cli,deploy,docs,lambdas}/**/*.test.ts',
  'test/unit/bench/!(run).test.ts',
  'test/unit/*.test.ts',
  'test/unit/adapters/!(lancedb|powertools|system)/**/!(client|documents|git-process|grammar-memory).test.ts',
  'test/unit/adapters/system/!(collect-garbage|own-memory|private-directory|process-helper|sandbox-watch|thread-guard).test.ts',
  'test/unit/local/!(allocator|function-host|idle-memory).test.ts',
  'test/unit/contract/!(metrics).test.ts',
  'test/workflow/**/*.test.ts',
  'test/contract/dynamodb/!(database-*|differential).test.ts',
  'test/contract/object-store/!(files).test.ts',
];

/** Random histories and the model. */
const histories = ['test/faults/**/*.test.ts'];

/** The stack as it is synthesised: CDK and lib, of which no coverage is asked. What runs the functions too is not among them. */
const synthesised = ['test/infra/!(least-privilege).test.ts'];

/**
 * The whole service in the process of the test. With libraries that are loaded already, 27 of these files take 151 s of processor time in place of 178 (91 s
 * on two quiet cores in place of 105).
 */
const worlds = globSync('test/e2e/*.test.ts', { cwd: import.meta.dirname }).filter((file) =>
  /\/use-(world|console)\.ts'/.test(readFileSync(resolve(import.meta.dirname, file), 'utf8')),
);

/** No coverage is asked of it: nothing there is counted. */
const uncovered = {
  name: 'uncovered',
  configureVitest: ({ project }) => {
    project.config.coverage = { ...project.config.coverage, enabled: false };
  },
} satisfies Plugin;

export default defineConfig({
  // `local` makes `#ports` mean local/ports.ts, as `npm start` does.
  resolve: { conditions: ['local', 'node', 'import'] },
  ssr: { resolve: { conditions: ['local', 'node', 'import'] } },
  test: {
    pool: 'forks',
    // Much of the time is spent waiting for git, servers and processes: two files at once left 39 % of two quiet cores idle, three 20 % (789 s, four 713).
    // Tried without gain, on files with a service in their process: larger young generations, an old one that is not collected, one thread for both;
    // and a small process that starts git for the tests, in place of their own large ones.
    maxWorkers: 4,
    sequence: { sequencer: SlowFirst },
    // For the services that tests start as processes, each of which would compile all of its modules anew: a start and a sync
    // take 3.0 to 3.6 s of processor time with it, and 5.6 without.
    env: { NODE_COMPILE_CACHE: resolve(import.meta.dirname, 'node_modules/.cache/compile') },
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['test/**/*.test.ts'],
          exclude: [...together, ...histories, ...synthesised, ...worlds],
        },
      },
      // Each has this project's modules anew, and libraries as the files before have left them.
      {
        extends: true,
        test: { name: 'worlds', include: worlds, isolate: false, setupFiles: ['test/support/fresh-modules.ts'] },
      },
      { extends: true, test: { name: 'histories', include: histories } },
      // Each would load CDK anew, which takes seconds.
      { extends: true, plugins: [uncovered], test: { name: 'synthesised', include: synthesised, isolate: false } },
      // Many small files: a third of a second of processor time each, for a process and for loading what the one before has loaded.
      { extends: true, test: { name: 'together', include: together, isolate: false } },
    ],
    // Vitest's own is a second: on a busy machine a job may begin later than that.
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    coverage: {
      // Counters in this project's code alone. V8's count in every library that a test loads: a fifth of the processor time of all tests.
      provider: 'istanbul',
      include: [
        'core/**/*.ts',
        'lambdas/**/*.ts',
        'adapters/**/*.ts',
        'local/**/*.ts',
        'client/src/**/*.ts',
        'cli/**/*.ts',
        'mcp/**/*.ts',
      ],
      reporter: ['text-summary', 'json-summary', 'html'],
      thresholds: { lines: 90, branches: 90 },
    },
  },
});
