import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ServiceProcess, startService } from '../test/support/service-process.ts';
import { changeRealFiles } from './change-files.ts';
import { changeEightFiles, generateRepository } from './generate-repository.ts';
import { listFiles, shareRepository } from './git.ts';
import { measureFull, measureRounds, type Rounds, type SyncBench } from './measure-sync.ts';
import { createUndo, type Undo } from './undo.ts';

/** Where a repository comes from: generated with so many files, or somebody's, which is only read. */
export type Source = { readonly files: number } | { readonly path: string };

export interface WorkbenchOptions {
  /** Where its directory is made. */
  readonly root: string;
  readonly source: Source;
  readonly quick: boolean;
}

/** One repository, and the service on a data directory of its own. Scenarios run on it one after the other. */
export interface Workbench extends SyncBench {
  /** For whatever a scenario needs to write; removed in the end. */
  readonly directory: string;
  readonly source: Source;
  /** Sum of their sizes. */
  readonly bytes: number;
  /** Without a service, nothing happens. */
  stopService(): Promise<void>;
  /** Syncs with nothing changed and with eight files changed, made and measured once, after the first index. */
  nothing(): Promise<Rounds>;
  incremental(): Promise<Rounds>;
  /** A service on another data directory. */
  startOther(dataDir: string): OwnService;
  /** A directory or process of a scenario that must not outlive the run. */
  undoLater(step: () => Promise<void> | void): () => Promise<void>;
  /** Stops and removes everything. */
  close(): Promise<void>;
}

/** A service that ends with the workbench, if not before. */
export interface OwnService {
  readonly service: Promise<ServiceProcess>;
  readonly stop: () => Promise<void>;
}

/** SIGTERM ends the service within a second; one that hangs is no reason to hang with it. */
const STOP_MILLISECONDS = 20_000;

/** Makes the repository, or a copy that shares the original's objects, and lists its files. */
export const openWorkbench = async ({ root, source, quick }: WorkbenchOptions): Promise<Workbench> => {
  const undo = createUndo();
  const directory = await mkdtemp(join(root, 'repository-'));
  undo.add(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const repository = join(directory, 'repository.git');
  const dataDir = join(directory, 'data');
  try {
    await mkdir(dataDir, { mode: 0o700 });
    if ('files' in source) await generateRepository(repository, source.files);
    else await shareRepository(source.path, repository);
    const files = await listFiles(repository);
    return assemble({ directory, dataDir, source, repository, files, quick }, undo);
  } catch (error) {
    await undo.all();
    throw error;
  }
};

type Facts = Pick<Workbench, 'directory' | 'dataDir' | 'source' | 'repository' | 'files' | 'quick'>;

const assemble = (facts: Facts, undo: Undo): Workbench => {
  const { source, repository, quick } = facts;
  const rounds = quick ? 3 : 5;
  let round = 0;
  let running: OwnService | null = null;
  const bench: Workbench = {
    ...facts,
    id: 'bench',
    bytes: facts.files.reduce((sum, { size }) => sum + size, 0),
    change: async () => {
      round += 1;
      if ('files' in source) await changeEightFiles(repository, source.files, round);
      else await changeRealFiles(repository, round);
    },
    service: () => {
      running ??= startOwn(facts.dataDir, undo);
      return running.service;
    },
    stopService: async () => {
      const stopping = running;
      running = null;
      await stopping?.stop();
    },
    full: once(() => measureFull(bench)),
    nothing: once(() => measureRounds(bench, 'nothing', rounds)),
    incremental: once(() => measureRounds(bench, 'eight files', rounds)),
    startOther: (other) => startOwn(other, undo),
    undoLater: undo.add,
    close: undo.all,
  };
  return bench;
};

const startOwn = (dataDir: string, undo: Undo): OwnService => {
  const starting = Promise.withResolvers<ServiceProcess>();
  const stop = undo.add(async () => {
    const started = await starting.promise.catch(() => null);
    if (started === null) return;
    const timer = setTimeout(() => void started.kill(), STOP_MILLISECONDS);
    await started.terminate();
    clearTimeout(timer);
  });
  starting.resolve(startService(dataDir, { SOURCE_ROOTS: '/' }));
  return { service: starting.promise, stop };
};

const once = <T>(work: () => Promise<T>): (() => Promise<T>) => {
  let done: Promise<T> | null = null;
  return () => {
    done ??= work();
    return done;
  };
};
