import { beforeEach, describe, expect, it } from 'vitest';
import type { JobId } from '../../../core/contract/ids.ts';
import { Removal } from '../../../core/contract/removal-records.ts';
import { garbageKey, jobKeys, ledgerPrefix, manifestKey } from '../../../core/objects/object-keys.ts';
import type { Jobs } from '../../../core/ports/jobs.ts';
import { CLEARED_AGAIN_MINUTES, clearRemoved } from '../../../core/repositories/clear-removed.ts';
import { MemoryObjectStore } from '../../faults/memory/memory-objects.ts';
import { aJob, aJobId, aRepository } from '../../support/sync-records.ts';

const { repository_id } = aRepository();
const removal = Removal.parse({
  repository_id,
  registered: '2026-01-01T00:00:00.000Z',
  fence: 5,
  generations: [1, 2],
});

let objects: MemoryObjectStore;
let fences: Map<JobId, number>;
let done: string[];
beforeEach(() => {
  objects = new MemoryObjectStore();
  fences = new Map();
  done = [];
});

const jobs: Pick<Jobs, 'get'> = {
  get: async (id) => {
    const fence = fences.get(id);
    return fence === undefined ? null : { job: { ...aJob(repository_id, { job_id: id }), fence }, inFlight: [] };
  },
};

/** Everything that a job writes; null: the job is not known any more. */
const written = async (fence: number | null): Promise<readonly string[]> => {
  const job_id = aJobId();
  if (fence !== null) fences.set(job_id, fence);
  const job = { repository_id, job_id, fence: fence ?? 1 };
  const ledger = ledgerPrefix({ repository_id, job_id, created_at: '2026-01-01T00:00:00.000Z' });
  const keys = [
    jobKeys(job).diff,
    jobKeys(job).batch(1),
    manifestKey(job, 0),
    garbageKey(job),
    `${ledger}failed/000000.zst`,
  ];
  for (const key of keys) await objects.putText(key, 'x');
  return keys;
};

const attributes = `repositories/${repository_id}/attributes/abc.json`;

/** `heir`: another repository has been registered under the id. */
const clear = (heir: boolean, fail: 'index' | 'nothing' = 'nothing', cleared_at: string | null = null) =>
  clearRemoved({
    objects,
    jobs: jobs as Jobs,
    repositories: { get: async () => (heir ? aRepository({ repository_id }) : null) } as never,
    index: {
      drop: async ({ number }: { number: number }) => {
        if (fail === 'index') throw new Error('the index is away');
        done.push(`drop ${number}`);
      },
    } as never,
    clock: { now: () => new Date('2026-01-02T00:00:00.000Z') } as never,
    removals: {
      cleared: async (_: unknown, at: Date, again: Date) =>
        done.push(`again after ${(again.getTime() - at.getTime()) / 60_000} minutes`),
      settle: async () => done.push('settle'),
    } as never,
    logger: { info: () => undefined } as never,
  })({ ...removal, cleared_at });

describe('clearing a removed repository', () => {
  it('drops its indexes and deletes all of its objects, and only then says so', async () => {
    await written(5);
    await written(1);
    await written(null);
    await objects.putText(attributes, '[]');
    await clear(false);
    expect(objects.keys()).toEqual([]);
    expect(done).toEqual(['drop 1', 'drop 2', `again after ${CLEARED_AGAIN_MINUTES} minutes`]);
  });

  it('is done once more, for what a worker has written meanwhile that had lost its job, and is settled then', async () => {
    await written(5);
    await clear(false);
    await written(4);
    await clear(false, 'nothing', '2026-01-01T23:40:00.000Z');
    expect(objects.keys()).toEqual([]);
    expect(done.filter((what) => !what.startsWith('drop'))).toEqual([
      `again after ${CLEARED_AGAIN_MINUTES} minutes`,
      'settle',
    ]);
    expect(done.filter((what) => what === 'drop 2')).toHaveLength(2);
  });

  it('leaves all that jobs of the next repository of its id have written, and what both may use', async () => {
    await written(5);
    const next = [...(await written(6)), ...(await written(9)), attributes];
    await objects.putText(attributes, '[]');
    await clear(true);
    expect(objects.keys()).toEqual(next.toSorted());
  });

  it('leaves a repository whose id begins with its id alone', async () => {
    const other = `repositories/${repository_id}-2/attributes/abc.json`;
    await objects.putText(other, '[]');
    await clear(false);
    expect(objects.keys()).toEqual([other]);
  });

  it('is not settled when it is cut short, and is done again', async () => {
    await written(5);
    await expect(clear(false, 'index')).rejects.toThrow('the index is away');
    expect(done).toEqual([]);
    await clear(false);
    await clear(false);
    expect(objects.keys()).toEqual([]);
    expect(done.filter((what) => what.startsWith('again'))).toHaveLength(2);
  });
});
