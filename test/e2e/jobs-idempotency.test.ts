import { describe, expect, it } from 'vitest';
import type { JobList, Problem } from '../../core/contract/api.ts';
import type { Reply } from '../support/api.ts';
import { createGitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld({ git: () => createGitRepository({ 'a.ts': 'export const a = 1;\n' }) });
const { api, faults } = world;

type SyncReply = Pick<Problem, 'title' | 'errors'> & { readonly job_id: string };
const sync = (id: string, key: string, options: unknown = {}, as = api) =>
  as.call<SyncReply>('POST', `/api/repositories/${id}/sync`, options, {
    'Idempotency-Key': key,
  });
const told = ({ status, headers, body }: Reply) => ({ status, body, location: headers.get('location') });
const jobsOf = async (id: string): Promise<number> =>
  (await api.call<JobList>('GET', `/api/repositories/${id}/jobs`)).body.jobs.length;

describe('the same request under the same Idempotency-Key', () => {
  it('gets the very same answer, while the job runs and after it, and makes no second job', async () => {
    await api.register('replayed', world.git.path);
    const first = await sync('replayed', 'key-1', { branches: ['main'] });
    expect(first.status).toBe(202);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const second = await sync('replayed', 'key-1', { branches: ['main'] });
    expect(told(second)).toEqual(told(first));
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    await api.ended(first.body.job_id);
    // What is asked for counts, not how it is written.
    const third = await sync('replayed', 'key-1', '{"force":false, "branches":["main"]}');
    expect(told(third)).toEqual(told(first));
    expect(await jobsOf('replayed')).toBe(1);
  });

  it('of fifty at once: one job, and everybody is told of it in the same words', async () => {
    await api.register('together', world.git.path);
    const replies = await Promise.all(Array.from({ length: 50 }, () => sync('together', 'key-1')));
    expect(new Set(replies.map((reply) => JSON.stringify(told(reply)))).size).toBe(1);
    expect(replies.filter((reply) => reply.headers.get('idempotency-replayed') === null)).toHaveLength(1);
    await api.ended(replies[0]?.body.job_id ?? '');
    expect(await jobsOf('together')).toBe(1);
  });

  it('is answered with the job when the first answer could not be kept', async () => {
    await api.register('unkept', world.git.path);
    faults.set('claims', () => ({
      rememberAnswer: async () => {
        throw new Error('no room');
      },
    }));
    const first = await sync('unkept', 'key-1');
    const second = await sync('unkept', 'key-1');
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body.job_id).toBe(first.body.job_id);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    await api.ended(first.body.job_id);
  });
});

describe('an Idempotency-Key', () => {
  it('that stands for another request is refused with 422', async () => {
    await api.register('conflict', world.git.path);
    const { body } = await sync('conflict', 'key-1');
    const other = await sync('conflict', 'key-1', { full_reindex: true });
    expect(other.status).toBe(422);
    expect(other.headers.get('content-type')).toBe('application/problem+json');
    expect(other.body.title).toBe('Idempotency key reused');
    await api.ended(body.job_id);
    expect(await jobsOf('conflict')).toBe(1);
  });

  it('is the user’s own, and the repository’s', async () => {
    await api.register('owned', world.git.path);
    await api.call('PUT', '/api/repositories/owned/grants/bob', { role: 'write' });
    const mine = await sync('owned', 'key-1');
    await api.ended(mine.body.job_id);
    const theirs = await sync('owned', 'key-1', {}, world.as('bob'));
    expect(theirs.status).toBe(202);
    expect(theirs.body.job_id).not.toBe(mine.body.job_id);
    await api.ended(theirs.body.job_id);
    expect((await sync('owned', 'key-1', {}, world.as('eve'))).status).toBe(404);
  });

  it('of a request that was refused is free again', async () => {
    await api.register('refused', world.git.path);
    const running = await api.sync('refused');
    const held = await sync('refused', 'key-1');
    expect(held.status).toBe(409);
    await api.ended(running.body.job_id);
    expect((await sync('refused', 'key-1')).status).toBe(202);
  });

  it.each([
    ['', 'is empty'],
    ['x'.repeat(256), 'is too long'],
    ['schlüssel', 'is not ASCII'],
  ])('that %j is none: 400', async (key) => {
    const { status, body } = await sync('refused', key);
    expect([status, body.errors?.map(({ field }) => field)]).toEqual([400, ['header.idempotency-key']]);
  });

  it('may have 255 characters, whatever they are', async () => {
    await api.register('longest', world.git.path);
    const key = `a "b" #/?&; {c} ~${'x'.repeat(239)}`.slice(0, 255);
    const first = await sync('longest', key);
    expect(first.status).toBe(202);
    expect(told(await sync('longest', key))).toEqual(told(first));
    await api.ended(first.body.job_id);
  });
});
