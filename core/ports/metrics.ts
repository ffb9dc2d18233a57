import type { MetricName } from '../contract/metrics.ts';

/** Some metrics with their values, in the units of core/contract/metrics.ts. */
export type Measurements = Partial<Readonly<Record<MetricName, number>>>;

/** Numbers for alarms and the dashboard. */
export interface Metrics {
  /**
   * Emits values that belong together, at once. `facts` (ids) are kept beside them and are no dimensions. It does not
   * wait. Call it after the transaction that it counts has succeeded, so that what is counted happened, and is
   * counted once; an emitter that dies in between has not counted it.
   */
  emit(measurements: Measurements, facts?: Readonly<Record<string, string>>): void;
}
