import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { JobAnswer } from '../../core/contract/api.ts';
import { createLargeRepository } from '../support/large-repository.ts';
import { useService } from '../support/use-service.ts';

const service = useService(() => createLargeRepository(3000));

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Processor time that the service has used, all threads together, in seconds: utime and stime of /proc, in 1/100 s. */
const processorSeconds = async (): Promise<number> => {
  const stat = await readFile(`/proc/${service.process.child.pid}/stat`, 'utf8');
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(utime) + Number(stime)) / 100;
};

describe('job cancellation during sync', () => {
  it('stops embedding within two seconds; the old index stays and the next sync is accepted at once', async () => {
    const { api } = service;
    await api.register('large', service.git.path);
    const { body: running } = await api.sync('large');
    await service.untilDone(running.job_id, 300);
    const cancelled = await api.call<JobAnswer>('POST', `/api/jobs/${running.job_id}/cancel`);
    expect(cancelled.status).toBe(202);
    expect(await api.repository('large')).toMatchObject({ status: 'idle', index: { branches: [] } });

    await pause(2000);
    const before = { job: await api.job(running.job_id), processor: await processorSeconds() };
    await pause(1000);
    const after = { job: await api.job(running.job_id), processor: await processorSeconds() };
    expect(after.job).toEqual(before.job);
    expect(after.job).toMatchObject({ status: 'cancelled', counts: null });
    expect(after.job.progress.files_processed).toBeLessThan(3000);
    // Embedding takes all of a processor; what looks after jobs and webhooks takes some hundredths.
    expect(after.processor - before.processor).toBeLessThan(0.5);

    const next = await api.sync('large');
    expect(next.status).toBe(202);
    expect(await api.ended(next.body.job_id)).toMatchObject({ status: 'completed', counts: { indexed: 3000 } });
    expect((await api.found('large', 'step3OfModule77'))[0]).toBe('src/part-37/module-77.ts');
  }, 90_000);

  it('a queued job that is cancelled at once never works', async () => {
    const { api } = service;
    const { body } = await api.sync('large', { full_reindex: true });
    expect((await api.call('POST', `/api/jobs/${body.job_id}/cancel`)).status).toBe(202);
    expect((await api.found('large', 'step3OfModule77'))[0]).toBe('src/part-37/module-77.ts');
    expect(await api.synced('large')).toMatchObject({ status: 'completed', progress: { files_total: 0 } });
    expect(await api.job(body.job_id)).toMatchObject({ status: 'cancelled' });
  });

  it('of twenty at once, one cancels and the others are told that it has ended', async () => {
    const { api } = service;
    const { body } = await api.sync('large', { full_reindex: true });
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => api.call('POST', `/api/jobs/${body.job_id}/cancel`)),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([202, ...new Array(19).fill(409)]);
  });
});
