import { defineConfig } from 'vitest/config';

export default defineConfig({
  // `local` makes `#ports` mean local/ports.ts, as `npm start` does.
  resolve: { conditions: ['local', 'node', 'import'] },
  ssr: { resolve: { conditions: ['local', 'node', 'import'] } },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Most of the time is spent waiting for git, servers and processes: one file a core leaves half of the machine idle.
    maxWorkers: 2,
    // Real processes, real servers and real time: a CI machine that others share gets one more try, and the report says so.
    retry: process.env.CI === 'true' ? 1 : 0,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: [
        'core/**/*.ts',
        'lambdas/**/*.ts',
        'adapters/**/*.ts',
        'local/**/*.ts',
        'client/src/**/*.ts',
        'cli/**/*.ts',
      ],
      reporter: ['text-summary', 'json-summary', 'html'],
      thresholds: { lines: 90, branches: 90 },
    },
  },
});
