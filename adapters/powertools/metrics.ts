import { Metrics as Powertools } from '@aws-lambda-powertools/metrics';
import { METRICS_NAMESPACE, type MetricName, metricUnits } from '../../core/contract/metrics.ts';
import type { Metrics } from '../../core/ports/metrics.ts';

/**
 * The Metrics port over Powertools: one line of CloudWatch's embedded metric format for each call, so no request and no
 * permission. Its one dimension is the service (POWERTOOLS_SERVICE_NAME, which the stack sets to its own name); facts
 * are metadata, which can be searched for in the log and cost nothing.
 */
export const createPowertoolsMetrics = (
  powertools: Powertools = new Powertools({ namespace: METRICS_NAMESPACE }),
): Metrics => ({
  emit(measurements, facts = {}) {
    for (const [name, value] of Object.entries(measurements))
      powertools.addMetric(name, metricUnits[name as MetricName], value);
    for (const [key, value] of Object.entries(facts)) powertools.addMetadata(key, value);
    powertools.publishStoredMetrics();
  },
});
