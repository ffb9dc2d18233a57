import { Stack } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryWidget,
  MathExpression,
  Metric,
  SingleValueWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { MetricName } from '../../core/contract/metrics.ts';
import type { Api } from '../api/api.ts';
import type { AppFunction } from '../app-function.ts';
import type { Workflow } from '../workflow/workflow.ts';
import { failureRate, minutes, ownMetric } from './service-metrics.ts';

export interface Charts {
  readonly api: Api;
  readonly workflow: Workflow;
  readonly functions: readonly AppFunction[];
  readonly queues: readonly Queue[];
  readonly functionThrottles: readonly IMetric[];
}

const WIDTH = 8;
const QUARTER = 6;
const HALF = 12;

/** Ends of jobs, newest first; core/sync/end-facts.ts has the fields. */
const endsQuery = [
  'fields @timestamp, message, repository_id, job_id, mode, seconds, files_total, code, cause, requested_by',
  'filter message in ["sync completed", "sync failed", "sync cancelled"]',
  'sort @timestamp desc',
  'limit 50',
];

/** The stack's one dashboard: how syncs fare at the top, what they run on below. */
export const dashboard = (scope: Construct, charts: Charts): Dashboard => {
  const { api, workflow, functions, queues, functionThrottles } = charts;
  const five = minutes(5);
  const own = (name: MetricName, statistic: string, period = five): Metric => ownMetric(scope, name, statistic, period);
  const graph = (title: string, left: IMetric[], width = WIDTH): IWidget => new GraphWidget({ title, left, width });
  const stage = api.restApi.deploymentStage;
  const throttles = (service: string, metricName: string): Metric =>
    new Metric({ namespace: service, metricName, statistic: 'Sum', period: five });
  return new Dashboard(scope, 'dashboard', {
    dashboardName: `${Stack.of(scope).stackName}`,
    widgets: [
      [
        new SingleValueWidget({
          title: 'Now',
          width: 24,
          height: 4,
          metrics: (
            ['UnfinishedJobs', 'StuckSyncs', 'StalledSyncs', 'UnreconciledJobs', 'OldestRunningSeconds'] as const
          ).map((name) => own(name, 'Maximum', minutes(1))),
        }),
      ],
      [
        graph(
          'Syncs',
          (['SyncsStarted', 'SyncsCompleted', 'SyncsFailed', 'SyncsCancelled', 'SyncsOwed'] as const).map((name) =>
            own(name, 'Sum'),
          ),
        ),
        graph('Failure rate, by the hour (%)', [failureRate(scope, minutes(60))]),
        graph('Duration of syncs (s)', [own('SyncDuration', 'p50'), own('SyncDuration', 'p99')]),
      ],
      [
        graph('Files and chunks', [
          own('FilesProcessed', 'Sum'),
          own('ChunksEmbedded', 'Sum'),
          own('ChunksReused', 'Sum'),
        ]),
        graph('Incremental and full', [
          new MathExpression({
            // Each completed sync tells 1 or 0.
            expression: '100 * incremental',
            usingMetrics: { incremental: own('IncrementalSyncs', 'Average', minutes(60)) },
            label: 'Incremental, by the hour (%)',
            period: minutes(60),
          }),
          own('FullSyncs', 'Sum'),
        ]),
        graph('Events given up', [own('WebhookFailures', 'Sum')]),
      ],
      [
        graph(
          'Time to accept a sync (ms)',
          [own('InitiationMilliseconds', 'p50'), own('InitiationMilliseconds', 'p99')],
          QUARTER,
        ),
        graph(
          'Time to search, in the function (ms)',
          [own('SearchMilliseconds', 'p50'), own('SearchMilliseconds', 'p99')],
          QUARTER,
        ),
        graph(
          'Latency of all calls (ms)',
          [
            stage.metricLatency({ statistic: 'p50', period: five }),
            stage.metricLatency({ statistic: 'p99', period: five }),
          ],
          QUARTER,
        ),
        graph(
          'Requests and errors',
          [
            stage.metricCount({ statistic: 'Sum', period: five }),
            stage.metricClientError({ statistic: 'Sum', period: five }),
            stage.metricServerError({ statistic: 'Sum', period: five }),
          ],
          QUARTER,
        ),
      ],
      [
        graph('Executions', [
          workflow.stateMachine.metricStarted({ period: five }),
          workflow.stateMachine.metricFailed({ period: five }),
          workflow.stateMachine.metricTimedOut({ period: five }),
          workflow.stateMachine.metricAborted({ period: five }),
        ]),
        graph('Throttled calls', [...functionThrottles, throttles('AWS/Bedrock', 'InvocationThrottles')]),
        graph(
          'Dead letters',
          queues.map((queue) => queue.metricApproximateNumberOfMessagesVisible({ period: five })),
        ),
      ],
      [
        new LogQueryWidget({
          title: 'Ends of syncs',
          width: HALF * 2,
          height: 8,
          logGroupNames: functions
            .filter(({ name }) =>
              ['publish', 'fail-sync', 'cancel-job', 'start-sync', 'reconcile-syncs'].includes(name),
            )
            .map(({ lambda }) => lambda.logGroup.logGroupName),
          queryLines: endsQuery,
        }),
      ],
    ],
  });
};
