import { defineConfig } from 'vitest/config';

export default defineConfig({
  // `local` makes `#runtime` mean local/runtime.ts, as `npm start` does.
  resolve: { conditions: ['local', 'node', 'import'] },
  ssr: { resolve: { conditions: ['local', 'node', 'import'] } },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Most of the time is spent waiting for git, servers and processes: one file a core leaves half of the machine idle.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['core/**/*.ts', 'lambdas/**/*.ts', 'adapters/**/*.ts', 'local/**/*.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      thresholds: { lines: 90, branches: 90 },
    },
  },
});
