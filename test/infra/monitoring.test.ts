import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRICS_NAMESPACE, metricUnits } from '../../core/contract/metrics.ts';
import { anchorOf } from '../../lib/monitoring/service-alarm.ts';
import { type Resource, resolved, synthesise } from './synthesised.ts';

const synthesised = synthesise({ alarmEmail: 'ops@example.com' });
const { ofType, one, functions, resources } = synthesised;
const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');

interface StatOf {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
}
const alarms = ofType('AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
const alarm = (name: string): Resource['Properties'] => {
  const found = alarms.find(({ AlarmName }) => AlarmName === `Sync-${name}`);
  if (found === undefined) throw new Error(`no alarm ${name}`);
  return found;
};
/** What an alarm looks at, whether by an expression or not. */
const watched = (properties: Resource['Properties']): StatOf[] =>
  properties.Metrics === undefined
    ? [properties]
    : properties.Metrics.flatMap(({ MetricStat }: { MetricStat?: { Metric: StatOf } }) => MetricStat?.Metric ?? []);

/** The runbook's headings of a level, each with the text up to the next heading of that level or above. */
const sections = (text: string, level: number): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  let heading: string | null = null;
  for (const line of text.split('\n')) {
    const [, marks = '', title = ''] = /^(#+) (.*)$/.exec(line) ?? [];
    if (marks.length > 0 && marks.length <= level) heading = marks.length === level ? title : null;
    if (heading !== null) found.set(heading, `${found.get(heading) ?? ''}${line}\n`);
  }
  return found;
};
const entries = sections(sections(runbook, 2).get('Alarms') ?? '', 3);

describe('every alarm', () => {
  it.each(alarms.map((each) => [String(each.AlarmName), each] as const))(
    '%s says its impact, and where to read on',
    (_, each) => {
      expect(each.AlarmDescription).toMatch(/^[A-Z].{30,}\. What to do: docs\/runbook\.md#[a-z0-9-]+$/);
      const anchor = each.AlarmDescription.split('#')[1];
      expect([...entries.keys()].map(anchorOf)).toContain(anchor);
    },
  );

  it('tells the topic when it goes on, and when it goes off', () => {
    const [[topic] = []] = ofType('AWS::SNS::Topic');
    for (const { AlarmActions, OKActions } of alarms)
      expect([AlarmActions, OKActions]).toEqual([[{ Ref: topic }], [{ Ref: topic }]]);
  });

  it('is not on because nothing happens, but for the one that is about silence', () => {
    const silent = alarms.filter(({ TreatMissingData }) => TreatMissingData === 'breaching');
    expect(silent.map(({ AlarmName }) => AlarmName)).toEqual(['Sync-reconciler-silent']);
  });

  it('that looks at the service’s own metrics looks at one that there is, of this stack', () => {
    const own = alarms.flatMap(watched).filter(({ Namespace }) => Namespace === METRICS_NAMESPACE);
    expect(own.length).toBeGreaterThan(6);
    for (const { MetricName, Dimensions } of own) {
      expect(Object.keys(metricUnits)).toContain(MetricName);
      expect(Dimensions).toEqual([{ Name: 'service', Value: 'Sync' }]);
    }
    // What the functions are told to call themselves.
    for (const { properties } of functions.values())
      expect(properties.Environment.Variables.POWERTOOLS_SERVICE_NAME).toBe('Sync');
  });
});

describe('the runbook', () => {
  const anchors = new Set(alarms.map(({ AlarmDescription }) => AlarmDescription.split('#')[1]));

  it.each([...entries])('has under "%s" an alarm, and all that whoever is woken needs', (heading, text) => {
    expect(anchors).toContain(anchorOf(heading));
    for (const part of ['Description', 'Impact', 'Investigation', 'Resolution']) expect(text).toContain(`**${part}.**`);
    expect(text).toMatch(/```/);
  });

  it.each([
    'Reindex every repository',
    'Restore the tables to an earlier time',
    'Go back to the version before',
    'Cancel a sync',
    'Replace a running sync',
    'Empty a dead-letter queue',
    'End a stuck job by hand',
  ])('says how to: %s', (heading) => {
    expect([...sections(sections(runbook, 2).get('How to') ?? '', 3).keys()]).toContain(heading);
  });

  it('names resources that the stack has', () => {
    const named = [...runbook.matchAll(/^[A-Z]+=\$\(resource (AWS::\S+) (\S+)\)$/gm)];
    expect(named.length).toBeGreaterThanOrEqual(4);
    for (const [, type = '', prefix = ''] of named)
      expect(
        ofType(type).filter(([id]) => id.startsWith(prefix)),
        `${type} ${prefix}`,
      ).toHaveLength(1);
  });

  it('names metrics and log lines that there are', () => {
    for (const [, name = ''] of runbook.matchAll(/--metric-name (\w+)/g))
      expect(Object.keys(metricUnits)).toContain(name);
    const messages = [...runbook.matchAll(/message (?:= |in \[)((?:"[^"]+"(?:, )?)+)/g)].flatMap(([, list = '']) =>
      [...list.matchAll(/"([^"]+)"/g)].map(([, message = '']) => message),
    );
    expect(messages.length).toBeGreaterThan(6);
    const sources = globSync('{core,lambdas}/**/*.ts').map((path) => readFileSync(path, 'utf8'));
    for (const message of messages)
      expect(
        sources.some((source) => source.includes(`'${message}'`)),
        message,
      ).toBe(true);
  });
});

describe('what is watched', () => {
  it('stuck and stalled syncs, each minute, by the worst that was seen', () => {
    for (const [name, metric] of [
      ['stuck-syncs', 'StuckSyncs'],
      ['stalled-syncs', 'StalledSyncs'],
      ['unreconciled-jobs', 'UnreconciledJobs'],
    ] as const)
      expect(alarm(name)).toMatchObject({
        Namespace: 'RepositorySync',
        MetricName: metric,
        Statistic: 'Maximum',
        Period: 60,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'missing',
      });
  });

  it('that the reconciler runs: five minutes without a word are an alarm', () => {
    expect(alarm('reconciler-silent')).toMatchObject({
      MetricName: 'UnfinishedJobs',
      Statistic: 'SampleCount',
      Period: 60,
      EvaluationPeriods: 5,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
    });
  });

  it('the rate of failures, by what ended', () => {
    const { Metrics, Threshold } = alarm('sync-failure-rate');
    expect(
      watched(alarm('sync-failure-rate'))
        .map(({ MetricName }) => MetricName)
        .sort(),
    ).toEqual(['SyncsCompleted', 'SyncsFailed']);
    expect(Metrics.find(({ Expression }: { Expression?: string }) => Expression)?.Expression).toContain('100 *');
    expect(Threshold).toBe(20);
  });

  it('the 500 ms in which a sync is accepted, at the 99th percentile of what callers wait', () => {
    expect(alarm('sync-initiation-slow')).toMatchObject({
      Namespace: 'RepositorySync',
      MetricName: 'InitiationMilliseconds',
      ExtendedStatistic: 'p99',
      Threshold: 500,
      EvaluateLowSampleCountPercentile: 'evaluate',
    });
  });

  it('every queue, all of which hold dead letters', () => {
    const queues = ofType('AWS::SQS::Queue').map(([id]) => `${id}.QueueName`);
    const seen = alarms
      .filter(({ Namespace }) => Namespace === 'AWS/SQS')
      .map(({ Dimensions }) => resolved(Dimensions[0].Value));
    expect(queues.length).toBeGreaterThanOrEqual(3);
    expect(seen.sort()).toEqual(queues.sort());
  });

  it('calls that Lambda refuses, of every function but the one that is held back by design', () => {
    const seen = alarms
      .flatMap(watched)
      .filter(({ MetricName, Namespace }) => Namespace === 'AWS/Lambda' && MetricName === 'Throttles');
    const ids = [...functions].filter(([name]) => name !== 'embed-batch').map(([, { id }]) => id);
    expect(seen.map(({ Dimensions }) => resolved(Dimensions[0]?.Value)).sort()).toEqual(ids.sort());
  });

  it('no more metrics in one alarm than CloudWatch takes', () => {
    for (const each of alarms) expect(watched(each).length).toBeLessThanOrEqual(10);
  });

  it('tables with their indexes', () => {
    const seen = watched(alarm('tables-throttled'));
    const indexes = seen.flatMap(({ Dimensions }) =>
      Dimensions.filter(({ Name }) => Name === 'GlobalSecondaryIndexName'),
    );
    expect(new Set(indexes.map(({ Value }) => Value))).toEqual(new Set(['by-repository', 'unfinished', 'due']));
    expect(new Set(seen.map(({ MetricName }) => MetricName))).toEqual(
      new Set(['ReadThrottleEvents', 'WriteThrottleEvents']),
    );
  });

  it('requests that are refused, by the status in the access log', () => {
    const { Properties } = one('AWS::Logs::MetricFilter');
    expect(Properties.FilterPattern).toBe('{ $.status = "429" }');
    const [transformation] = Properties.MetricTransformations;
    expect(alarm('requests-throttled')).toMatchObject({
      Namespace: transformation.MetricNamespace,
      MetricName: transformation.MetricName,
    });
    const [stage] = ofType('AWS::ApiGateway::Stage').map((each) => each[1].Properties.AccessLogSetting);
    expect(JSON.parse(stage.Format).status).toBe('$context.status');
    expect(resolved(stage.DestinationArn)).toContain(resolved(Properties.LogGroupName));
  });
});

describe('the topic', () => {
  it('is encrypted under a key that CloudWatch may use, for this account only', () => {
    const topic = one('AWS::SNS::Topic').Properties;
    const key = resources[topic.KmsMasterKeyId['Fn::GetAtt'][0]]?.Properties;
    expect(key.EnableKeyRotation).toBe(true);
    const policies = [key.KeyPolicy.Statement, one('AWS::SNS::TopicPolicy').Properties.PolicyDocument.Statement].map(
      (statements) =>
        statements.find(({ Principal }: Resource['Properties']) => Principal.Service === 'cloudwatch.amazonaws.com'),
    );
    expect(policies.map(({ Action, Condition }) => [Action, Condition])).toEqual([
      [['kms:Decrypt', 'kms:GenerateDataKey*'], { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } }],
      ['sns:Publish', { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } }],
    ]);
  });

  it('writes to the address that the deployment gives, and to nobody without', () => {
    expect(one('AWS::SNS::Subscription').Properties).toMatchObject({ Protocol: 'email', Endpoint: 'ops@example.com' });
    expect(synthesise().ofType('AWS::SNS::Subscription')).toEqual([]);
  });
});

describe('the dashboard', () => {
  const body = resolved(one('AWS::CloudWatch::Dashboard').Properties.DashboardBody);

  it('shows every metric of the service, and is JSON', () => {
    expect(() => JSON.parse(body)).not.toThrow();
    const missing = Object.keys(metricUnits).filter((name) => !body.includes(`"${name}"`));
    expect(missing).toEqual([]);
  });

  it('shows what users wait for as the median and the slowest hundredth', () => {
    const { widgets } = JSON.parse(body) as { widgets: { properties: { metrics?: unknown[][] } }[] };
    const lines = widgets.flatMap(({ properties }) => properties.metrics ?? []);
    for (const [waited] of Object.entries(metricUnits).filter(([, unit]) => unit === 'Milliseconds')) {
      const of = lines.filter((line) => line.includes(waited)).map((line) => (line.at(-1) as { stat: string }).stat);
      expect(of, waited).toEqual(['p50', 'p99']);
    }
  });
});

describe('an execution that ends badly', () => {
  it('has its job looked at at once; the look each minute does not rely on it', () => {
    const rules = ofType('AWS::Events::Rule').map(([, { Properties }]) => Properties);
    const [, { id } = { id: '' }] = [...functions].find(([name]) => name === 'reconcile-syncs') ?? [];
    const calls = rules.filter(({ Targets }) => resolved(Targets[0].Arn) === `${id}.Arn`);
    const [[machine] = []] = ofType('AWS::StepFunctions::StateMachine');
    expect(calls.map(({ ScheduleExpression }) => ScheduleExpression).filter(Boolean)).toEqual(['rate(1 minute)']);
    expect(calls.find(({ EventPattern }) => EventPattern)).toMatchObject({
      EventPattern: {
        source: ['aws.states'],
        detail: { stateMachineArn: [{ Ref: machine }], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
      Targets: [
        {
          InputTransformer: {
            InputPathsMap: { 'detail-name': '$.detail.name' },
            InputTemplate: '{"execution":<detail-name>}',
          },
        },
      ],
    });
  });
});
