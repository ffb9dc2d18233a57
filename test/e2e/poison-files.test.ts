import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { JobFileList } from '../../core/contract/api.ts';
import { startFunctionHost } from '../../local/function-host.ts';
import { type LocalServer, startServer } from '../../local/server.ts';
import { type Api, createApi } from '../support/api.ts';
import { createGitRepository } from '../support/git-repository.ts';

const script = new URL('../support/dying-worker.ts', import.meta.url);
const closers: (() => Promise<unknown>)[] = [];
let server: LocalServer;
let dataDir: string;
let api: Api;

beforeAll(async () => {
  // The state machine’s waits before a retry are drawn from nought on: how long they may be is sync-definition.test.ts’s matter.
  vi.spyOn(Math, 'random').mockReturnValue(0);
  dataDir = await mkdtemp(join(tmpdir(), 'test-poison-'));
  closers.push(() => rm(dataDir, { recursive: true, force: true }));
  server = await startServer(
    {
      dataDir,
      host: '127.0.0.1',
      port: 0,
      logLevel: 'silent',
      user: 'ann',
      sourceRoots: { folders: [tmpdir()], forAll: true },
    },
    {
      startFunctions: (config, connect, logger, options) =>
        startFunctionHost(config, connect, logger, { ...options, workers: 1, script }),
    },
  );
  closers.push(() => server.close());
  api = createApi(server.url, server.token);
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  vi.restoreAllMocks();
});

const good = Object.fromEntries(
  Array.from({ length: 20 }, (_, at) => [`src/good${at}.ts`, `export const good${at} = ${at};\n`]),
);

/** A worker takes seconds to start anew on a machine that does other things too, and there are four deaths. */
const patient = { timeout: 120_000 };

it(
  'three files that take each sandbox with them are left out and named, and the rest of their batch is indexed',
  patient,
  async () => {
    const paths = ['src/a.ts', 'src/good7a.ts', 'src/z.ts'];
    const poison = Object.fromEntries(paths.map((path, at) => [path, `export const endsWhenCut${at} = 1;\n`]));
    const git = await createGitRepository({ ...good, ...poison });
    closers.push(git.cleanup);
    await api.register('poisoned', git.path);
    const job = await api.synced('poisoned');
    expect(job).toMatchObject({
      status: 'completed_with_errors',
      attempt: 1,
      counts: { indexed: 20, failed: 3 },
      error: null,
    });
    const { files } = (await api.call<JobFileList>('GET', `/api/jobs/${job.job_id}/files`)).body;
    expect(files.map(({ path, outcome }) => [path, outcome])).toEqual(paths.map((path) => [path, 'failed']));
    for (const { path, reason } of files) expect(reason).toMatch(new RegExp(`^FileGivenUpError: ${path}: `));
    expect(await api.found('poisoned', 'good7')).toContain('src/good7.ts');
  },
);

it('a batch that loses its sandbox for another reason loses no file', patient, async () => {
  const git = await createGitRepository({ ...good, 'src/last.ts': 'export const endsTwice = "narwhal";\n' });
  closers.push(git.cleanup);
  await api.register('unlucky', git.path);
  expect(await api.synced('unlucky')).toMatchObject({ status: 'completed', counts: { indexed: 21, failed: 0 } });
  expect((await readdir(dataDir)).filter((name) => name.startsWith('death-'))).toHaveLength(2);
  expect(await api.found('unlucky', 'narwhal')).toContain('src/last.ts');
});
