import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { METRICS_NAMESPACE, type MetricName, metricUnits } from '../../core/contract/metrics.ts';
import type { Metrics } from '../../core/ports/metrics.ts';

/** What a name means to Prometheus: a sum, what is now, or how values are spread. */
const kinds = {
  SyncsStarted: 'counter',
  SyncsCompleted: 'counter',
  SyncsFailed: 'counter',
  SyncsCancelled: 'counter',
  SyncsOwed: 'counter',
  SyncDuration: 'histogram',
  FilesProcessed: 'counter',
  ChunksEmbedded: 'counter',
  ChunksReused: 'counter',
  IncrementalSyncs: 'counter',
  FullSyncs: 'counter',
  WebhookFailures: 'counter',
  InitiationMilliseconds: 'histogram',
  SearchMilliseconds: 'histogram',
  StuckSyncs: 'gauge',
  StalledSyncs: 'gauge',
  OldestRunningSeconds: 'gauge',
  UnfinishedJobs: 'gauge',
  UnreconciledJobs: 'gauge',
} as const satisfies Record<MetricName, 'counter' | 'gauge' | 'histogram'>;

/** Half of all is below the fourth or fifth, and the story's bounds are among them: 500 ms to start, 150 ms to search. */
const buckets = {
  Seconds: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 10_800],
  Milliseconds: [5, 10, 25, 50, 100, 150, 250, 500, 1000, 2500, 10_000],
  Count: [],
} as const;

/** A metric's name on the page: CloudWatch's namespace, then the name that CloudWatch has it under. */
export const pageName = (name: MetricName): string => `${METRICS_NAMESPACE}_${name}`;

export interface PrometheusMetrics extends Metrics {
  /** The page, in Prometheus's text format, and its content type. */
  page(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Collects metrics in this process, beside what prom-client knows about the process itself. Each is there from the start, at 0. */
export const createPrometheusMetrics = (): PrometheusMetrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const recorders = new Map<string, (value: number) => void>();
  for (const name of Object.keys(kinds) as MetricName[]) {
    const unit = metricUnits[name];
    const options = { name: pageName(name), help: `${name} (${unit})`, registers: [registry] };
    switch (kinds[name]) {
      case 'counter': {
        const counter = new Counter(options);
        recorders.set(name, (value) => counter.inc(value));
        break;
      }
      case 'gauge': {
        const gauge = new Gauge(options);
        recorders.set(name, (value) => gauge.set(value));
        break;
      }
      case 'histogram': {
        const histogram = new Histogram({ ...options, buckets: [...buckets[unit]] });
        recorders.set(name, (value) => histogram.observe(value));
        break;
      }
    }
  }
  return {
    emit: (measurements) => {
      for (const [name, value] of Object.entries(measurements)) recorders.get(name)?.(value);
    },
    page: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
};
