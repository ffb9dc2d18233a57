import { describe, expect, it } from 'vitest';
import type { JobRef } from '../../../core/contract/workflow-state.ts';
import type { RunningJobs } from '../../../core/ports/running-jobs.ts';
import { progressNotes } from '../../../core/sync/progress-notes.ts';
import { inPhase } from '../../../core/sync/pulse.ts';
import { aJob, aJobId, aRepositoryId } from '../../support/sync-records.ts';

const job: JobRef = { repository_id: aRepositoryId(), job_id: aJobId(), fence: 1 };
const clock = { now: () => new Date(), every: () => () => undefined };
const webhook = 'https://receiver.example/';

/** A job, and a store that keeps what it is told of it. */
const createStore = (progress_webhook?: string) => {
  const noted: number[] = [];
  const store = { fails: false, noted };
  const { options, ...record } = aJob(job.repository_id, { phase: 'stage' });
  const webhooks = progress_webhook === undefined ? {} : { progress_webhook };
  const running = {
    heartbeat: async () => 'kept',
    noteProgress: async (_: JobRef, points: number) => {
      if (store.fails) throw new Error('throttled');
      noted.push(points);
    },
  } as unknown as RunningJobs;
  return { store, running, loaded: { job, record: { ...record, options: { ...options, ...webhooks }, fence: 1 } } };
};

describe('progress events', () => {
  it('are put at each ten points, once by a worker, and not at the end', async () => {
    const { store, running } = createStore(webhook);
    const note = progressNotes({ running, clock }, job, webhook);
    for (const percentage of [0, 9, 10, 14, 19, 20, 47, 47, 50, 95, 99, 100]) await note(percentage);
    expect(store.noted).toEqual([10, 20, 40, 50, 90]);
  });

  it('cost nothing without a webhook', async () => {
    const { store, running, loaded } = createStore();
    await progressNotes({ running, clock }, job, undefined)(50);
    await inPhase({ running, clock }, loaded, 'publish', async () => undefined);
    expect(store.noted).toEqual([]);
  });

  it('that cannot be put now are put later, and fail nothing', async () => {
    const { store, running } = createStore(webhook);
    const note = progressNotes({ running, clock }, job, webhook);
    store.fails = true;
    await note(30);
    store.fails = false;
    await note(31);
    expect(store.noted).toEqual([30]);
  });

  it('come with a phase’s heartbeats', async () => {
    const { store, running, loaded } = createStore(webhook);
    await inPhase({ running, clock }, loaded, 'publish', async () => undefined);
    expect(store.noted).toEqual([90]);
  });
});
