import { Duration, Stack } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { METRICS_DIMENSION, METRICS_NAMESPACE, type MetricName } from '../../core/contract/metrics.ts';

/** One of the service's own metrics, of this stack. */
export const ownMetric = (scope: Construct, metricName: MetricName, statistic: string, period: Duration): Metric =>
  new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { [METRICS_DIMENSION]: Stack.of(scope).stackName },
    statistic,
    period,
  });

/** CloudWatch: an alarm's expression takes at most so many metrics. */
export const METRICS_OF_ONE_ALARM = 10;

/** Their sum; what has told nothing counts as 0. `id` tells two sums of one graph apart. */
export const sumOf = (metrics: readonly Metric[], id: string, label: string, period: Duration): MathExpression => {
  if (metrics.length > METRICS_OF_ONE_ALARM) throw new Error(`${label}: ${metrics.length} metrics in one expression`);
  const named = metrics.map((metric, at) => [`${id}_${at}`, metric] as const);
  return new MathExpression({
    expression: named.map(([name]) => `FILL(${name}, 0)`).join(' + '),
    usingMetrics: Object.fromEntries(named),
    label,
    period,
  });
};

/** Percent of ended syncs that failed, once enough of them did: one failure out of one is no rate. */
export const failureRate = (scope: Construct, period: Duration): MathExpression =>
  new MathExpression({
    expression: 'IF(FILL(failed, 0) >= 3, 100 * FILL(failed, 0) / (FILL(failed, 0) + FILL(completed, 0)), 0)',
    usingMetrics: {
      failed: ownMetric(scope, 'SyncsFailed', 'Sum', period),
      completed: ownMetric(scope, 'SyncsCompleted', 'Sum', period),
    },
    label: 'Syncs that failed (%)',
    period,
  });

/** `ReadThrottleEvents` and `WriteThrottleEvents` of a table and of its indexes, which throttle on their own. */
export const throttlesOfTable = (tableName: string, indexes: readonly string[], period: Duration): Metric[] =>
  ['ReadThrottleEvents', 'WriteThrottleEvents'].flatMap((metricName) =>
    [
      { TableName: tableName },
      ...indexes.map((name) => ({ TableName: tableName, GlobalSecondaryIndexName: name })),
    ].map(
      (dimensionsMap) => new Metric({ namespace: 'AWS/DynamoDB', metricName, dimensionsMap, statistic: 'Sum', period }),
    ),
  );

export const minutes = (count: number): Duration => Duration.minutes(count);
