import { describe, expect, it } from 'vitest';
import { evaluateAlarm, type Period } from './evaluate-alarm.ts';
import { synthesise } from './synthesised.ts';

const alarms = new Map(
  synthesise()
    .ofType('AWS::CloudWatch::Alarm')
    .map(([, { Properties }]) => [String(Properties.AlarmName).replace('Sync-', ''), Properties]),
);
const statesOf = (name: string, periods: readonly Period[]) => {
  const alarm = alarms.get(name);
  if (alarm === undefined) throw new Error(`no alarm ${name}`);
  return evaluateAlarm(alarm, periods);
};

const silence: Period = {};
const times = (count: number, period: Period): Period[] => new Array<Period>(count).fill(period);
const each = (metric: string, ...values: (number | null)[]): Period[] =>
  values.map((value) => (value === null ? silence : { [metric]: [value] }));
const latency = (requests: number, slow: number): Period => ({
  InitiationMilliseconds: [...new Array<number>(requests - slow).fill(120), ...new Array<number>(slow).fill(900)],
});

/** For each alarm: what turns it on, what does not, and the state that silence ends in. */
const cases: Readonly<Record<string, { on: Period[][]; off: Period[][]; silent: string }>> = {
  'stuck-syncs': {
    on: [each('StuckSyncs', 1, 1), each('StuckSyncs', 0, 2, null, 1)],
    off: [each('StuckSyncs', 0, 0, 0), each('StuckSyncs', 0, 1), each('StuckSyncs', 1, 0)],
    silent: 'INSUFFICIENT_DATA',
  },
  'stalled-syncs': {
    on: [each('StalledSyncs', 1, 1, 2, 1, 1)],
    off: [each('StalledSyncs', 1, 1, 1, 1), each('StalledSyncs', 1, 1, 0, 1, 1, 1)],
    silent: 'INSUFFICIENT_DATA',
  },
  'unreconciled-jobs': {
    on: [each('UnreconciledJobs', 1, 1, 1, 1, 1)],
    off: [each('UnreconciledJobs', 1, 1, 1, 1), each('UnreconciledJobs', 0, 0, 0, 0, 0)],
    silent: 'INSUFFICIENT_DATA',
  },
  'reconciler-silent': {
    on: [[...each('UnfinishedJobs', 0, 3), ...times(7, silence)]],
    off: [each('UnfinishedJobs', 0, 0, 0, 0, 0), [...each('UnfinishedJobs', 0, 0, 0, 0, 0), ...times(4, silence)]],
    silent: 'ALARM',
  },
  'sync-failure-rate': {
    on: [[{ SyncsFailed: [1, 1, 1] }], [{ SyncsFailed: [1, 1, 1], SyncsCompleted: new Array<number>(11).fill(1) }]],
    off: [
      [{ SyncsFailed: [1, 1] }],
      [{ SyncsFailed: [1, 1, 1], SyncsCompleted: new Array<number>(12).fill(1) }],
      [{ SyncsCompleted: [1, 1, 1] }],
    ],
    silent: 'OK',
  },
  'webhook-failures': {
    on: [each('WebhookFailures', 10)],
    off: [each('WebhookFailures', 9)],
    silent: 'OK',
  },
  'sync-initiation-slow': {
    // Few callers are the usual case: 20 in five minutes have no hundredth, and are slow when the slowest of them is.
    on: [times(3, latency(20, 1)), times(3, latency(2000, 21)), times(3, latency(1, 1))],
    off: [
      times(3, latency(2000, 20)),
      times(3, latency(20, 0)),
      [latency(20, 5), latency(20, 5), latency(20, 0)],
      [silence, silence, latency(1, 1)],
    ],
    silent: 'OK',
  },
  'server-errors': {
    on: [[{ '5XXError': [1, 1, 1, 1, 1, 0, 0] }]],
    off: [[{ '5XXError': [1, 1, 1, 1, 0] }]],
    silent: 'OK',
  },
  'requests-throttled': {
    on: [each('RequestsThrottled', 100)],
    off: [each('RequestsThrottled', 99)],
    silent: 'OK',
  },
  'tables-throttled': {
    // Of two tables and three indexes, each.
    on: [times(2, { ReadThrottleEvents: [1], WriteThrottleEvents: [1] })],
    off: [[{ ReadThrottleEvents: [50] }, { ReadThrottleEvents: [0] }], times(2, { WriteThrottleEvents: [1] })],
    silent: 'OK',
  },
};
for (const name of alarms.keys()) {
  const state = { silent: 'OK' };
  if (name.startsWith('dead-letters-'))
    Object.assign(cases, {
      [name]: {
        ...state,
        on: [each('ApproximateNumberOfMessagesVisible', 1)],
        off: [each('ApproximateNumberOfMessagesVisible', 0)],
      },
    });
  if (name.startsWith('functions-throttled-'))
    Object.assign(cases, {
      [name]: { ...state, on: [each('Throttles', 10, 10)], off: [each('Throttles', 500, 0), each('Throttles', 0, 0)] },
    });
}

