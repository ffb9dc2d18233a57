import { Metrics as Powertools } from '@aws-lambda-powertools/metrics';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPowertoolsMetrics } from '../../../adapters/powertools/metrics.ts';
import { createJsonLogger } from '../../../adapters/system/json-logger.ts';
import { createLogMetrics } from '../../../adapters/system/log-metrics.ts';
import { METRICS_DIMENSION, METRICS_NAMESPACE, metricUnits } from '../../../core/contract/metrics.ts';

describe('on AWS', () => {
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    // Powertools writes to the console where it is not in a Lambda, and then only when it is told to.
    vi.stubEnv('POWERTOOLS_DEV', 'true');
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
    vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'RepositorySync-prod');
    vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  it('what is emitted together is one line of the embedded metric format, with the stack as its only dimension', () => {
    createPowertoolsMetrics().emit(
      { SyncsCompleted: 1, SyncDuration: 12.5, FullSyncs: 0 },
      { repository_id: 'shop', job_id: 'sync-1' },
    );
    expect(lines).toHaveLength(1);
    const { _aws, ...values } = JSON.parse(lines[0] ?? '');
    expect(_aws.CloudWatchMetrics).toEqual([
      {
        Namespace: METRICS_NAMESPACE,
        Dimensions: [[METRICS_DIMENSION]],
        Metrics: [
          { Name: 'SyncsCompleted', Unit: 'Count' },
          { Name: 'SyncDuration', Unit: 'Seconds' },
          { Name: 'FullSyncs', Unit: 'Count' },
        ],
      },
    ]);
    expect(values).toEqual({
      [METRICS_DIMENSION]: 'RepositorySync-prod',
      SyncsCompleted: 1,
      SyncDuration: 12.5,
      FullSyncs: 0,
      repository_id: 'shop',
      job_id: 'sync-1',
    });
  });

  it('a line has nothing of the one before', () => {
    const metrics = createPowertoolsMetrics(new Powertools({ namespace: METRICS_NAMESPACE }));
    metrics.emit({ SyncsFailed: 1 }, { repository_id: 'shop' });
    metrics.emit({ StuckSyncs: 0, StalledSyncs: 0 });
    const { _aws: _, ...second } = JSON.parse(lines[1] ?? '');
    expect(second).toEqual({ [METRICS_DIMENSION]: 'RepositorySync-prod', StuckSyncs: 0, StalledSyncs: 0 });
  });

  it('every metric has a unit that CloudWatch knows', () => {
    const metrics = createPowertoolsMetrics();
    for (const name of Object.keys(metricUnits)) metrics.emit({ [name]: 1 });
    const units = lines.map((line) => JSON.parse(line)._aws.CloudWatchMetrics[0].Metrics[0]);
    expect(units).toEqual(Object.entries(metricUnits).map(([Name, Unit]) => ({ Name, Unit })));
  });
});

describe('on one machine', () => {
  it.each([
    ['debug', 1],
    ['info', 0],
  ] as const)('what is emitted is a line of the log at its level debug (%s)', (level, count) => {
    const lines: string[] = [];
    const metrics = createLogMetrics(createJsonLogger(level, (line) => lines.push(line)));
    metrics.emit({ SyncsStarted: 1 }, { repository_id: 'shop' });
    expect(lines).toHaveLength(count);
    if (count > 0)
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: 'measured', repository_id: 'shop', SyncsStarted: 1 });
    metrics.emit({ StuckSyncs: 0 });
    expect(lines).toHaveLength(count * 2);
  });
});
