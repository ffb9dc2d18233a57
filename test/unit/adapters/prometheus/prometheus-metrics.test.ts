import { readFile } from 'node:fs/promises';
import parse from 'parse-prometheus-text-format';
import { describe, expect, it } from 'vitest';
import { createPrometheusMetrics, pageName } from '../../../../adapters/prometheus/prometheus-metrics.ts';
import { type MetricName, metricUnits } from '../../../../core/contract/metrics.ts';

const names = Object.keys(metricUnits) as MetricName[];
const read = async (metrics: ReturnType<typeof createPrometheusMetrics>) =>
  new Map(parse((await metrics.page()).text).map((family) => [family.name, family]));

describe('metrics for Prometheus', () => {
  it('are all there from the start, each under its name, at 0', async () => {
    const metrics = createPrometheusMetrics();
    expect((await metrics.page()).contentType).toContain('text/plain');
    const families = await read(metrics);
    for (const name of names) expect(families.has(pageName(name)), name).toBe(true);
    expect(families.get('RepositorySync_SyncsStarted')?.metrics).toEqual([{ value: '0' }]);
    expect(families.has('process_cpu_seconds_total')).toBe(true);
  });

  it('sum what is counted, hold what is now, and spread what is timed', async () => {
    const metrics = createPrometheusMetrics();
    metrics.emit({ SyncsStarted: 1, UnfinishedJobs: 4, SyncDuration: 0.2 });
    metrics.emit({ SyncsStarted: 2, UnfinishedJobs: 1, SyncDuration: 70 }, { job_id: 'secret' });
    const families = await read(metrics);
    const samplesOf = (name: MetricName) => families.get(pageName(name))?.metrics;
    expect([samplesOf('SyncsStarted'), samplesOf('UnfinishedJobs')]).toEqual([[{ value: '3' }], [{ value: '1' }]]);
    expect(families.get('RepositorySync_SyncDuration')?.metrics[0]).toMatchObject({
      count: '2',
      sum: '70.2',
      buckets: { '0.1': '0', '0.25': '1', '60': '1', '120': '2', '+Inf': '2' },
    });
    expect((await metrics.page()).text).not.toContain('secret');
  });
});

it('the dashboard shows each of them, and nothing that is not on the page', async () => {
  const file = new URL('../../../../deploy/grafana/repository-sync.json', import.meta.url);
  const dashboard = JSON.parse(await readFile(file, 'utf8')) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
  const shown = dashboard.panels.flatMap(({ targets }) =>
    targets.flatMap(({ expr }) => expr.match(/\b(RepositorySync|process|nodejs)_\w+/g) ?? []),
  );
  const families = await read(createPrometheusMetrics());
  for (const name of names)
    expect(
      shown.map((each) => each.replace(/_bucket$/, '')),
      name,
    ).toContain(pageName(name));
  for (const each of shown) expect([...families.keys()], each).toContain(each.replace(/_bucket$/, ''));
});
