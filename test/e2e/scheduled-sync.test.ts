import { describe, expect, it } from 'vitest';
import type { JobAnswer, JobList, Problem } from '../../core/contract/api.ts';
import type { JobId } from '../../core/contract/ids.ts';
import { loadFunction } from '../../local/load-function.ts';
import { holdEmbedding } from '../support/faults.ts';
import { createGitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld({ git: () => createGitRepository({ 'a.ts': 'export const a = "axolotl";\n' }) });

/** What a schedule of EventBridge Scheduler does each time. */
const fire = async (id: string, schedule: string): Promise<unknown> =>
  (await loadFunction('scheduled-sync'))({ repository_id: id, schedule, set_at: '2026-01-01T00:00:00.000Z' });
const jobs = async (id: string): Promise<readonly JobAnswer[]> =>
  (await world.api.call<JobList>('GET', `/api/repositories/${id}/jobs`)).body.jobs;

describe('a repository’s schedule', () => {
  it('starts a sync in nobody’s name, which indexes the repository', async () => {
    await world.api.register('nightly', world.git.path, { schedule: '0 3 * * *' });
    expect(await world.api.repository('nightly')).toMatchObject({ schedule: '0 3 * * *' });
    const outcome = (await fire('nightly', '0 3 * * *')) as { kind: string; job_id: string };
    expect(outcome.kind).toBe('started');
    expect(await world.api.ended(outcome.job_id)).toMatchObject({ status: 'completed', requested_by: 'schedule' });
    expect((await world.api.repository('nightly')).index.branches).toHaveLength(1);
  });

  it('starts nothing that the repository does not ask for', async () => {
    const before = await jobs('nightly');
    await world.api.call('PATCH', '/api/repositories/nightly', { schedule: '0 4 * * *' });
    expect(await fire('nightly', '0 3 * * *')).toEqual({ kind: 'stale' });
    await world.api.call('PATCH', '/api/repositories/nightly', { schedule: null });
    expect(await fire('nightly', '0 4 * * *')).toEqual({ kind: 'stale' });
    expect(await fire('never-registered', '0 4 * * *')).toEqual({ kind: 'stale' });
    expect(await jobs('nightly')).toEqual(before);
  });

  it('whose time comes while a sync runs has its own sync follow that one', async () => {
    const git = await world.registered('busy-schedule', { 'a.ts': 'export const a = "aardvark";\n' });
    await world.api.call('PATCH', '/api/repositories/busy-schedule', { schedule: '0 3 * * 0' });
    const gate = holdEmbedding(world.faults);
    const { body } = await world.api.sync('busy-schedule');
    await gate.reached;
    await git.write({ 'b.ts': 'export const b = "bilby";\n' });
    const last = await git.commit();
    expect(await fire('busy-schedule', '0 3 * * 0')).toEqual({ kind: 'owed' });
    // Twice is once: all that is missed is found by one.
    expect(await fire('busy-schedule', '0 3 * * 0')).toEqual({ kind: 'owed' });
    gate.open();
    await world.api.ended(body.job_id);
    const ended = async () => (await jobs('busy-schedule')).map(({ ended_at }) => ended_at !== null);
    await expect.poll(ended, { timeout: 60_000 }).toEqual([true, true]);
    const [job, ...others] = await jobs('busy-schedule');
    expect([job?.requested_by, others.length]).toEqual(['schedule', 1]);
    expect((await world.api.repository('busy-schedule')).index.branches).toMatchObject([{ commit: last }]);
    expect((await world.server.runtime.jobs.get(job?.job_id as JobId))?.job.trigger).toBe('schedule');
  });

  it('that EventBridge Scheduler could not keep is refused on one machine too, with the reason', async () => {
    const reply = await world.api.call<Problem>('POST', '/api/repositories', {
      source: { url: world.git.path },
      schedule: '0 0 13 * 5',
    });
    expect(reply.status).toBe(400);
    expect(reply.body.errors).toEqual([{ field: 'schedule', message: expect.stringContaining('both at once') }]);
  });
});

it('what is no schedule’s event is refused', async () => {
  await expect((await loadFunction('scheduled-sync'))({})).rejects.toThrow(/repository_id/);
});
