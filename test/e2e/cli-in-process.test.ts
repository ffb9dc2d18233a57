import { tmpdir } from 'node:os';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../local/cli/read-settings.ts';
import { runCli } from '../../local/cli/run-cli.ts';
import { type LocalServer, startServer } from '../../local/server.ts';
import { createGitRepository, type GitRepository } from '../support/git-repository.ts';
import { makeDataDir } from '../support/service-process.ts';

let git: GitRepository;
let data: Awaited<ReturnType<typeof makeDataDir>>;
/** One for all: the functions of a process are composed once. Its worker threads are real. */
let server: LocalServer;
let closed = 0;
const broken = Promise.withResolvers<string>();
beforeAll(async () => {
  git = await createGitRepository({ 'a.ts': 'export const a = "ibex";\n' });
  data = await makeDataDir();
  const sourceRoots = { folders: [tmpdir()], forAll: false };
  const options = { dataDir: data.path, host: '127.0.0.1', port: 0, user: 'ann', sourceRoots } as const;
  server = await startServer({ ...options, logLevel: 'silent' });
});
afterAll(async () => {
  await server.close();
  await data.remove();
  await git.cleanup();
});

const collector = () => {
  const written: { text: string } = { text: '' };
  const stream = new Writable({
    write: (part, _, done) => {
      written.text += part;
      done();
    },
  });
  return { written, stream };
};

const run = (args: readonly string[], stop = new AbortController().signal) => {
  const out = collector();
  const progress = collector();
  const settings = readSettings(args, { PORT: '0', DATA_DIR: data.path, LOG_LEVEL: 'silent' });
  const shared: LocalServer = {
    ...server,
    broken: broken.promise,
    close: async () => {
      closed += 1;
    },
  };
  const code = runCli(settings, { out: out.stream, progress: progress.stream, stop }, async () => shared);
  return { code, out: out.written, progress: progress.written };
};

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe('the command line', () => {
  it('with --once syncs in worker threads, reports and ends', async () => {
    const { code, out } = run([git.path, '--once', '--search', 'ibex']);
    expect(await code).toBe(0);
    expect(out.text).toContain('Sync completed');
    expect(out.text).toContain('a.ts:1-1');
  });

  it('serves on after the sync until it is stopped', async () => {
    const before = closed;
    const stop = new AbortController();
    const { code, out } = run([git.path], stop.signal);
    await until(() => out.text.includes('Search "'));
    expect(closed).toBe(before);
    stop.abort();
    expect(await code).toBe(0);
    expect(closed).toBe(before + 1);
  });

  it('without a repository serves until it is stopped, even if that was before it began', async () => {
    const stop = new AbortController();
    stop.abort();
    expect(await run([], stop.signal).code).toBe(0);
  });

  it('says what an empty repository cannot be searched for', async () => {
    const empty = await createGitRepository();
    try {
      const { code, out } = run([empty.path, '--once']);
      expect(await code).toBe(0);
      expect(out.text).toMatch(/nothing to do: the source has no branches[\s\S]*has no index yet/);
    } finally {
      await empty.cleanup();
    }
  });

  it('ends with 1 and the cause when the sync fails, and throws what the service refuses', async () => {
    const { code, out } = run([`${tmpdir()}/nowhere/at/all`, '--once']);
    expect(await code).toBe(1);
    expect(out.text).toContain('Sync failed');
    await expect(run(['ftp://host/x', '--once']).code).rejects.toThrow('source.url');
  });

  it('joins a sync that runs already', async () => {
    const first = run([git.path, '--once']);
    const second = run([git.path, '--once']);
    expect(await Promise.all([first.code, second.code])).toEqual([0, 0]);
    expect(first.out.text + second.out.text).toContain('(was running already)');
  });

  it('ends when something is gone that it cannot do without', async () => {
    const { code } = run([]);
    broken.resolve('the search index’s thread has ended');
    await expect(code).rejects.toThrow('the service ends: the search index’s thread has ended');
  });
});
