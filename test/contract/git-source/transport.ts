import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { createNativeGitSource } from '../../../adapters/git/native-git-source.ts';
import type { Blob, GitSource, Source } from '../../../core/ports/git-source.ts';
import { collectBlobs } from '../../support/collect.ts';
import { createGitRepository, type GitRepository } from '../../support/git-repository.ts';
import { readChanges, readCount, readTree } from '../../support/read-source.ts';
import { type SmartHttpServer, startSmartHttpServer } from '../../support/smart-http-server.ts';

export interface Transport {
  readonly name: string;
  readonly server?: Omit<Parameters<typeof startSmartHttpServer>[0], 'root'>;
  /** Whether single objects can be had, and not only what a branch leads to. */
  readonly anyObject: boolean;
  /** Another source than the native one. */
  readonly source?: () => GitSource;
  /** How it is asked. */
  readonly asked?: (git: GitSource) => GitSource;
}

export type OverTransport = ReturnType<typeof useTransport>;

/** One server, if the transport needs one, and a repository for whoever asks; no temporary directory may stay after a test. */
export const useTransport = ({ server: serverOptions, anyObject, source, asked }: Transport) => {
  let server: SmartHttpServer | undefined;
  let tempRoot: string;
  let git: GitSource;
  const repositories: GitRepository[] = [];

  beforeAll(async () => {
    tempRoot = await mkdtemp(join(tmpdir(), 'test-source-'));
    if (serverOptions !== undefined) server = await startSmartHttpServer({ ...serverOptions, root: tmpdir() });
    git = source?.() ?? createNativeGitSource({ policy: 'local', tempRoot });
    git = asked?.(git) ?? git;
  });
  afterAll(async () => {
    await server?.close();
    await rm(tempRoot, { recursive: true });
  });
  afterEach(async () => {
    expect(await readdir(tempRoot), 'temporary directories left over').toEqual([]);
    for (const repository of repositories.splice(0)) await repository.cleanup();
  });

  const sourceOf = ({ path }: GitRepository): Source => ({
    url: server === undefined ? path : `${server.url}/${basename(path)}/.git`,
  });
  const create = async (...args: Parameters<typeof createGitRepository>): Promise<GitRepository> => {
    const repository = await createGitRepository(...args);
    repositories.push(repository);
    return repository;
  };
  return {
    anyObject,
    get git(): GitSource {
      return git;
    },
    sourceOf,
    create,
    /** A repository whose branch was rewritten: its old head is in no branch any more. */
    createRewritten: async (): Promise<{ readonly repository: GitRepository; readonly old: string }> => {
      const repository = await create({ a: 'a' });
      await repository.write({ b: 'b' });
      const old = await repository.commit();
      await repository.git('reset', '--quiet', '--hard', 'HEAD~1');
      await repository.write({ c: 'c' });
      await repository.commit();
      return { repository, old };
    },
    treeOf: (repository: GitRepository, commit: string, branch?: string) =>
      readTree(git, sourceOf(repository), commit, branch),
    changesOf: (repository: GitRepository, from: string, to: string) =>
      readChanges(git, sourceOf(repository), from, to),
    countOf: (repository: GitRepository, from: string, to: string) => readCount(git, sourceOf(repository), from, to),
    blobsOf: async (repository: GitRepository, oids: readonly string[], maxBytes = 1 << 20): Promise<Blob[]> =>
      collectBlobs(git.blobs(sourceOf(repository), [await repository.head()], oids, { maxBytes })),
  };
};
