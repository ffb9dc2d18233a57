import { describe, expect, it } from 'vitest';
import { createJsonLogger } from '../../adapters/system/json-logger.ts';
import type { Runtime } from '../../core/ports/runtime.ts';
import { holdEmbedding } from '../support/faults.ts';
import { createGitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

/** The service as it is, with its metrics and its log kept. */
const measured: { readonly values: Record<string, number>; readonly facts: Record<string, string> }[] = [];
const lines: Record<string, unknown>[] = [];
const listen = (runtime: Runtime): Runtime =>
  Object.create(runtime, {
    ...Object.fromEntries(Object.keys(runtime).map((port) => [port, enumerable(() => runtime[port as keyof Runtime])])),
    metrics: enumerable(() => ({
      emit: (values: Record<string, number>, facts: Record<string, string> = {}) => measured.push({ values, facts }),
    })),
    logger: enumerable(() => createJsonLogger('info', (line) => lines.push(JSON.parse(line)))),
  });
const enumerable = (get: () => unknown) => ({ enumerable: true, get });

const world = useWorld({
  git: () => createGitRepository({ 'a.ts': 'export const a = "axolotl";\n', 'b.ts': 'export const b = "bison";\n' }),
  decorate: listen,
});
const { faults } = world;

/** What was counted of a job. */
const countsOf = (job: string): Record<string, number> =>
  Object.assign({}, ...measured.filter(({ facts }) => facts.job_id === job).map(({ values }) => values));
const timesOf = (job: string, name: string): number =>
  measured.filter(({ values, facts }) => facts.job_id === job && values[name] !== undefined).length;
const lineOf = (message: string, job: string) =>
  lines.filter((line) => line.message === message && line.job_id === job);

/** A count follows its transaction: whoever sees the job ended may be a moment too early. */
const settled = async (job: string, name: string): Promise<void> => {
  await expect.poll(() => timesOf(job, name), { timeout: 5_000 }).toBe(1);
};

const secret = 'https://hooks.example.com/?key=hunter2';

describe('a sync that completes', () => {
  it('is counted once, with what it took and did, and logged with its facts', async () => {
    await world.api.register('shop', world.git.path);
    const { job_id } = await world.api.synced('shop', { full_reindex: true });
    await settled(job_id, 'SyncsCompleted');
    expect(countsOf(job_id)).toEqual({
      SyncsStarted: 1,
      InitiationMilliseconds: expect.any(Number),
      SyncsCompleted: 1,
      SyncDuration: expect.any(Number),
      FilesProcessed: 2,
      ChunksEmbedded: 2,
      ChunksReused: 0,
      IncrementalSyncs: 0,
      FullSyncs: 1,
    });
    expect(lineOf('sync job created', job_id)).toMatchObject([
      { repository_id: 'shop', requested_by: 'ann', trigger: 'api', options: { full_reindex: true } },
    ]);
    expect(lineOf('sync completed', job_id)).toMatchObject([
      {
        level: 'info',
        repository_id: 'shop',
        trigger: 'api',
        requested_by: 'ann',
        attempt: 1,
        mode: 'full',
        seconds: expect.any(Number),
        queued_seconds: expect.any(Number),
        files_total: 2,
        indexed: 2,
        failed: 0,
        chunks_embedded: 2,
      },
    ]);
  });

  it('incrementally is counted as such', async () => {
    await world.git.write({ 'c.ts': 'export const c = "coati";\n' });
    await world.git.commit('more');
    const { job_id } = await world.api.synced('shop');
    await settled(job_id, 'SyncsCompleted');
    expect(countsOf(job_id)).toMatchObject({ FilesProcessed: 1, IncrementalSyncs: 1, FullSyncs: 0 });
  });
});

describe('a search', () => {
  it('is measured once, with its repository, and not when there is no index', async () => {
    const before = measured.length;
    expect((await world.api.search('shop', { q: 'axolotl' })).status).toBe(200);
    expect((await world.api.search('shop', { q: 'axolotl', branch: 'nowhere' })).status).toBe(404);
    expect(measured.slice(before).filter(({ values }) => 'SearchMilliseconds' in values)).toEqual([
      { values: { SearchMilliseconds: expect.any(Number) }, facts: { repository_id: 'shop' } },
    ]);
  });
});

describe('a sync that does not complete', () => {
  it('but fails is counted once, and logged with its cause', async () => {
    faults.set('git', () => ({
      open: async () => {
        throw new Error('the source is on fire');
      },
      heads: async () => {
        throw new Error('the source is on fire');
      },
    }));
    const { job_id, status, error } = await world.api.synced('shop', { full_reindex: true });
    expect(status).toBe('failed');
    await settled(job_id, 'SyncsFailed');
    expect(countsOf(job_id)).not.toHaveProperty('SyncsCompleted');
    await expect
      .poll(() => lineOf('sync failed', job_id))
      .toMatchObject([
        {
          level: 'error',
          repository_id: 'shop',
          code: error?.code,
          cause: expect.stringContaining('on fire'),
          phase: 'pull',
          trigger: 'api',
          seconds: expect.any(Number),
        },
      ]);
  });

  it('but is cancelled is counted once, however often it is asked for, and so is one that is replaced', async () => {
    const gate = holdEmbedding(faults);
    const first = (await world.api.sync('shop', { full_reindex: true, progress_webhook: secret })).body.job_id;
    await gate.reached;
    const second = (await world.api.sync('shop', { full_reindex: true, force: true })).body.job_id;
    for (const _ of [1, 2, 3]) await world.api.call('POST', `/api/jobs/${second}/cancel`);
    gate.open();
    for (const job of [first, second]) {
      await settled(job, 'SyncsCancelled');
      expect(lineOf('sync cancelled', job)).toMatchObject([{ repository_id: 'shop', trigger: 'api' }]);
    }
    expect(lineOf('sync cancelled', first)).toMatchObject([{ replaced_by: second }]);
    expect(lineOf('sync cancelled', second)).toMatchObject([{ by: 'ann' }]);
    // What their workers do when they hear of it is no end of its own.
    const { job_id } = await world.api.synced('shop');
    await settled(job_id, 'SyncsCompleted');
    for (const job of [first, second])
      for (const name of ['SyncsCompleted', 'SyncsFailed']) expect(timesOf(job, name)).toBe(0);
  });

  it('nobody’s secret is in the log', () => {
    expect(lines.length).toBeGreaterThan(5);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(JSON.stringify(measured)).not.toContain('hunter2');
  });
});
