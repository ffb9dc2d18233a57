import { createContext, runInContext } from 'node:vm';
import type { Resource } from './synthesised.ts';

type State = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
/** What a metric tells in one period, by its name: all samples of that period. Absent: nothing was told. */
export type Period = Readonly<Record<string, readonly number[]>>;

interface MetricStat {
  readonly Id?: string;
  readonly Expression?: string;
  readonly ReturnData?: boolean;
  readonly MetricStat?: { readonly Metric: { readonly MetricName: string }; readonly Stat: string };
}

/** CloudWatch looks at more periods than it needs, so that late or missing ones can be made up for. Two more, in its guide's examples. */
const LOOKED_AT_BEYOND = 2;

/**
 * The states that an alarm of CloudWatch goes through, one after each period, by the guide's rules ("Evaluating an alarm",
 * "Configuring how alarms treat missing data", "Percentile-based alarms and low data samples").
 */
export const evaluateAlarm = (alarm: Resource['Properties'], periods: readonly Period[]): State[] => {
  const values = periods.map((period) => datapoint(alarm, period));
  const states: State[] = [];
  for (let end = 1; end <= values.length; end++) {
    const before = states.at(-1) ?? 'INSUFFICIENT_DATA';
    const range = values.slice(Math.max(0, end - alarm.EvaluationPeriods - LOOKED_AT_BEYOND), end);
    states.push(nextState(alarm, range, before));
  }
  return states;
};

const breaches = ({ ComparisonOperator, Threshold }: Resource['Properties'], value: number): boolean => {
  switch (ComparisonOperator) {
    case 'GreaterThanThreshold':
      return value > Threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= Threshold;
    case 'LessThanThreshold':
      return value < Threshold;
    default:
      throw new Error(`evaluate-alarm.ts does not know ${ComparisonOperator}`);
  }
};

const nextState = (alarm: Resource['Properties'], range: readonly Value[], before: State): State => {
  const { EvaluationPeriods: needed, DatapointsToAlarm: toAlarm, TreatMissingData: treatment } = alarm;
  if (range.includes('too-few')) return before;
  const real = range.filter((value): value is number => typeof value === 'number').slice(-needed);
  const judged = real.map((value) => breaches(alarm, value));
  const enough = (bad: number): State => (bad >= toAlarm ? 'ALARM' : 'OK');
  const bad = judged.filter(Boolean).length;
  // Enough real points: what is missing between them does not count.
  const missing = needed - judged.length;
  if (missing === 0 || treatment === 'notBreaching') return enough(bad);
  if (treatment === 'breaching') return enough(bad + missing);
  if (treatment === 'ignore') return before;
  if (judged.length === 0) return 'INSUFFICIENT_DATA';
  if (judged.includes(false)) return enough(bad);
  // All that is known is bad: an alarm as soon as the oldest of it is as old as so many points are.
  const oldest = range.length - range.findIndex((value) => typeof value === 'number');
  return oldest >= toAlarm ? 'ALARM' : before;
};

type Value = number | 'missing' | 'too-few';

const datapoint = (alarm: Resource['Properties'], period: Period): Value => {
  if (alarm.Metrics === undefined) return alone(alarm, period[alarm.MetricName]);
  const metrics: readonly MetricStat[] = alarm.Metrics;
  const result = metrics.find(({ Expression, ReturnData }) => Expression !== undefined && ReturnData !== false);
  const known = metrics.flatMap(({ Id = '', MetricStat: stat }) => {
    if (stat === undefined) return [];
    const samples = period[stat.Metric.MetricName];
    return [[Id, samples === undefined ? undefined : statistic(stat.Stat, samples)] as const];
  });
  // An expression has a value where any of its metrics has one.
  if (known.every(([, value]) => value === undefined)) return 'missing';
  const functions = {
    FILL: (value: number | undefined, otherwise: number) => value ?? otherwise,
    IF: (condition: boolean, then: number, otherwise: number) => (condition ? then : otherwise),
  };
  return runInContext(result?.Expression ?? '', createContext({ ...functions, ...Object.fromEntries(known) }));
};

const alone = (alarm: Resource['Properties'], samples: readonly number[] | undefined): Value => {
  if (samples === undefined) return 'missing';
  const percentile = /^p([\d.]+)$/.exec(alarm.ExtendedStatistic ?? '')?.[1];
  // Between 0.5 and 1: fewer than 10 / (1 - percentile) samples are few, 1,000 for the 99th.
  const few = percentile !== undefined && samples.length < 10 / (1 - Number(percentile) / 100) - 1e-6;
  if (few && alarm.EvaluateLowSampleCountPercentile === 'ignore') return 'too-few';
  return statistic(alarm.Statistic ?? alarm.ExtendedStatistic, samples);
};

const statistic = (name: string, samples: readonly number[]): number => {
  switch (name) {
    case 'Sum':
      return samples.reduce((sum, each) => sum + each, 0);
    case 'Maximum':
      return Math.max(...samples);
    case 'SampleCount':
      return samples.length;
    case 'p99':
      return [...samples].sort((a, b) => a - b)[Math.ceil(samples.length * 0.99) - 1] ?? Number.NaN;
    default:
      throw new Error(`evaluate-alarm.ts does not know ${name}`);
  }
};
