import { beforeAll, describe, expect, it } from 'vitest';
import type { JobAnswer, JobFile, JobFileList, Problem } from '../../core/contract/api.ts';
import { fieldsOf } from '../support/api.ts';
import { failEmbedding, holdEmbedding } from '../support/faults.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { api, faults } = world;
const eve = world.as('eve');

const files = (jobId: string, query = '') => api.call<JobFileList>('GET', `/api/jobs/${jobId}/files${query}`);

describe('the ledger', () => {
  it('holds every file that a job skipped or failed, and why; failed ones first', async () => {
    const git = await world.registered('ledger', {
      'a.ts': 'export const a = 1;\n',
      'bad.ts': 'export const bad = "poison";\n',
      'image.bin': new Uint8Array([1, 0, 2]),
      'package-lock.json': '{}\n',
      'empty.ts': '',
    });
    await git.link('link.ts', 'a.ts');
    await git.commit();
    failEmbedding(faults, 'poison');
    const job = await api.synced('ledger');
    expect(job).toMatchObject({ status: 'completed_with_errors', counts: { failed: 1, skipped: 4 } });
    const { status, body } = await files(job.job_id);
    expect(status).toBe(200);
    expect(body).toEqual({
      files: [
        {
          branch: 'main',
          path: 'bad.ts',
          outcome: 'failed',
          reason: expect.stringContaining('RangeError: a fault in the service'),
        },
        { branch: 'main', path: 'empty.ts', outcome: 'skipped', reason: 'empty' },
        { branch: 'main', path: 'image.bin', outcome: 'skipped', reason: 'binary' },
        { branch: 'main', path: 'link.ts', outcome: 'skipped', reason: 'symlink' },
        { branch: 'main', path: 'package-lock.json', outcome: 'skipped', reason: 'lockfile' },
      ],
      next: null,
    });
    expect((await files(job.job_id, '?outcome=failed')).body.files.map((file) => file.path)).toEqual(['bad.ts']);
    expect((await files(job.job_id, '?outcome=skipped')).body.files).toHaveLength(4);
  });

  it('is that of the job: the next one has only what it changed itself', async () => {
    expect((await files((await api.synced('ledger')).job_id)).body).toEqual({ files: [], next: null });
  });

  it('is read page by page', async () => {
    const { job_id } = await api.synced('ledger', { full_reindex: true });
    const whole = (await files(job_id)).body.files;
    expect(whole.length).toBeGreaterThanOrEqual(4);
    const seen: JobFile[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const { body } = await files(job_id, `?limit=2${next === '' ? '' : `&cursor=${next}`}`);
      expect(body.files.length).toBeGreaterThan(0);
      seen.push(...body.files);
      next = body.next;
    }
    expect(seen).toEqual(whole);
  });

  it('tells branches apart', async () => {
    const git = await world.registered('branches', { 'a.bin': new Uint8Array([0]) });
    await git.branch('develop');
    await git.write({ 'b.bin': new Uint8Array([0, 1]) });
    await git.commit();
    const { job_id } = await api.synced('branches', { branches: ['main', 'develop'] });
    expect((await files(job_id)).body.files.map(({ branch, path }) => `${branch}:${path}`)).toEqual([
      'main:a.bin',
      'develop:a.bin',
      'develop:b.bin',
    ]);
  });

  it('is empty while there is nothing yet, and refuses what it cannot understand', async () => {
    const gate = holdEmbedding(faults);
    const { body: job } = await api.sync('ledger', { full_reindex: true });
    await gate.reached;
    expect((await files(job.job_id)).body).toEqual({ files: [], next: null });
    gate.open();
    await api.ended(job.job_id);
    for (const [query, field] of [
      ['?cursor=x', 'query.cursor'],
      ['?outcome=failed&cursor=skipped.0.1', 'query.cursor'],
      ['?outcome=pending', 'query.outcome'],
      ['?limit=1001', 'query.limit'],
    ] as const) {
      const { status, body } = await api.call('GET', `/api/jobs/${job.job_id}/files${query}`);
      expect([status, fieldsOf(body)]).toEqual([400, [field]]);
    }
    expect((await files(job.job_id, '?cursor=skipped.7.0')).body).toEqual({ files: [], next: null });
    expect((await eve.call('GET', `/api/jobs/${job.job_id}/files`)).status).toBe(404);
    expect((await files('sync-00000000-0000-4000-8000-000000000000')).status).toBe(404);
  });
});

describe('trying again what failed', () => {
  const retry = (jobId: string, as = api) =>
    as.call<Pick<JobAnswer, 'job_id'> & Pick<Problem, 'title'>>('POST', `/api/jobs/${jobId}/retry-failed`);
  let failed: JobAnswer;
  beforeAll(async () => {
    await world.registered('retry', { 'a.ts': 'export const a = 1;\n', 'bad.ts': 'export const bad = "poison";\n' });
    failEmbedding(faults, 'poison');
    failed = await api.synced('retry');
    faults.clear();
    expect(failed.status).toBe('completed_with_errors');
  });

  it('needs the role write, and an idle repository', async () => {
    expect((await retry(failed.job_id, eve)).status).toBe(404);
    const gate = holdEmbedding(faults);
    const { body: running } = await api.sync('retry', { full_reindex: true });
    await gate.reached;
    for (const id of [failed.job_id, running.job_id]) {
      const reply = await retry(id);
      expect(reply.status).toBe(409);
      expect(reply.body).toMatchObject({ title: 'Sync already in progress', job_id: running.job_id });
      expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    await api.call('POST', `/api/jobs/${running.job_id}/cancel`);
    gate.open();
  });

  it('reads them again, and nothing else', async () => {
    const reply = await retry(failed.job_id);
    expect(reply.status).toBe(202);
    expect(reply.headers.get('location')).toBe(`/api/jobs/${reply.body.job_id}`);
    expect(reply.body).toMatchObject({ status: 'queued', repository_id: 'retry', replaced_job_id: null });
    const job = await api.ended(reply.body.job_id);
    expect(job).toMatchObject({ status: 'completed', counts: { modified: 1, unchanged: 1, indexed: 1, failed: 0 } });
    expect((await api.found('retry', 'poison'))[0]).toBe('bad.ts');
  });

  it('answers 409 when nothing has failed', async () => {
    const { status, body } = await retry((await api.synced('retry')).job_id);
    expect(status).toBe(409);
    expect(body.title).toBe('Nothing to retry');
    expect((await retry('sync-00000000-0000-4000-8000-000000000000')).status).toBe(404);
  });
});
