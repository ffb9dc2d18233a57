import { defineConfig } from 'vitest/config';

/** `npm run test:deployed`, which test/deployed/run.ts starts in a namespace: the deployed system as a whole. */
export default defineConfig({
  resolve: { conditions: ['node', 'import'] },
  ssr: { resolve: { conditions: ['node', 'import'] } },
  test: {
    include: ['test/deployed/*.spec.ts'],
    pool: 'forks',
    // One cloud for all.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
