import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startFunctionHost } from '../../local/function-host.ts';
import { type LocalServer, startServer } from '../../local/server.ts';
import { type Api, createApi } from '../support/api.ts';
import { createGitRepository } from '../support/git-repository.ts';

const script = new URL('../support/spinning-worker.ts', import.meta.url);
/** Changed between tests: how long a worker may be busy without a pause. */
const patience = { stuck: 3_000, abandoned: 1_500, start: 180_000 };
const closers: (() => Promise<unknown>)[] = [];
let server: LocalServer;
let dataDir: string;
let api: Api;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'test-spinning-'));
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
        startFunctionHost(config, connect, logger, { ...options, workers: 2, script, patience }),
    },
  );
  closers.push(() => server.close());
  api = createApi(server.url, server.token);
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});
beforeEach(() => {
  patience.stuck = 3_000;
});
/** Jobs that may spin on when their test has ended: the next one, or the next try, is to find its workers free. */
const mayRun: string[] = [];
afterEach(async () => {
  for (const job of mayRun.splice(0)) await api.call('POST', `/api/jobs/${job}/cancel`);
});

const register = async (id: string, files: Record<string, string>): Promise<void> => {
  const git = await createGitRepository(files);
  closers.push(git.cleanup);
  await api.register(id, git.path);
};
const spinning = (name: string) => ({
  'src/good.ts': `export const ${name} = "good";\n`,
  'src/spins.ts': 'export const spinsInChunker = 1;\n',
});

describe('a file that keeps a worker busy for ever', () => {
  it('in two repositories stops nobody else, and each is indexed without that file', async () => {
    await register('spinning-1', spinning('albatross'));
    await register('spinning-2', spinning('bittern'));
    await register('healthy', { 'src/a.ts': 'export const cormorant = "healthy";\n' });
    const jobs = [await api.sync('spinning-1'), await api.sync('spinning-2')].map(({ body }) => body.job_id);

    expect(await api.synced('healthy')).toMatchObject({ status: 'completed', counts: { indexed: 1, failed: 0 } });

    expect(await api.found('healthy', 'cormorant')).toEqual(['src/a.ts']);
    for (const [at, job] of jobs.entries()) {
      expect(await api.ended(job)).toMatchObject({
        status: 'completed_with_errors',
        attempt: 1,
        counts: { indexed: 1, failed: 1 },
      });
      const { body } = await api.call<{ files: unknown[] }>('GET', `/api/jobs/${job}/files`);
      const reason = expect.stringMatching(
        // As the host saw it or as the batch's own notes tell, whichever knows first.
        /^FileGivenUpError: src\/spins\.ts: (timeout: it kept a worker busy for \d+ s without a pause|each worker that began with it has come to its end)$/,
      );
      expect(body.files).toEqual([expect.objectContaining({ path: 'src/spins.ts', outcome: 'failed', reason })]);
      expect(await api.found(`spinning-${at + 1}`, at === 0 ? 'albatross' : 'bittern')).toEqual(['src/good.ts']);
    }
  }, 300_000);

  it('where no sync can do without it ends the sync at the second try, which names it', async () => {
    await register('rules', { 'src/spins-in-rules.ts': 'export const a = 1;\n' });
    const job = await api.synced('rules');
    expect(job).toMatchObject({
      status: 'failed',
      error: {
        code: 'FileGivenUpError',
        message: expect.stringMatching(/^src\/spins-in-rules\.ts: timeout: it kept a worker busy for \d+ s/),
      },
    });
    expect(await api.repository('rules')).toMatchObject({ status: 'idle', active_job_id: null });
  }, 300_000);

  it('frees its worker when its job is cancelled or forced away', async () => {
    // From here on, only giving a job up frees a worker.
    patience.stuck = 3_600_000;
    // Of its own for each try.
    const [one, other, next] = ['cancelled', 'forced', 'next'].map((name) => `${name}-${randomUUID().slice(0, 8)}`);
    if (one === undefined || other === undefined || next === undefined) throw new Error('no names');
    await register(one, spinning('dunlin'));
    await register(other, spinning('egret'));
    const spun = async (): Promise<number> => (await readFile(join(dataDir, 'spun'), 'utf8').catch(() => '')).length;
    const before = await spun();
    const { body: cancelled } = await api.sync(one);
    const { body: replaced } = await api.sync(other);
    mayRun.push(cancelled.job_id, replaced.job_id);
    // Both workers that embed are busy now.
    await expect.poll(spun, { timeout: 120_000 }).toBe(before + 2);

    expect((await api.call('POST', `/api/jobs/${cancelled.job_id}/cancel`)).status).toBe(202);
    const { status, body: forced } = await api.sync(other, { force: true });
    mayRun.push(forced.job_id);
    expect(status).toBe(202);
    expect(await api.ended(cancelled.job_id)).toMatchObject({ status: 'cancelled' });
    expect(await api.ended(replaced.job_id)).toMatchObject({ status: 'cancelled' });

    // The forced one has got a worker, and spins. Before the next one comes: of two calls that one worker has begun, one that spins keeps the other until
    // the worker is replaced for being stuck, which here is never. What a spinning worker has not begun goes to another one.
    await expect.poll(spun, { timeout: 100_000 }).toBe(before + 3);
    await register(next, { 'src/a.ts': 'export const fulmar = "next";\n' });
    expect(await api.synced(next)).toMatchObject({ status: 'completed', counts: { indexed: 1 } });
  }, 120_000);
});
