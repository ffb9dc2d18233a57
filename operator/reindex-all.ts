import { setTimeout } from 'node:timers/promises';
import { allRepositories } from '../adapters/dynamodb/all-repositories.ts';
import { createDynamoClient } from '../adapters/dynamodb/client.ts';
import { commandLine } from '../adapters/system/command-line.ts';
import { createJsonLogger } from '../adapters/system/json-logger.ts';
import { createLogMetrics } from '../adapters/system/log-metrics.ts';
import { TablesEnvironment } from '../core/contract/environment.ts';
import { reindexAll } from '../core/upkeep/reindex-all.ts';
import { claims, clock, compose, ids, jobs, repositories, workflow } from '../lambdas/ports.ts';

/** `npm run reindex`, with the names of the stage's tables and state machine: docs/runbook.md, "Reindex every repository". */
const { positionals } = commandLine({
  usage: `npm run reindex [-- <how many run at once>]

Reindexes every repository of a stage, ten at once unless told otherwise, and prints a line for each.
REPOSITORIES_TABLE, SYNC_JOBS_TABLE and STATE_MACHINE_ARN name the stage's: docs/runbook.md.`,
  words: { least: 0, most: 1 },
});
const atOnce = Number(positionals[0] ?? 10);
if (!Number.isInteger(atOnce) || atOnce < 1) {
  process.stderr.write(`how many run at once must be a whole number above 0, not ${positionals[0]}\n`);
  process.exit(2);
}
const logger = createJsonLogger('warn', (line) => process.stderr.write(line));
const { DYNAMODB_ENDPOINT, REPOSITORIES_TABLE } = TablesEnvironment.parse(process.env);
const client = createDynamoClient({ endpoint: DYNAMODB_ENDPOINT });
const deps = compose({
  claims,
  clock,
  ids,
  jobs,
  logger: () => logger,
  metrics: () => createLogMetrics(logger),
  repositories,
  workflow,
});
let unfinished = 0;
await reindexAll(deps)({
  repositories: allRepositories(client, REPOSITORIES_TABLE),
  atOnce,
  pause: () => setTimeout(5000),
  report: ({ repositoryId, jobId, outcome, reason = '' }) => {
    if (!['completed', 'completed_with_errors', 'absent'].includes(outcome)) unfinished += 1;
    console.log([outcome, repositoryId, jobId ?? '-', reason].join('\t'));
  },
});
process.exitCode = unfinished === 0 ? 0 : 1;
