import { tableNames } from '../memory/memory-dynamodb.ts';
import { repositoryIds } from '../players.ts';
import type { Watch } from '../watch.ts';
import type { World } from '../world.ts';

/**
 * What holds when nobody has anything left to do and no time has passed, but for deaths: nothing that could be done now waits for its time,
 * and what was sent was sent once.
 */
export const judgeHeld = ({ services, simulation, running }: World, watch: Watch, died: boolean): void => {
  if (died || running.length > 0 || simulation.jumpedMilliseconds > 1000) return;
  const now = simulation.now().toISOString();
  for (const { job_id, due_shard, due_at } of services.database.items(tableNames.syncJobs)) {
    if (typeof due_shard !== 'string' || !due_shard.startsWith('push-')) continue;
    const id = repositoryIds.find((each) => job_id === `follow-up#${each}`);
    const repository = id === undefined ? null : watch.repository(id);
    if (repository !== null && repository.lock === undefined && String(due_at) > now)
      watch.say(`${id} is free, and its follow-up waits until ${String(due_at)}`);
  }
  const sent = new Map<string, number>();
  for (const { id } of services.received) sent.set(id, (sent.get(id) ?? 0) + 1);
  for (const { sk, delivery } of services.database.items(tableNames.syncJobs)) {
    const tries = (delivery as { tries: number } | undefined)?.tries;
    const times = sent.get(String(sk)) ?? 0;
    // What comes of a try that was under way when a user wanted another one is not counted.
    if (tries !== undefined && tries < times - watch.redeliveries(String(sk)))
      watch.say(`${String(sk)} was sent ${times} times, and ${tries} are counted`);
  }
};
