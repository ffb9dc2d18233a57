import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Runtime } from '../../core/ports/runtime.ts';
import type { LocalServer, ServerOptions } from '../../local/server.ts';
import { type Api, createApiOver } from './api.ts';
import { createFaults, type Faults } from './faults.ts';
import { createGitRepository, type GitRepository } from './git-repository.ts';
import { type SmartHttpServer, type SmartHttpServerOptions, startSmartHttpServer } from './smart-http-server.ts';
import { useFreshTries } from './use-fresh-tries.ts';
import { startWorld, type World } from './world.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

export interface WorldOptions extends Pick<ServerOptions, 'webhookAllow'> {
  /** Makes the repository that all tests of the file share: `git`. */
  readonly git?: () => Promise<GitRepository>;
  /** Lies below the faults. */
  readonly decorate?: (runtime: Runtime) => Runtime;
}

export interface UsedWorld {
  readonly server: LocalServer;
  /** Where it keeps what it has. */
  readonly dataDir: string;
  /** The API for the one who registers repositories. */
  readonly api: Api;
  /** The API without a token. */
  readonly anonymous: Api;
  readonly git: GitRepository;
  /** Taken away again after each test. */
  readonly faults: Faults;
  /** The API as a user sees it. */
  as(user: string): Api;
  /** A repository that goes with the world. */
  makeRepository(files?: Files): Promise<GitRepository>;
  /** A repository that goes with the world, registered under this id. */
  registered(id: string, files: Files): Promise<GitRepository>;
  /** The same behind a smart-HTTP server. */
  remote(
    id: string,
    files?: Files,
    options?: Omit<SmartHttpServerOptions, 'root'>,
  ): Promise<{ readonly git: GitRepository; readonly server: SmartHttpServer }>;
  /** Has something ended after the world, the last first. */
  closing(close: () => Promise<unknown>): void;
}

/** The whole service for the tests of one file: started before the first and ended after the last, with all that was made for it. */
export const useWorld = ({ git: makeGit, decorate, ...options }: WorldOptions = {}): UsedWorld => {
  const faults = createFaults();
  const seen = useFreshTries();
  const closers: (() => Promise<unknown>)[] = [];
  let started: World | undefined;
  let git: GitRepository | undefined;
  beforeAll(async () => {
    started = await startWorld((runtime) => faults.decorate(decorate?.(runtime) ?? runtime), options);
    if (makeGit !== undefined) git = keep(await makeGit());
  });
  afterEach(() => faults.clear());
  afterAll(async () => {
    await started?.close();
    for (const close of closers.toReversed()) await close();
  });

  const keep = (repository: GitRepository): GitRepository => {
    closers.push(repository.cleanup);
    return repository;
  };
  const there = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('the world has not been started yet, or has no such part');
    return part;
  };
  const as = (user: string): Api => {
    let own: Promise<Api> | undefined;
    return createApiOver(
      seen(async (...request) => {
        own ??= there(started).as(user);
        return (await own).call(...request);
      }),
    );
  };
  const api = createApiOver(seen((...request) => there(started).api.call(...request)));
  const makeRepository: UsedWorld['makeRepository'] = async (files) => keep(await createGitRepository(files));
  return {
    get server(): LocalServer {
      return there(started).server;
    },
    get dataDir(): string {
      return there(started).dataDir;
    },
    get git(): GitRepository {
      return there(git);
    },
    api,
    anonymous: createApiOver((...request) => there(started).anonymous.call(...request)),
    faults,
    as,
    makeRepository,
    registered: async (id, files) => {
      const repository = await makeRepository(files);
      await api.register(id, repository.path);
      return repository;
    },
    remote: async (id, files, remote = {}) => {
      const repository = await makeRepository(files);
      // The options themselves: a test may change its remote's while it is there.
      const server = await startSmartHttpServer(Object.assign(remote, { root: repository.path }));
      closers.push(server.close);
      await api.register(id, `${server.url}/.git`);
      return { git: repository, server };
    },
    closing: (close) => closers.push(close),
  };
};
