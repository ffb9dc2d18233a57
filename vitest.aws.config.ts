import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** Contract tests that take the DynamoDB that `DYNAMODB_ENDPOINT` names: here they run a second time, on another one. */
const onDynamoDb = globSync('test/{contract,unit}/**/*.test.ts').filter((path) =>
  readFileSync(path, 'utf8').includes('startTestDynamoDb'),
);

/** `npm run test:aws`: the AWS adapters and the template against servers that others wrote (docs/aws-checks.md). */
export default defineConfig({
  resolve: { conditions: ['node', 'import'] },
  ssr: { resolve: { conditions: ['node', 'import'] } },
  test: {
    include: ['test/aws/*.spec.ts', ...onDynamoDb],
    globalSetup: ['test/aws/global-setup.ts'],
    setupFiles: ['test/aws/use-servers.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
