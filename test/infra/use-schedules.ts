import { need, register, type Stage } from './usage-stage.ts';

/** Schedules that are made, changed, removed, left over and refused, and what they call, which no clock does here. */
export const useSchedules = async (stage: Stage): Promise<void> => {
  const of = (id: string, schedule: string | null) =>
    need(stage, 200, 'PATCH', `/api/repositories/${id}`, { schedule });
  await register(stage, 'timed', undefined, { schedule: '0 3 * * *' });
  const call = (schedule: string, repository_id = 'timed') =>
    stage.world.functions.invoke('scheduled-sync', { repository_id, schedule, set_at: '2026-01-01T00:00:00.000Z' });
  await of('timed', '0 4 * * *');
  const { job_id } = (await call('0 4 * * *')) as { job_id: string };
  await call('0 4 * * *');
  await stage.world.api.ended(job_id);
  // One that was changed meanwhile, and one whose repository has none any more.
  await call('0 3 * * *');
  await of('timed', null);
  await call('0 4 * * *');
  await need(stage, 204, 'DELETE', '/api/repositories/timed');
  // One whose schedule is left of another repository of its name, and one whose schedule is refused.
  const { world } = stage;
  await register(stage, 'timed', undefined, { schedule: '0 5 * * *' });
  const left = new Map(world.schedules);
  await need(stage, 204, 'DELETE', '/api/repositories/timed');
  world.schedules = left;
  await register(stage, 'timed', undefined, { schedule: '0 6 * * *' });
  world.schedules = null;
  await need(stage, 500, 'POST', '/api/repositories', {
    repository_id: 'refused',
    source: { url: stage.git.path },
    schedule: '0 7 * * *',
  });
};
