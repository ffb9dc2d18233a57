import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface GitRepository {
  /** The working tree's absolute path; the repository is in `.git` below it. */
  readonly path: string;
  /** Writes files (and their directories); nothing is committed. */
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  /** A symbolic link. */
  link(path: string, target: string): Promise<void>;
  remove(...paths: string[]): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Commits everything in the working tree, even when nothing has changed. Returns the commit's oid. */
  commit(message?: string): Promise<string>;
  /** Creates (or moves) a branch at a commit, HEAD by default, and switches to it. */
  branch(name: string, at?: string): Promise<void>;
  switch(name: string): Promise<void>;
  /** Merges with a merge commit. Returns its oid. */
  merge(name: string): Promise<string>;
  /** The oid of HEAD, or of another revision. */
  head(revision?: string): Promise<string>;
  /** Runs git in the repository; its stdout without the last newline. */
  git(...args: string[]): Promise<string>;
  /** The same with bytes on stdin: for `mktree -z`, `update-index --index-info`, `fast-import`. */
  gitWithInput(input: string | Uint8Array, ...args: string[]): Promise<string>;
  cleanup(): Promise<void>;
}

export interface GitRepositoryOptions {
  readonly objectFormat?: 'sha1' | 'sha256';
}

/** The oid of HEAD as its files have it: no process is started for it. Null where git itself has to be asked. */
const writtenHead = async (path: string): Promise<string | null> => {
  const written = (name: string): Promise<string | null> =>
    readFile(join(path, '.git', name), 'latin1').catch(() => null);
  const head = await written('HEAD');
  const reference = /^ref: (refs\/heads\/.+)\n$/.exec(head ?? '')?.[1];
  const oid = /^([0-9a-f]{40}|[0-9a-f]{64})\n$/.exec((reference === undefined ? head : await written(reference)) ?? '');
  return oid?.[1] ?? null;
};

/** Seconds; every commit of a repository is an hour younger than the one before. */
const firstCommitAt = 1_700_000_000;

/**
 * A repository in a temporary directory, on branch `main`, with the given files committed (without files: no commit).
 * Same calls, same oids: author, committer and dates are fixed, and the user's git configuration is out of the way.
 */
export const createGitRepository = async (
  files?: Readonly<Record<string, string | Uint8Array>>,
  { objectFormat = 'sha1' }: GitRepositoryOptions = {},
): Promise<GitRepository> => {
  const path = await mkdtemp(join(tmpdir(), 'test-git-'));
  let commits = 0;
  const options = () => ({ cwd: path, env: environment(path, commits), maxBuffer: 256 * 1024 * 1024 });
  const start = (args: readonly string[]): ReturnType<typeof run> =>
    run('git', ['-c', `core.hooksPath=${devNull}`, ...args], options());
  const add = 'add --all';
  /** Everything there is; its message is the script's first argument. */
  const commit = 'commit --quiet --allow-empty --no-verify -m "$1"';
  const git = async (...args: string[]): Promise<string> => trim((await start(args)).stdout);
  /**
   * One after the other, as long as none fails, started by a shell: a process as large as a test's takes 2 to 4 ms of processor time to start another
   * (58 and 419 MB, measured), and stands still meanwhile.
   */
  const gits = async (commands: readonly string[], ...args: string[]): Promise<void> => {
    const script = commands.map((command) => `git -c core.hooksPath=${devNull} ${command}`).join(' && ');
    await run('sh', ['-c', script, 'sh', ...args], options());
  };

  const repository: GitRepository = {
    path,
    git,
    async gitWithInput(input, ...args) {
      const running = start(args);
      // A git that ends early closes its stdin; its exit code says why.
      running.child.stdin?.on('error', () => {}).end(input);
      return trim((await running).stdout);
    },
    async write(contents) {
      for (const [name, content] of Object.entries(contents)) {
        await mkdir(dirname(join(path, name)), { recursive: true });
        await writeFile(join(path, name), content);
      }
    },
    async link(name, target) {
      await symlink(target, join(path, name));
    },
    async remove(...names) {
      for (const name of names) await rm(join(path, name), { recursive: true });
    },
    async rename(from, to) {
      await mkdir(dirname(join(path, to)), { recursive: true });
      await rename(join(path, from), join(path, to));
    },
    async commit(message = `commit ${commits + 1}`) {
      commits += 1;
      await gits([add, commit], message);
      return repository.head();
    },
    async branch(name, at = 'HEAD') {
      await git('checkout', '--quiet', '-B', name, at);
    },
    async switch(name) {
      await git('checkout', '--quiet', name);
    },
    async merge(name) {
      commits += 1;
      await git('merge', '--quiet', '--no-ff', '--no-edit', name);
      return repository.head();
    },
    head: async (revision = 'HEAD') =>
      (revision === 'HEAD' ? await writtenHead(path) : null) ?? git('rev-parse', revision),
    async cleanup() {
      await rm(path, { recursive: true, force: true });
    },
  };

  const init = `init --quiet --template= --object-format=${objectFormat} --initial-branch=main`;
  if (files === undefined) {
    await gits([init]);
  } else {
    await repository.write(files);
    commits += 1;
    await gits([init, add, commit], 'first');
  }
  return repository;
};

const environment = (home: string, commits: number): Record<string, string> => {
  const date = `${firstCommitAt + commits * 3600} +0000`;
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: join(home, '.git'),
    LC_ALL: 'C',
    TZ: 'UTC',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
    GIT_COMMITTER_DATE: date,
  };
};

const trim = (output: string | Buffer): string => output.toString().replace(/\n$/, '');
