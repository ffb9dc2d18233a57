import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { createNativeGitSource, type NativeGitSourceOptions } from '../../../adapters/git/native-git-source.ts';
import type { GitSource } from '../../../core/ports/git-source.ts';
import { createGitRepository, type GitRepository } from '../../support/git-repository.ts';
import { readTree } from '../../support/read-source.ts';
import { type SmartHttpServerOptions, startSmartHttpServer } from '../../support/smart-http-server.ts';

/** For each test a repository of two files and any server before it; no temporary directory may stay. */
export const useSourceLab = () => {
  let tempRoot: string;
  let repository: GitRepository;
  const closers: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    tempRoot = await mkdtemp(join(tmpdir(), 'test-faults-'));
    repository = await createGitRepository({ 'a.txt': 'alpha', 'deep/er/b.txt': 'beta' });
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
    await repository.cleanup();
    expect(await readdir(tempRoot), 'temporary directories left over').toEqual([]);
    await rm(tempRoot, { recursive: true });
  });

  /** On a free port until the test ends. */
  const listen = async (server: Server): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(async () => new Promise((resolve) => server.close(resolve)));
    return (server.address() as AddressInfo).port;
  };
  return {
    get repository(): GitRepository {
      return repository;
    },
    listen,
    /** Is done when the test has ended, before the servers are closed. */
    atEnd: (close: () => Promise<unknown>): void => void closers.unshift(close),
    gitSource: (options: Partial<NativeGitSourceOptions> = {}): GitSource =>
      createNativeGitSource({ policy: 'local', tempRoot, ...options }),
    get tempRoot(): string {
      return tempRoot;
    },
    /** The repository, or another, over smart HTTP. */
    serve: async (options: Omit<SmartHttpServerOptions, 'root'> = {}, served = repository) => {
      const server = await startSmartHttpServer({ root: tmpdir(), ...options });
      closers.push(server.close);
      return { requests: server.requests, url: `${server.url}/${basename(served.path)}/.git` };
    },
    /** A server that is no git server; the address of a repository on it. */
    serveHttp: async (answer: RequestListener): Promise<string> =>
      `http://127.0.0.1:${await listen(createServer(answer))}/r.git`,
    treeOf: async (git: GitSource, url: string) => readTree(git, { url }, await repository.head()),
    /** Processes that hold the temporary root in their environment: ours, and what they started. */
    processesHere: async (): Promise<string[]> => {
      const found: string[] = [];
      for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
        const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
        if (environment.includes(tempRoot)) found.push(pid);
      }
      return found;
    },
  };
};
