import { Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** Where the runbook is, from the root of the repository. */
const RUNBOOK = 'docs/runbook.md';

export interface ServiceAlarmProps {
  /** Of the alarm, after the stack's name: kebab-case. */
  readonly name: string;
  /** What users or the operator notice while it is on: the sentence that the operator reads first. */
  readonly impact: string;
  /** The heading of docs/runbook.md that says what to do; test/infra/monitoring.test.ts holds the two together. */
  readonly runbook: string;
  readonly metric: IMetric;
  /** How the metric must stand to its threshold for the alarm to be on. */
  readonly when: 'above' | 'at-least' | 'below';
  readonly threshold: number;
  /** How many periods of the metric, and of them how many (all without), must be so. */
  readonly periods: number;
  readonly of?: number;
  /**
   * What silence means: `fine` for what is only reported when it happens, `alarm` for what is reported each minute, `unknown` for what is
   * reported each minute where another alarm is about the silence.
   */
  readonly silence: 'fine' | 'alarm' | 'unknown';
}

const comparisons = {
  above: ComparisonOperator.GREATER_THAN_THRESHOLD,
  'at-least': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  below: ComparisonOperator.LESS_THAN_THRESHOLD,
} as const;

const silences = {
  fine: TreatMissingData.NOT_BREACHING,
  alarm: TreatMissingData.BREACHING,
  unknown: TreatMissingData.MISSING,
} as const;

/** An alarm that says what it means for people and where it says what to do, and that notifies the topic when it is raised and when it clears. */
export class ServiceAlarm extends Construct {
  readonly alarm: Alarm;

  constructor(scope: Construct, topic: ITopic, props: ServiceAlarmProps) {
    super(scope, props.name);
    this.alarm = new Alarm(this, 'alarm', {
      alarmName: `${Stack.of(this).stackName}-${props.name}`,
      alarmDescription: `${props.impact} What to do: ${RUNBOOK}#${anchorOf(props.runbook)}`,
      metric: props.metric,
      comparisonOperator: comparisons[props.when],
      threshold: props.threshold,
      evaluationPeriods: props.periods,
      datapointsToAlarm: props.of ?? props.periods,
      treatMissingData: silences[props.silence],
      // `ignore` waits for 1,000 samples in each period of a p99, which a service of few calls never has: the slowest call
      // then stands for the hundredth. CloudWatch refuses the setting for other statistics.
      ...(isPercentile(props.metric) ? { evaluateLowSampleCountPercentile: 'evaluate' } : {}),
    });
    const action = new SnsAction(topic);
    this.alarm.addAlarmAction(action);
    this.alarm.addOkAction(action);
  }
}

/** A heading's anchor, as GitHub and most others make it. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');

const isPercentile = (metric: IMetric): boolean => /^p\d/.test(metric.toMetricConfig().metricStat?.statistic ?? '');