it('says of every alarm when it turns on, and of no other', () => {
  expect(Object.keys(cases).sort()).toEqual([...alarms.keys()].sort());
});

describe.each(Object.entries(cases))('%s', (name, { on, off, silent }) => {
  it.each(on.map((periods, at) => [at + 1, periods] as const))('is on after case %i', (_, periods) => {
    expect(statesOf(name, periods).at(-1)).toBe('ALARM');
  });

  it.each(off.map((periods, at) => [at + 1, periods] as const))('is never on in case %i', (_, periods) => {
    expect(statesOf(name, periods)).not.toContain('ALARM');
  });

  it(`is ${silent} after silence`, () => {
    expect(statesOf(name, times(12, silence)).at(-1)).toBe(silent);
  });
});

describe('the evaluation itself, by the table of CloudWatch’s guide for 3 points out of 3', () => {
  const alarm = (TreatMissingData: string) => ({
    MetricName: 'm',
    Statistic: 'Sum',
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    EvaluationPeriods: 3,
    DatapointsToAlarm: 3,
    TreatMissingData,
  });

  // 0: not breaching, X: breaching, -: missing.
  it.each([
    ['0 - X - X', { missing: 'OK', breaching: 'OK', notBreaching: 'OK' }],
    ['0 - - - -', { missing: 'OK', breaching: 'OK', notBreaching: 'OK' }],
    ['- - - - -', { missing: 'INSUFFICIENT_DATA', breaching: 'ALARM', notBreaching: 'OK' }],
    ['0 X X - X', { missing: 'ALARM', breaching: 'ALARM', notBreaching: 'ALARM' }],
    ['- - X - -', { missing: 'ALARM', breaching: 'ALARM', notBreaching: 'OK' }],
  ])('%s', (pattern, expected) => {
    const periods = pattern.split(' ').map((sign): Period => (sign === '-' ? {} : { m: [sign === 'X' ? 1 : 0] }));
    const found = Object.keys(expected).map((treatment) => [
      treatment,
      evaluateAlarm(alarm(treatment), periods).at(-1),
    ]);
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  it('keeps its state where the samples of a percentile are said to be too few', () => {
    const p99 = {
      ...alarm('notBreaching'),
      MetricName: 'InitiationMilliseconds',
      Statistic: undefined,
      ExtendedStatistic: 'p99',
      Threshold: 500,
    };
    const slow = times(3, latency(999, 999));
    expect(evaluateAlarm({ ...p99, EvaluateLowSampleCountPercentile: 'ignore' }, slow)).not.toContain('ALARM');
    expect(evaluateAlarm({ ...p99, EvaluateLowSampleCountPercentile: 'evaluate' }, slow).at(-1)).toBe('ALARM');
  });
});
