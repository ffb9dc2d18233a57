import { describe, expect, it } from 'vitest';
import type { JobAnswer, Problem } from '../../core/contract/api.ts';
import { holdEmbedding } from '../support/faults.ts';
import type { GitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { faults } = world;

const commit = async (git: GitRepository, name: string): Promise<string> => {
  await git.write({ [`${name}.ts`]: `export const ${name} = "${name}";\n` });
  return git.commit(name);
};

/** Behind a smart-HTTP server, with `main` and `develop` indexed. */
const indexed = async (id: string): Promise<GitRepository> => {
  const { git } = await world.remote(id, { 'a.ts': 'export const a = "kinkajou";\n' });
  await git.branch('develop');
  await commit(git, 'linsang');
  await git.switch('main');
  await world.api.synced(id, { branches: ['main', 'develop'] });
  return git;
};

const pointers = async (id: string): Promise<Record<string, string>> =>
  Object.fromEntries((await world.api.repository(id)).index.branches.map(({ name, commit }) => [name, commit]));

const missing = (name: string) => ({
  name,
  status: 'missing',
  commit: null,
  reason: `the source has no branch ${name}`,
});

describe('a sync of several branches, of which some are not there', () => {
  it.each([
    ['incrementally', {}],
    ['as the diff finds best', { incremental: false }],
    ['into a new generation', { full_reindex: true }],
    ['into a new generation, at once', { full_reindex: true, force: true }],
  ])('publishes the others %s, and names each that is not', async (_, options) => {
    const id = `some-${Object.keys(options).join('-')}`.replace(/_/g, '-').replace(/-$/, '');
    const git = await indexed(id);
    const to = await commit(git, 'margay');
    const job = await world.api.synced(id, { ...options, branches: ['nope', 'main', 'gone/too'] });
    expect(job).toMatchObject({
      status: 'completed_with_errors',
      error: null,
      branches: [missing('nope'), { name: 'main', status: 'published', commit: to, reason: null }, missing('gone/too')],
      missing: ['nope', 'gone/too'],
      counts: { failed: 0 },
    });
    expect(job.pull.map(({ branch }) => branch)).toEqual(['main']);
    expect((await world.api.found(id, 'margay'))[0]).toBe('margay.ts');
    const cleared = 'force' in options;
    expect(await pointers(id)).toEqual({ main: to, ...(cleared ? {} : { develop: await git.head('develop') }) });
    expect(await world.api.repository(id)).toMatchObject({
      status: 'idle',
      last_sync: { job_id: job.job_id, status: 'completed_with_errors', error: null },
    });
    // A branch that the new generation does not hold is still found in its own.
    if (!cleared) expect(await world.api.found(id, 'linsang', { branch: 'develop' })).toContain('linsang.ts');
  });

  it('is complete for those that have not moved', async () => {
    await indexed('unmoved');
    const job = await world.api.synced('unmoved', { branches: ['develop', 'nope', 'main'] });
    expect(job).toMatchObject({ status: 'completed_with_errors', missing: ['nope'], counts: { added: 0 } });
    expect(job.branches.map(({ status }) => status)).toEqual(['published', 'missing', 'published']);
  });

  it('tells its webhook so with the event of a sync that has completed', async () => {
    await indexed('told');
    const job = await world.api.synced('told', {
      branches: ['main', 'nope'],
      progress_webhook: 'https://example.com/',
    });
    const { body } = await world.api.call<{ deliveries: { event: { type: string; data: JobAnswer } }[] }>(
      'GET',
      '/api/repositories/told/webhook-deliveries',
    );
    const events = body.deliveries.map(({ event }) => event).filter(({ data }) => data.job_id === job.job_id);
    const ends = events.filter(({ data }) => data.ended_at !== null);
    expect(ends).toMatchObject([
      { type: 'sync.completed', data: { status: 'completed_with_errors', missing: ['nope'], branches: job.branches } },
    ]);
  });

  it('can be retried: for the branch that is there by now', async () => {
    const git = await indexed('retried');
    const { job_id } = await world.api.synced('retried', { branches: ['main', 'late'] });
    await git.branch('late');
    await commit(git, 'numbat');
    const retry = await world.api.call<JobAnswer>('POST', `/api/jobs/${job_id}/retry-failed`);
    expect(retry.status).toBe(202);
    expect(await world.api.ended(retry.body.job_id)).toMatchObject({
      status: 'completed',
      branches: [
        { name: 'main', status: 'published' },
        { name: 'late', status: 'published' },
      ],
      missing: [],
    });
    expect(await world.api.found('retried', 'numbat', { branch: 'late' })).toContain('numbat.ts');
    const again = await world.api.call<Problem>('POST', `/api/jobs/${retry.body.job_id}/retry-failed`);
    expect(again.status).toBe(409);
  });

  it('looks again when a branch goes between the look and the read', async () => {
    const git = await indexed('vanishing');
    await commit(git, 'olingo');
    await git.branch('brief');
    await git.switch('main');
    faults.set('git', (real) => ({
      open: async (...args) => {
        await git.git('branch', '-D', 'brief').catch(() => undefined);
        return real.open(...args);
      },
    }));
    const job = await world.api.synced('vanishing', { branches: ['main', 'brief'] });
    expect(job).toMatchObject({ status: 'completed_with_errors', missing: ['brief'], counts: { added: 1 } });
  });
});

describe('a sync of branches of which none is there', () => {
  it('fails, names them all, and leaves index and lock as they were', async () => {
    await indexed('none');
    const before = await pointers('none');
    const job = await world.api.synced('none', { branches: ['nope', 'gone/too'] });
    expect(job).toMatchObject({
      status: 'failed',
      error: { code: 'BranchNotFoundError', message: 'the source has none of the branches nope, gone/too' },
      branches: [missing('nope'), missing('gone/too')],
      missing: ['nope', 'gone/too'],
      counts: null,
    });
    expect(await pointers('none')).toEqual(before);
    expect(await world.api.repository('none')).toMatchObject({ status: 'idle', last_sync: { status: 'failed' } });
  });

  it('fails for an empty source too, when it names them', async () => {
    await world.remote('nothing');
    const job = await world.api.synced('nothing', { branches: ['current', 'nope'] });
    expect(job).toMatchObject({ status: 'failed', missing: ['current', 'nope'] });
  });

  it('completes without a pull for an index that needs nothing, and fails where it must be read', async () => {
    const git = await indexed('unpulled');
    await git.git('branch', '-D', 'develop');
    const options = { branches: ['develop'], pull_remote: false };
    expect(await world.api.synced('unpulled', options)).toMatchObject({ status: 'completed', missing: [] });
    expect(await world.api.synced('unpulled', { ...options, full_reindex: true })).toMatchObject({
      status: 'failed',
      missing: ['develop'],
    });
  });
});

it('a branch that is to be published tells so while its job runs, and that it was not when the job is cancelled', async () => {
  const git = await indexed('states');
  await commit(git, 'potto');
  const gate = holdEmbedding(faults);
  const { body } = await world.api.sync('states', { branches: ['main', 'nope'] });
  expect([body.branches, body.missing]).toEqual([[], []]);
  await gate.reached;
  const running = await world.api.job(body.job_id);
  expect(running.branches.map(({ status }) => status)).toEqual(['pending', 'missing']);
  await world.api.call('POST', `/api/jobs/${body.job_id}/cancel`);
  gate.open();
  const { branches } = await world.api.ended(body.job_id);
  expect(branches.map(({ status }) => status)).toEqual(['not_published', 'missing']);
});
