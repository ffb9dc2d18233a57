import { describe, expect, it } from 'vitest';
import type { JobAnswer, JobList, Problem, RepositoryAnswer } from '../../core/contract/api.ts';
import type { JobId } from '../../core/contract/ids.ts';
import { fieldsOf, type Reply } from '../support/api.ts';
import { createGate, holdEmbedding } from '../support/faults.ts';
import { pushHookLab } from '../support/push-hook-lab.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { api, faults } = world;
const { github, pushTo } = pushHookLab(world);

interface Accepted extends JobAnswer {
  readonly attached: boolean;
  readonly queued: boolean;
  readonly replaced_job_id: JobId | null;
}
const sync = (id: string, options: object, key?: string): Promise<Reply<Accepted & Omit<Problem, 'status'>>> =>
  api.call('POST', `/api/repositories/${id}/sync`, options, key === undefined ? {} : { 'Idempotency-Key': key });
const jobsOf = async (id: string): Promise<JobList['jobs']> =>
  (await api.call<JobList>('GET', `/api/repositories/${id}/jobs`)).body.jobs;

/** A repository whose first sync is held while it embeds. */
const busy = async (id: string, options: object = {}) => {
  const git = await world.registered(id, { 'a.ts': 'export const a = "aphid";\n' });
  const gate = holdEmbedding(faults);
  const { body: running } = await sync(id, options);
  await gate.reached;
  const goOn = () => {
    faults.clear();
    gate.open();
    return api.ended(running.job_id);
  };
  return { git, gate, running, goOn };
};
/** The job that was told before it was made. */
const begun = async (id: string): Promise<JobAnswer> => {
  for (;;) {
    const { status, body } = await api.call<JobAnswer>('GET', `/api/jobs/${id}`);
    if (status === 200) return api.ended(body.job_id);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

describe('on_conflict: fail', () => {
  it('is what is done without it: 409 with the job that runs', async () => {
    const { running, goOn } = await busy('failing');
    for (const options of [{}, { on_conflict: 'fail' }]) {
      const { status, body } = await sync('failing', options);
      expect([status, body.job_id, body.message]).toEqual([409, running.job_id, 'Sync already in progress']);
      expect(body).not.toHaveProperty('differs');
    }
    await goOn();
  });
});

describe('on_conflict: attach', () => {
  it('answers with the job that runs, where it does what is asked', async () => {
    const { running, goOn } = await busy('attached');
    const { status, body, headers } = await sync('attached', { on_conflict: 'attach', branch: 'main' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ job_id: running.job_id, status: 'running', attached: true, queued: false });
    expect(headers.get('location')).toBe(`/api/jobs/${running.job_id}`);
    expect((await goOn()).status).toBe('completed');
    expect(await jobsOf('attached')).toHaveLength(1);
  });

  it('refuses where it does not, and says in what it differs', async () => {
    const { running, goOn } = await busy('lacking');
    const { status, body } = await sync('lacking', { on_conflict: 'attach', full_reindex: true });
    expect([status, body.job_id]).toEqual([409, running.job_id]);
    expect(body).toMatchObject({ differs: 'full_reindex', title: 'Sync already in progress' });
    expect(body.detail).toContain('on_conflict: queue');
    await goOn();
  });

  it('starts a sync where none runs', async () => {
    await world.registered('alone', { 'a.ts': '1;\n' });
    const { status, body } = await sync('alone', { on_conflict: 'attach' });
    expect([status, body.attached, body.queued]).toEqual([202, false, false]);
    expect((await api.ended(body.job_id)).status).toBe('completed');
  });

  it('gives the same answer under the same key, also after the job', async () => {
    const { running, goOn } = await busy('attached-key');
    const first = await sync('attached-key', { on_conflict: 'attach' }, 'key-1');
    expect([first.status, first.body.job_id]).toEqual([200, running.job_id]);
    await goOn();
    const second = await sync('attached-key', { on_conflict: 'attach' }, 'key-1');
    expect([second.status, second.body]).toEqual([200, first.body]);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect((await sync('attached-key', { on_conflict: 'queue' }, 'key-1')).status).toBe(422);
    expect(await jobsOf('attached-key')).toHaveLength(1);
  });
});

describe('on_conflict: queue', () => {
  it('begins when the job that runs has ended, under the id that was told, and sees what was committed meanwhile', async () => {
    const { git, running, goOn } = await busy('queued');
    const { status, body, headers } = await sync('queued', { on_conflict: 'queue' });
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: 'queued', queued: true, attached: false, waits_for_job_id: running.job_id });
    expect(body.job_id).not.toBe(running.job_id);
    expect(headers.get('location')).toBe(`/api/jobs/${body.job_id}`);
    const waiting = await api.call<JobAnswer>('GET', `/api/jobs/${body.job_id}`);
    const { attached, queued, replaced_job_id, ...promised } = body;
    const { created_at, updated_at } = waiting.body;
    expect([waiting.status, waiting.body]).toEqual([200, { ...promised, created_at, updated_at }]);
    expect(Math.abs(Date.parse(created_at) - Date.parse(promised.created_at))).toBeLessThan(5_000);
    await git.write({ 'b.ts': 'export const b = "bittern";\n' });
    await git.commit('b');
    await goOn();
    const job = await begun(body.job_id);
    expect(job.waits_for_job_id).toBeNull();
    expect(job).toMatchObject({ status: 'completed', requested_by: running.requested_by, counts: { added: 1 } });
    expect((await api.found('queued', 'bittern'))[0]).toBe('b.ts');
    expect(await jobsOf('queued')).toHaveLength(2);
  });

  it('merges all that wait, and pushes, into one job that does what each asked for', async () => {
    const { git, goOn } = await busy('merged');
    await git.branch('develop');
    const asked = [{}, { branch: 'develop' }, { full_reindex: true }, { branches: ['main'] }];
    const replies = [];
    for (const options of asked) replies.push(await sync('merged', { ...options, on_conflict: 'queue' }));
    expect(replies.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    const ids = new Set(replies.map(({ body }) => body.job_id));
    expect(ids.size).toBe(1);
    expect((await github('merged', pushTo('main'))).body.outcome).toBe('owed');
    await goOn();
    const job = await begun([...ids][0] ?? '');
    expect(job).toMatchObject({ mode: 'full', requested_by: 'github', options: { full_reindex: true } });
    expect(new Set(job.branches.map(({ name }) => name))).toEqual(new Set(['main', 'develop']));
    expect(await jobsOf('merged')).toHaveLength(2);
  });

  it('is shown by its repository while it waits, and can be taken back', async () => {
    const { running, goOn } = await busy('waiting');
    const waits = async () => (await api.repository('waiting')).queued_sync;
    const takeBack = (caller = api) => caller.call<Problem>('DELETE', '/api/repositories/waiting/queued-sync');
    expect(await waits()).toBeNull();
    const nothing = await takeBack();
    expect([nothing.status, nothing.body.detail]).toEqual([404, 'Queued sync not found']);
    const { body } = await sync('waiting', { on_conflict: 'queue', full_reindex: true });
    const queued = {
      job_id: body.job_id,
      branches: ['current'],
      full_reindex: true,
      requested_by: running.requested_by,
    };
    expect(await waits()).toEqual(queued);
    const { repositories } = (await api.call<{ repositories: RepositoryAnswer[] }>('GET', '/api/repositories')).body;
    expect(repositories.find(({ repository_id }) => repository_id === 'waiting')?.queued_sync).toEqual(queued);
    const changed = await api.call<RepositoryAnswer>('PATCH', '/api/repositories/waiting', {
      ignore_patterns: ['*.md'],
    });
    expect(changed.body.queued_sync).toEqual(queued);
    const reader = world.as('reader');
    expect((await reader.call('GET', `/api/jobs/${body.job_id}`)).status).toBe(404);
    expect((await takeBack(reader)).status).toBe(404);
    await api.call('PUT', '/api/repositories/waiting/grants/reader', { role: 'read' });
    expect((await takeBack(reader)).status).toBe(403);
    expect((await reader.call('GET', `/api/jobs/${body.job_id}`)).status).toBe(200);
    const files = await reader.call('GET', `/api/jobs/${body.job_id}/files`);
    expect([files.status, files.body]).toEqual([200, { files: [], next: null }]);
    expect((await reader.call('POST', `/api/jobs/${body.job_id}/cancel`)).status).toBe(403);
    const cancelled = await api.call<Problem>('POST', `/api/jobs/${body.job_id}/cancel`);
    expect([cancelled.status, cancelled.body.title]).toEqual([409, 'Job has not begun']);
    expect(cancelled.body.detail).toContain('DELETE /api/repositories/waiting/queued-sync');
    const retried = await api.call<Problem>('POST', `/api/jobs/${body.job_id}/retry-failed`);
    expect([retried.status, retried.body.detail]).toEqual([409, 'the job has not begun: it waits for another one']);
    expect((await reader.call('POST', `/api/jobs/${body.job_id}/retry-failed`)).status).toBe(403);
    // What a push has asked for too stays.
    await github('waiting', pushTo('main'));
    expect((await takeBack()).status).toBe(204);
    expect((await api.call('GET', `/api/jobs/${body.job_id}`)).status).toBe(404);
    expect(await waits()).toMatchObject({ job_id: null, full_reindex: false, requested_by: 'github' });
    expect((await takeBack()).status).toBe(404);
    await goOn();
    await expect.poll(async () => (await jobsOf('waiting'))[0]?.requested_by).toBe('github');
    await expect.poll(async () => (await api.repository('waiting')).status).toBe('idle');
    expect((await jobsOf('waiting')).map(({ options }) => options.full_reindex)).toEqual([false, false]);
    expect((await api.call('GET', `/api/jobs/${body.job_id}`)).status).toBe(404);
  });

  it('is followed as a job from the start: who waits for news hears that it begins', async () => {
    const { goOn } = await busy('followed');
    const { body } = await sync('followed', { on_conflict: 'queue' });
    const look = (headers = {}, query = '') =>
      api.call<JobAnswer>('GET', `/api/jobs/${body.job_id}${query}`, undefined, headers);
    const { headers } = await look();
    const known = { 'If-None-Match': headers.get('etag') ?? '' };
    expect((await look(known)).status).toBe(304);
    // A second passes, in which it is looked at again.
    expect((await look(known, '?wait=2')).status).toBe(304);
    const news = look(known, '?wait=20');
    await goOn();
    const { status, body: seen } = await news;
    expect([status, seen.waits_for_job_id]).toEqual([200, null]);
    expect((await begun(body.job_id)).status).toBe('completed');
  });

  it('is there at the moment when it begins, between the looks at the jobs and at what waits', async () => {
    const { goOn } = await busy('beginning');
    const { body } = await sync('beginning', { on_conflict: 'queue' });
    const looking = createGate();
    faults.set('followUps', (real) => ({
      ...real,
      queuedAs: async (id) => {
        await looking.wait();
        return real.queuedAs(id);
      },
    }));
    const asked = api.call<JobAnswer>('GET', `/api/jobs/${body.job_id}`);
    await looking.reached;
    await goOn();
    await expect.poll(async () => (await jobsOf('beginning')).length).toBe(2);
    looking.open();
    const { status, body: job } = await asked;
    expect([status, job.job_id, job.waits_for_job_id]).toEqual([200, body.job_id, null]);
    expect((await begun(body.job_id)).status).toBe('completed');
  });

  it('is merged no more than once under the same key', async () => {
    const { goOn } = await busy('queued-key');
    const first = await sync('queued-key', { on_conflict: 'queue' }, 'key-1');
    const again = await sync('queued-key', { on_conflict: 'queue' }, 'key-1');
    expect([again.status, again.body]).toEqual([202, first.body]);
    await goOn();
    await begun(first.body.job_id);
    expect((await sync('queued-key', { on_conflict: 'queue' }, 'key-1')).body).toEqual(first.body);
    expect(await jobsOf('queued-key')).toHaveLength(2);
  });

  it('begins at once where the job ends between the look and the queue', async () => {
    const { running, goOn } = await busy('late');
    const recording = createGate();
    faults.set('followUps', (real) => ({
      ...real,
      request: async (...call) => {
        await recording.wait();
        return real.request(...call);
      },
    }));
    const asked = sync('late', { on_conflict: 'queue' }, 'key-1');
    await recording.reached;
    const ending = goOn();
    await ending;
    recording.open();
    const { status, body } = await asked;
    expect(status).toBe(202);
    expect(body).toMatchObject({ queued: false, attached: false, waits_for_job_id: null });
    expect(body.job_id).not.toBe(running.job_id);
    expect((await api.ended(body.job_id)).status).toBe('completed');
    expect((await sync('late', { on_conflict: 'queue' }, 'key-1')).body.job_id).toBe(body.job_id);
    expect(await jobsOf('late')).toHaveLength(2);
  });

  it('waits on when force takes the place of the job that runs', async () => {
    const { running, gate } = await busy('forced');
    const { body: queued } = await sync('forced', { on_conflict: 'queue' });
    faults.clear();
    gate.open();
    const { body: forced } = await sync('forced', { force: true });
    expect((await api.job(running.job_id)).status).toBe('cancelled');
    expect((await api.ended(forced.job_id)).status).toBe('completed');
    expect((await begun(queued.job_id)).status).toBe('completed');
    expect(await jobsOf('forced')).toHaveLength(3);
  });
});

it('refuses what goes with no conflict, and names the field', async () => {
  await world.registered('refusing', { 'a.ts': '1;\n' });
  const refused = [
    { on_conflict: 'wait' },
    { on_conflict: 'attach', force: true },
    { on_conflict: 'queue', ignore_patterns: ['*.md'], remote: 'upstream' },
    { on_conflict: 'queue', pull_remote: true, progress_webhook: 'https://example.com/hook' },
  ];
  for (const options of refused) {
    const { status, body } = await sync('refusing', options);
    expect([status, fieldsOf(body as unknown as Problem)]).toEqual([400, ['on_conflict']]);
  }
  expect((await sync('refusing', refused[2] ?? {})).body.detail).toContain('beside remote, ignore_patterns');
  expect(await jobsOf('refusing')).toEqual([]);
});
