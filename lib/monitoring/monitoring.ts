import { Stack } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, type LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { METRICS_NAMESPACE } from '../../core/contract/metrics.ts';
import { tables } from '../../core/contract/tables.ts';
import type { Api } from '../api/api.ts';
import { AppFunction } from '../app-function.ts';
import type { Storage } from '../storage.ts';
import type { Workflow } from '../workflow/workflow.ts';
import { alarmTopic } from './alarm-topic.ts';
import { type Charts, dashboard } from './dashboard.ts';
import { ServiceAlarm, type ServiceAlarmProps } from './service-alarm.ts';
import { failureRate, METRICS_OF_ONE_ALARM, minutes, ownMetric, sumOf, throttlesOfTable } from './service-metrics.ts';

export interface MonitoringProps {
  readonly api: Api;
  readonly storage: Storage;
  readonly workflow: Workflow;
  /** The address that alarms are sent to; without it they are sent nowhere. */
  readonly alarmEmail?: string | undefined;
}

/** What an undelivered message means, by the construct that its queue belongs to. A queue that is not named here does not synthesise. */
const deadLetterImpacts: Readonly<Record<string, string>> = {
  reconciler: 'A run of the reconciler failed: dead jobs hold their repository until a later run succeeds.',
  dispatcher:
    'A run of the dispatcher failed: webhook events and syncs after pushes are late until a later run succeeds.',
  schedules: 'A scheduled sync was not started: a repository’s index stays old until its next time.',
};

/**
 * Alarms, their topic, and one dashboard. To be made last: it looks at every function and queue that the stack has. What an
 * alarm means and what to do about it is in docs/runbook.md, under the heading that each names.
 */
export class Monitoring extends Construct {
  readonly #topic: ITopic;
  readonly #props: MonitoringProps;

  constructor(scope: Construct, props: MonitoringProps) {
    super(scope, 'monitoring');
    this.#props = props;
    this.#topic = alarmTopic(this, props.alarmEmail) as ITopic;
    const all = Stack.of(this).node.findAll();
    const queues = all.filter((each): each is Queue => each instanceof Queue);
    const functions = all.filter((each): each is AppFunction => each instanceof AppFunction);
    this.#syncAlarms();
    this.#requestAlarms();
    for (const queue of queues) this.#deadLetterAlarm(queue);
    const functionThrottles = this.#throttleAlarms(functions);
    const charts: Charts = { ...props, functions, queues, functionThrottles };
    dashboard(this, charts);
  }

  #alarm(props: ServiceAlarmProps): void {
    new ServiceAlarm(this, this.#topic, props);
  }

