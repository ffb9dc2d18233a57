import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import type { JobAnswer } from '../core/contract/api.ts';
import { createApi } from '../test/support/api.ts';
import { type ServiceProcess, startService } from '../test/support/service-process.ts';
import { changeEightFiles, generateRepository } from './generate-repository.ts';

/**
 * The story's performance criteria, measured on this machine against the real service:
 *
 *     npm run bench:story -- [--files 10000] [--source <path of a repository>]
 *
 * - how long POST …/sync takes to answer, p50 and p99 of 50 clients, while a full sync runs
 * - how much faster an incremental sync of 8 changed files is than the full one (generated repository only)
 * - the largest gap between progress updates, over all phases of the full sync
 */

const { values } = parseArgs({ options: { files: { type: 'string', default: '10000' }, source: { type: 'string' } } });
const files = Number(values.files);
const CLIENTS = 50;
const ROUNDS = 5;

const directory = await mkdtemp(join(tmpdir(), 'bench-story-'));
const source = values.source ?? join(directory, 'repository');
if (values.source === undefined) await generateRepository(source, files);

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
const seconds = (job: JobAnswer): number => (Date.parse(job.ended_at ?? '') - Date.parse(job.created_at)) / 1000;
const sortedOf = (list: readonly number[]): readonly number[] => [...list].sort((a, b) => a - b);

/** Polls the job and keeps every gap between two different `updated_at`, in milliseconds. */
const watch = async (service: ServiceProcess, jobId: string) => {
  const gaps: { readonly gap: number; readonly phase: string }[] = [];
  let last = 0;
  const job = await service.api.ended(jobId, (look) => {
    const at = Date.parse(look.updated_at);
    if (last !== 0 && at > last) gaps.push({ gap: at - last, phase: look.progress.phase });
    last = Math.max(last, at);
  });
  if (job.status !== 'completed') throw new Error(`the sync ${job.status}: ${JSON.stringify(job.error)}`);
  return { job, gaps };
};

/** Fifty clients ask for a sync, again and again, until the job has ended. */
const hammer = async (service: ServiceProcess, jobId: string): Promise<readonly number[]> => {
  const took: number[] = [];
  let running = true;
  const client = async (): Promise<void> => {
    const api = createApi(service.url, service.token);
    while (running) {
      const start = performance.now();
      const reply = await api.sync('bench');
      took.push(performance.now() - start);
      if (reply.status !== 409) running = false;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  const ended = service.api.ended(jobId).then(() => {
    running = false;
  });
  await Promise.all([ended, ...Array.from({ length: CLIENTS }, client)]);
  return sortedOf(took);
};

const service = await startService(join(directory, 'data'));
try {
  await service.api.register('bench', source);
  const first = await watch(service, (await service.api.sync('bench')).body.job_id);
  const full = seconds(first.job);
  const worst = first.gaps.reduce((a, b) => (b.gap > a.gap ? b : a), { gap: 0, phase: 'none' });

  const incremental: number[] = [];
  if (values.source === undefined)
    for (let round = 1; round <= ROUNDS; round++) {
      await changeEightFiles(source, files, round);
      const { job } = await watch(service, (await service.api.sync('bench')).body.job_id);
      if (job.progress.files_total !== 8) throw new Error(`processed ${job.progress.files_total} files, not 8`);
      incremental.push(seconds(job));
    }
  const nothing: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) nothing.push(seconds(await service.api.synced('bench')));

  const again = await service.api.sync('bench', { full_reindex: true });
  const latencies = await hammer(service, again.body.job_id);
  // The last client may have started one more.
  const { active_job_id } = await service.api.repository('bench');
  if (active_job_id !== null) await service.api.ended(active_job_id);

  const median = quantile(sortedOf(incremental), 0.5);
  const unchanged = quantile(sortedOf(nothing), 0.5);
  console.log(`repository: ${first.job.counts?.added} files, ${first.job.counts?.chunks_embedded} chunks`);
  console.table({
    'full sync, s': { must: '', measured: full.toFixed(2) },
    'incremental sync of 8 files, s (median of 5)': { must: '', measured: median.toFixed(2) },
    'full / incremental': { must: '> 10', measured: (full / median).toFixed(1) },
    'nothing changed, s (median of 5)': { must: '', measured: unchanged.toFixed(2) },
    [`POST sync p50 while a full sync runs, ms (${latencies.length} calls)`]: {
      must: '',
      measured: quantile(latencies, 0.5).toFixed(1),
    },
    'POST sync p99, ms': { must: '< 500', measured: quantile(latencies, 0.99).toFixed(1) },
    'largest gap between progress updates, ms': { must: '< 1000', measured: `${worst.gap} (${worst.phase})` },
  });
} finally {
  await service.terminate();
  await rm(directory, { recursive: true, force: true });
}
