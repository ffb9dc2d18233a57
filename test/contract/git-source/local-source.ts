import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { createNativeGitSource } from '../../../adapters/git/native-git-source.ts';
import type { CommitCount, GitSource } from '../../../core/ports/git-source.ts';
import { collectBlobs } from '../../support/collect.ts';
import { logGitCommands } from '../../support/git-command-log.ts';
import { createGitRepository, type GitRepository } from '../../support/git-repository.ts';
import { readCount, readTree } from '../../support/read-source.ts';

/** What `readAll` gives of the repository as it is made, and the git commands for it where it is read in place. */
export const everything = { files: ['a.txt: gamma', 'deep/b.txt: beta'], counted: { count: 1, rewritten: false } };
export const inPlace = { ...everything, commands: ['ls-tree', 'rev-list', 'cat-file'] };

/** For each test a repository with two commits, on this machine, and a log of what git is called for. */
export const useLocalSource = () => {
  let place: string;
  let tempRoot: string;
  let repository: GitRepository;
  let first: string;
  let second: string;
  let git: GitSource;
  let logged: () => Promise<string[]>;

  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'test-in-place-'));
    tempRoot = join(place, 'temporary');
    await mkdir(tempRoot);
    repository = await createGitRepository({ 'a.txt': 'alpha', 'deep/b.txt': 'beta' });
    first = await repository.head();
    await repository.write({ 'a.txt': 'gamma' });
    second = await repository.commit();
    logged = await logGitCommands(place);
    git = createNativeGitSource({ policy: 'local', tempRoot });
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    expect(await readdir(tempRoot), 'temporary directories left over').toEqual([]);
    await repository.cleanup();
    await rm(place, { recursive: true });
  });

  /** The git commands since it was last asked. */
  const commands = (): Promise<string[]> => logged();
  const headsOf = (url: string) => git.heads({ url });
  const treeOf = (url: string, commit = second, branch = 'main') => readTree(git, { url }, commit, branch);
  const countOf = (url: string, from: string, to: string): Promise<CommitCount> => readCount(git, { url }, from, to);
  const blobsOf = async (url: string, oids: readonly string[]) =>
    (await collectBlobs(git.blobs({ url }, [second], oids, { maxBytes: 1 << 20 }))).map(({ content }) =>
      Buffer.from(content ?? []).toString(),
    );
  return {
    /** A directory of the test's own. */
    get place(): string {
      return place;
    },
    get repository(): GitRepository {
      return repository;
    },
    get first(): string {
      return first;
    },
    get second(): string {
      return second;
    },
    get git(): GitSource {
      return git;
    },
    gitDir: (): string => join(repository.path, '.git'),
    commands,
    headsOf,
    treeOf,
    countOf,
    blobsOf,
    /** What a sync reads, and the git commands that it took. */
    readAll: async (url: string) => {
      await commands();
      const tree = await treeOf(url);
      const counted = await countOf(url, first, second);
      const contents = await blobsOf(
        url,
        tree.map(({ oid }) => oid),
      );
      return { files: tree.map(({ path }, at) => `${path}: ${contents[at]}`), counted, commands: await commands() };
    },
  };
};
