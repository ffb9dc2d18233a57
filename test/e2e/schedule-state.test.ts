import { describe, expect, it } from 'vitest';
import type { JobList, RepositoryAnswer } from '../../core/contract/api.ts';
import { StoreBusyError } from '../../core/domain/errors.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { loadFunction } from '../../local/load-function.ts';
import { holdEmbedding } from '../support/faults.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld({
  // The service's own look at schedules, each second, would see the later time that a test sets, and begin what the test begins.
  decorate: (runtime) => {
    const { clock } = runtime;
    const every: Clock['every'] = (period, tick) => (period === 1_000 ? () => undefined : clock.every(period, tick));
    return { ...runtime, clock: { now: clock.now, every } };
  },
});
const DAILY = '0 3 * * *';

const fire = async (id: string): Promise<{ readonly kind: string; readonly job_id: string }> =>
  (await loadFunction('scheduled-sync'))({
    repository_id: id,
    schedule: DAILY,
    set_at: '2026-01-01T00:00:00.000Z',
  }) as Promise<{ kind: string; job_id: string }>;
const scheduled = async (id: string): Promise<void> => {
  await world.registered(id, { 'a.ts': `export const a = "${id}";\n` });
  await world.api.call('PATCH', `/api/repositories/${id}`, { schedule: DAILY });
};
const state = async (id: string) => {
  const { schedule_state, health, health_reasons } = await world.api.repository(id);
  return { ...schedule_state, health, health_reasons };
};
/** The service's clock stands so much later. */
const later = (milliseconds: number): void =>
  world.faults.set('clock', () => ({ now: () => new Date(Date.now() + milliseconds) }));
const DAY = 86_400_000;

describe('a repository with a schedule', () => {
  it('tells its next run, and of the newest one how its job ended, also after later syncs', async () => {
    await scheduled('told');
    const { next_run, last_run, health } = await state('told');
    expect([last_run, health]).toEqual([null, 'never_indexed']);
    expect(next_run).toMatch(/T03:00:00\.000Z$/);
    expect(Date.parse(next_run ?? '')).toBeGreaterThan(Date.now());

    const gate = holdEmbedding(world.faults);
    const { job_id } = await fire('told');
    await gate.reached;
    expect((await state('told')).last_run).toMatchObject({ outcome: 'started', job_id, error: null });
    gate.open();
    await world.api.ended(job_id);
    const run = { outcome: 'completed', job_id, error: null };
    expect(await state('told')).toMatchObject({ last_run: run, overdue_since: null, health: 'ok', health_reasons: [] });
    await world.api.synced('told');
    await world.api.synced('told');
    expect((await state('told')).last_run).toMatchObject(run);
    // A list tells the same.
    const { body } = await world.api.call<{ repositories: RepositoryAnswer[] }>('GET', '/api/repositories');
    const listed = body.repositories.find(({ repository_id }) => repository_id === 'told');
    expect(listed?.schedule_state?.last_run).toMatchObject(run);
  });

  it('tells why the job of its newest run failed, and that it was cancelled by force', async () => {
    await scheduled('ended');
    await world.api.call('PATCH', '/api/repositories/ended', { default_branch: 'gone' });
    const { job_id } = await fire('ended');
    const { error } = await world.api.ended(job_id);
    expect(error?.code).toBe('BranchNotFoundError');
    const failed = { last_run: { outcome: 'failed', job_id, error }, health: 'failing' };
    expect(await state('ended')).toMatchObject({ ...failed, health_reasons: ['sync_failed', 'no_branch_indexed'] });

    await world.api.call('PATCH', '/api/repositories/ended', { default_branch: null });
    const gate = holdEmbedding(world.faults);
    const second = await fire('ended');
    await gate.reached;
    const { body } = await world.api.sync('ended', { force: true });
    expect((await state('ended')).last_run).toMatchObject({ outcome: 'cancelled', job_id: second.job_id });
    gate.open();
    await world.api.ended(body.job_id);
  });

  it('tells that its newest run waits, and then the job that it has become', async () => {
    await scheduled('waits');
    const gate = holdEmbedding(world.faults);
    const { body } = await world.api.sync('waits');
    await gate.reached;
    expect(await fire('waits')).toEqual({ kind: 'owed' });
    expect((await state('waits')).last_run).toMatchObject({ outcome: 'owed', job_id: null });
    gate.open();
    await world.api.ended(body.job_id);
    const jobs = async () => (await world.api.call<JobList>('GET', '/api/repositories/waits/jobs')).body.jobs;
    const statuses = async () => (await jobs()).map(({ status }) => status);
    await expect.poll(statuses, { timeout: 60_000 }).toEqual(['completed', 'completed']);
    const [own] = await jobs();
    expect((await state('waits')).last_run).toMatchObject({ outcome: 'completed', job_id: own?.job_id });
  });

  it('whose run could not start tells why, and is failing until a sync comes through', async () => {
    await scheduled('refused');
    await world.api.synced('refused');
    world.faults.set('claims', () => ({
      claim: async () => {
        throw new StoreBusyError('the table wants less');
      },
    }));
    await expect(fire('refused')).rejects.toThrow('wants less');
    world.faults.clear();
    expect(await state('refused')).toMatchObject({
      last_run: {
        outcome: 'not_started',
        job_id: null,
        error: { code: 'StoreBusyError', message: 'the table wants less' },
      },
      health: 'failing',
      health_reasons: ['schedule_not_started'],
    });
    await world.api.synced('refused');
    expect(await state('refused')).toMatchObject({ last_run: { outcome: 'not_started' }, health: 'ok' });
  });

  it('whose time has passed without a run is stale, until it runs or its schedule is changed', async () => {
    await scheduled('overdue');
    await world.api.synced('overdue');
    expect(await state('overdue')).toMatchObject({ overdue_since: null, health: 'ok' });
    later(DAY + 3_600_000);
    const { overdue_since, health, health_reasons } = await state('overdue');
    expect(Date.parse(overdue_since ?? '')).toBeLessThan(Date.now() + DAY);
    expect([health, health_reasons]).toEqual(['stale', ['schedule_overdue']]);
    await world.api.call('PATCH', '/api/repositories/overdue', { schedule: DAILY });
    expect(await state('overdue')).toMatchObject({ overdue_since: null, health: 'ok' });
    later(3 * DAY);
    expect(await state('overdue')).toMatchObject({ health: 'stale' });
    const { job_id } = await fire('overdue');
    await world.api.ended(job_id);
    expect(await state('overdue')).toMatchObject({ overdue_since: null, health: 'ok' });
  });
});

it('a repository of which a sync saw newer commits than it indexed is stale until they are indexed', async () => {
  const git = await world.registered('behind', { 'a.ts': 'export const a = "behind";\n' });
  await git.git('branch', 'other');
  await world.api.synced('behind', { branches: ['main', 'other'] });
  expect(await state('behind')).toMatchObject({ health: 'ok', health_reasons: [] });
  await git.git('checkout', '-q', 'other');
  await git.write({ 'b.ts': 'export const b = "newer";\n' });
  await git.commit();
  await git.git('checkout', '-q', 'main');
  await world.api.synced('behind', { branches: ['main'] });
  expect(await state('behind')).toMatchObject({ health: 'stale', health_reasons: ['behind_source'] });
  await world.api.synced('behind', { branches: ['other'] });
  expect(await state('behind')).toMatchObject({ health: 'ok', health_reasons: [] });
});
