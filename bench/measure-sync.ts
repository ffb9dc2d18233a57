import type { JobAnswer, JobFileList } from '../core/contract/api.ts';
import type { Api } from '../test/support/api.ts';
import type { ServiceProcess } from '../test/support/service-process.ts';
import { type SettledDisk, settledDiskUse } from './disk-use.ts';
import type { TreeFile } from './git.ts';
import { type TreeUse, untilQuiet, watchTree } from './process-tree.ts';
import { median } from './statistics.ts';
import { syncWatched, type WatchedJob } from './watch-job.ts';

/** What a sync is measured on: a repository, and the service that knows it. */
export interface SyncBench {
  /** A bare repository that may be changed. */
  readonly repository: string;
  /** The id under which the service knows it. */
  readonly id: string;
  /** The files of its first HEAD. */
  readonly files: readonly TreeFile[];
  readonly dataDir: string;
  readonly quick: boolean;
  /** One commit more, that changes eight files. */
  change(): Promise<void>;
  /** The running service; started when there is none. */
  service(): Promise<ServiceProcess>;
  /** The first index of the repository, made and measured once. */
  full(): Promise<FullSync>;
}

/** The first index of a repository, with nothing there before. */
export interface FullSync extends WatchedJob {
  /** The service and its children, while the job ran. */
  readonly use: TreeUse;
  /** The data directory after the job, and once it was tidied up. */
  readonly disk: SettledDisk;
  /** The files that are searchable now. */
  readonly indexed: readonly TreeFile[];
  /** Sum of their sizes. */
  readonly indexedBytes: number;
  readonly chunks: number;
}

/** Registers the repository with the service and indexes it. Throws an Error when that fails. */
export const measureFull = async (bench: SyncBench): Promise<FullSync> => {
  const { api, child } = await bench.service();
  await api.register(bench.id, bench.repository);
  // It answers before its workers are warm; a service that has been up for a while is what counts.
  await untilQuiet(child.pid ?? 0);
  const tree = watchTree(child.pid ?? 0);
  let watched: WatchedJob;
  let use: TreeUse;
  try {
    watched = await syncWatched(api, bench.id);
  } finally {
    use = tree.stop();
  }
  const indexed = await indexedFiles(api, watched.job, bench.files);
  const disk = await settledDiskUse(bench.dataDir, bench.quick ? { looks: 2 } : {});
  return {
    ...watched,
    use,
    disk,
    indexed,
    indexedBytes: indexed.reduce((sum, { size }) => sum + size, 0),
    chunks: watched.job.counts?.chunks_embedded ?? 0,
  };
};

/** Those that the job's ledger does not name. */
const indexedFiles = async (
  api: Pick<Api, 'call'>,
  job: JobAnswer,
  files: readonly TreeFile[],
): Promise<readonly TreeFile[]> => {
  const left = new Set<string>();
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = new URLSearchParams({ limit: '1000', ...(cursor === '' ? {} : { cursor }) }).toString();
    const reply: { status: number; body: JobFileList } = await api.call(
      'GET',
      `/api/jobs/${job.job_id}/files?${query}`,
    );
    if (reply.status !== 200) throw new Error(`the ledger was refused: ${reply.status} ${JSON.stringify(reply.body)}`);
    for (const { path } of reply.body.files) left.add(path);
    cursor = reply.body.next;
  }
  return files.filter(({ path }) => !left.has(path));
};

/** Several small syncs, one after the other. */
export interface Rounds {
  readonly seconds: number;
  readonly slowest: number;
  readonly rounds: number;
  /** Processor time of the service and its children for one sync, median. */
  readonly cpuSeconds: number;
}

/** Throws an Error when a sync looks at other files than those that were changed. */
export const measureRounds = async (
  bench: SyncBench,
  change: 'nothing' | 'eight files',
  rounds: number,
  options?: object,
): Promise<Rounds> => {
  await bench.full();
  const { api, child } = await bench.service();
  const seconds: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round < rounds; round++) {
    if (change === 'eight files') await bench.change();
    const tree = watchTree(child.pid ?? 0);
    const { job, seconds: took } = await syncWatched(api, bench.id, options);
    cpu.push(tree.stop().cpuSeconds);
    const expected = change === 'nothing' ? 0 : 8;
    if (job.progress.files_total !== expected)
      throw new Error(`the sync looked at ${job.progress.files_total} files, not ${expected}`);
    seconds.push(took);
  }
  return { seconds: median(seconds), slowest: Math.max(...seconds), rounds, cpuSeconds: median(cpu) };
};