  /** Those that the reconciler tells each minute, and those that ended jobs tell. */
  #syncAlarms(): void {
    const eachMinute = (name: Parameters<typeof ownMetric>[1], statistic: string): Metric =>
      ownMetric(this, name, statistic, minutes(1));
    this.#alarm({
      name: 'stuck-syncs',
      impact:
        'A sync began more than an hour ago and makes no progress: its repository stays on its old index and is busy.',
      runbook: 'Stuck syncs',
      metric: eachMinute('StuckSyncs', 'Maximum'),
      when: 'at-least',
      threshold: 1,
      // One look may fall between a worker’s death and its successor.
      periods: 2,
      silence: 'unknown',
    });
    this.#alarm({
      name: 'stalled-syncs',
      impact: 'A running sync has reported nothing for five minutes: users see no progress.',
      runbook: 'Stalled syncs',
      metric: eachMinute('StalledSyncs', 'Maximum'),
      when: 'at-least',
      threshold: 1,
      periods: 5,
      silence: 'unknown',
    });
    this.#alarm({
      name: 'unreconciled-jobs',
      impact: 'A dead job can be neither resumed nor ended: its repository may be busy until an operator acts.',
      runbook: 'Unreconciled jobs',
      metric: eachMinute('UnreconciledJobs', 'Maximum'),
      when: 'at-least',
      threshold: 1,
      periods: 5,
      silence: 'unknown',
    });
    this.#alarm({
      name: 'reconciler-silent',
      impact: 'The reconciler does not run: jobs that die now stay dead, and stuck syncs are not noticed.',
      runbook: 'Reconciler silent',
      metric: eachMinute('UnfinishedJobs', 'SampleCount'),
      when: 'below',
      threshold: 1,
      periods: 5,
      silence: 'alarm',
    });
    this.#alarm({
      name: 'sync-failure-rate',
      impact: 'More than a fifth of the syncs of an hour failed: those repositories stay on their old index.',
      runbook: 'Sync failure rate',
      metric: failureRate(this, minutes(60)),
      when: 'above',
      threshold: 20,
      periods: 1,
      silence: 'fine',
    });
    this.#alarm({
      name: 'webhook-failures',
      impact: 'At least ten events were given up within an hour: their receivers are not informed how syncs ended.',
      runbook: 'Webhook failures',
      metric: ownMetric(this, 'WebhookFailures', 'Sum', minutes(60)),
      when: 'at-least',
      threshold: 10,
      periods: 1,
      silence: 'fine',
    });
  }

  #requestAlarms(): void {
    const { restApi } = this.#props.api;
    this.#alarm({
      name: 'sync-initiation-slow',
      impact: 'One caller in a hundred, or one of fewer, waits longer than 500 ms for a sync to be accepted.',
      runbook: 'Sync initiation slow',
      // From when API Gateway got the request, so the authorizer and a cold start are in it. The gateway's own latency would also have what a
      // caller waits for by choice (`Prefer: wait`).
      metric: ownMetric(this, 'InitiationMilliseconds', 'p99', minutes(5)),
      when: 'above',
      threshold: 500,
      periods: 3,
      silence: 'fine',
    });
    this.#alarm({
      name: 'server-errors',
      impact: 'Callers get answers with status 500 or above: some of them cannot start or follow syncs, or search.',
      runbook: 'Server errors',
      metric: restApi.metricServerError({ statistic: 'Sum', period: minutes(5) }),
      when: 'at-least',
      threshold: 5,
      periods: 1,
      silence: 'fine',
    });
    this.#alarm({
      name: 'requests-throttled',
      impact: 'Callers are refused with 429: together they ask for more than the stage’s rate.',
      runbook: 'Requests throttled',
      metric: this.#refusedRequests(),
      when: 'at-least',
      threshold: 100,
      periods: 1,
      silence: 'fine',
    });
  }

  /** API Gateway counts 429 among all of 4xx; its access log tells them apart. */
  #refusedRequests(): Metric {
    const filter = new MetricFilter(this, 'refused', {
      logGroup: this.#props.api.node.findChild('access-logs') as LogGroup as ILogGroup,
      filterPattern: FilterPattern.stringValue('$.status', '=', '429'),
      // A filter’s metric can have no fixed dimension: the stack is in the namespace.
      metricNamespace: `${METRICS_NAMESPACE}/${Stack.of(this).stackName}`,
      metricName: 'RequestsThrottled',
      metricValue: '1',
    });
    return filter.metric({ statistic: 'Sum', period: minutes(5) });
  }

  #deadLetterAlarm(queue: Queue): void {
    const owner = queue.node.scope?.node.id ?? '';
    const impact = deadLetterImpacts[owner];
    if (impact === undefined)
      throw new Error(`lib/monitoring/monitoring.ts does not say what a dead letter of ${owner} means`);
    this.#alarm({
      name: `dead-letters-${owner}`,
      impact,
      runbook: `Dead letters: ${owner}`,
      metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: minutes(5) }),
      when: 'at-least',
      threshold: 1,
      periods: 1,
      // A queue that is not used reports nothing.
      silence: 'fine',
    });
  }

  /** Gives back what the functions’ alarms look at. */
  #throttleAlarms(functions: readonly AppFunction[]) {
    const { storage } = this.#props;
    const period = minutes(5);
    const indexes = tables.syncJobs.indexes.map(({ name }) => name);
    this.#alarm({
      name: 'tables-throttled',
      impact: 'DynamoDB refuses reads or writes because there are too many: requests and syncs become slow, then fail.',
      runbook: 'Tables throttled',
      metric: sumOf(
        [
          ...throttlesOfTable(storage.tableNames.REPOSITORIES_TABLE, [], period),
          ...throttlesOfTable(storage.tableNames.SYNC_JOBS_TABLE, indexes, period),
        ],
        'tables',
        'Throttled reads and writes',
        period,
      ),
      when: 'at-least',
      threshold: 10,
      periods: 2,
      silence: 'fine',
    });
    // embed-batch is throttled by design: its share is its limit, and the workflow waits and tries again.
    const watched = functions.filter(({ name }) => name !== 'embed-batch');
    const groups = Array.from({ length: Math.ceil(watched.length / METRICS_OF_ONE_ALARM) }, (_, at) =>
      watched.slice(at * METRICS_OF_ONE_ALARM, (at + 1) * METRICS_OF_ONE_ALARM),
    );
    return groups.map((group, at) => {
      const metric = sumOf(
        group.map(({ lambda }) => lambda.metricThrottles({ statistic: 'Sum', period })),
        `group${at + 1}`,
        `Throttled calls (${at + 1})`,
        period,
      );
      this.#alarm({
        name: `functions-throttled-${at + 1}`,
        impact: `Lambda refuses calls, because too many run at once, of one of ${group.map(({ name }) => name).join(', ')}.`,
        runbook: 'Functions throttled',
        metric,
        when: 'at-least',
        threshold: 10,
        periods: 2,
        silence: 'fine',
      });
      return metric;
    });
  }
}
