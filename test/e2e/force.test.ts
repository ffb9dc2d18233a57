import { beforeAll, describe, expect, it } from 'vitest';
import type { JobAnswer, JobList } from '../../core/contract/api.ts';
import { createLargeRepository } from '../support/large-repository.ts';
import { useService } from '../support/use-service.ts';

const FILES = 800;

const service = useService(() => createLargeRepository(FILES));
beforeAll(() => service.api.register('forced', service.git.path));

describe('force sync cancellation', () => {
  it('twenty at once leave one running job and a correct index', async () => {
    const { api } = service;
    const first = await api.sync('forced');
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => api.sync<JobAnswer>('forced', { force: true, full_reindex: true })),
    );
    expect(replies.filter(({ status }) => ![202, 409].includes(status))).toEqual([]);
    const accepted = replies.filter(({ status }) => status === 202).map(({ body }) => body.job_id);
    expect(accepted.length).toBeGreaterThan(0);

    const plain = await Promise.all(Array.from({ length: 100 }, () => api.sync<{ job_id: string }>('forced')));
    expect(new Set(plain.map(({ status }) => status))).toEqual(new Set([409]));
    const [winner = '', ...more] = new Set(plain.map(({ body }) => body.job_id));
    expect(more).toEqual([]);
    expect(accepted).toContain(winner);

    expect(await api.ended(winner)).toMatchObject({ status: 'completed', counts: { indexed: FILES, failed: 0 } });
    const { body } = await api.call<JobList>('GET', '/api/repositories/forced/jobs?limit=100');
    expect(body.jobs.map(({ job_id }) => job_id).sort()).toEqual([first.body.job_id, ...accepted].sort());
    for (const job of body.jobs) expect(job.status).toBe(job.job_id === winner ? 'completed' : 'cancelled');

    const repository = await api.repository('forced');
    expect(repository).toMatchObject({ status: 'idle', active_job_id: null });
    expect(repository.index.branches).toEqual([expect.objectContaining({ name: 'main', files: FILES })]);
    for (const n of [3, 404, FILES - 1])
      expect((await api.found('forced', `step5OfModule${n}`))[0]).toBe(`src/part-${n % 40}/module-${n}.ts`);
    expect(await api.synced('forced')).toMatchObject({ status: 'completed', progress: { files_total: 0 } });
    // Some 5 s alone; twenty claims in each other's way take longer where others compete for the processor.
  }, 90_000);
});
