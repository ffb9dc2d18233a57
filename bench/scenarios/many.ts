import { join } from 'node:path';
import type { JobAnswer } from '../../core/contract/api.ts';
import type { ServiceProcess } from '../../test/support/service-process.ts';
import { atLeast, type Measured } from '../figures.ts';
import { generateRepository } from '../generate-repository.ts';
import { hammer, hammerFigures } from '../hammer.ts';
import { untilQuiet, watchTree } from '../process-tree.ts';
import type { Scenario } from '../scenario.ts';
import { mean } from '../statistics.ts';
import { jobSeconds } from '../watch-job.ts';

const REPOSITORIES = 20;
const FILES = 400;
/** Twenty jobs are looked at so often: less than what the fifty clients ask. */
const LOOK_MILLISECONDS = 500;
const MOST_MILLISECONDS = 300_000;

/** Twenty other repositories that sync at once on one service, while fifty clients ask for more. */
export const many: Scenario = {
  name: 'many',
  run: async (bench) => {
    const directory = join(bench.directory, 'many');
    const ids = Array.from({ length: REPOSITORIES }, (_, i) => `many-${i}`);
    for (const [i, id] of ids.entries())
      await generateRepository(join(directory, id), bench.quick ? FILES / 4 : FILES, i * 1_000_000);
    await bench.stopService();
    const own = bench.startOther(join(directory, 'data'));
    try {
      const service = await own.service;
      await untilQuiet(service.child.pid ?? 0);
      for (const id of ids) await service.api.register(id, join(directory, id));
      return await syncAll(service, ids);
    } finally {
      await own.stop();
    }
  },
};

const syncAll = async (service: ServiceProcess, ids: readonly string[]): Promise<readonly Measured[]> => {
  const tree = watchTree(service.child.pid ?? 0);
  const replies = await Promise.all(ids.map((id) => service.api.sync(id)));
  const refused = replies.find(({ status }) => status !== 202);
  if (refused !== undefined) throw new Error(`a sync was refused: ${JSON.stringify(refused.body)}`);
  const syncing = new Set(ids);
  const hammering = hammer(service, syncing, MOST_MILLISECONDS);
  const watched = await Promise.all(
    replies.map(({ body }) => watch(service, body.job_id, () => syncing.delete(body.repository_id))),
  );
  const hammered = await hammering;
  return [...fairness(watched), memory(tree.stop()), ...hammerFigures(hammered)];
};

const memory = ({ peakResident, peakParts }: ReturnType<ReturnType<typeof watchTree>['stop']>): Measured => ({
  name: 'resident memory, peak',
  value: peakResident / 1e9,
  unit: 'GB',
  note: `MiB: ${peakParts}`,
});

interface Watched {
  readonly job: JobAnswer;
  /** Until the first file was seen to be done, or the end. */
  readonly firstProgress: number;
}

const watch = async (service: ServiceProcess, jobId: string, onEnd: () => void): Promise<Watched> => {
  const begun = performance.now();
  let firstProgress: number | null = null;
  for (;;) {
    const job = await service.api.job(jobId);
    const after = (performance.now() - begun) / 1000;
    if (job.progress.files_processed > 0) firstProgress ??= after;
    if (job.ended_at !== null) {
      onEnd();
      return { job, firstProgress: firstProgress ?? after };
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
};

/** How alike the repositories were served. */
export const fairness = (watched: readonly Watched[]): readonly Measured[] => {
  const completed = watched.filter(({ job }) => job.status === 'completed').length;
  const seconds = watched.map(({ job }) => jobSeconds(job));
  const first = watched.map(({ firstProgress }) => firstProgress);
  return [
    { name: 'completed', value: completed, unit: '', target: atLeast(watched.length) },
    { name: 'all done after', value: Math.max(...seconds), unit: 's' },
    { name: 'done after, mean', value: mean(seconds), unit: 's' },
    { name: 'slowest / mean', value: Math.max(...seconds) / mean(seconds), unit: '×', relative: true },
    { name: 'fastest / mean', value: Math.min(...seconds) / mean(seconds), unit: '×', relative: true },
    { name: 'first file done, mean', value: mean(first), unit: 's' },
    {
      name: 'first file done, latest',
      value: Math.max(...first),
      unit: 's',
      note: `nobody starves when it is far from the end; looked at each ${LOOK_MILLISECONDS} ms`,
    },
  ];
};
