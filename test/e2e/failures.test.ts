import { execFile } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { JobAnswer } from '../../core/contract/api.ts';
import type { HttpFault } from '../support/http-faults.ts';
import { useWorld } from '../support/use-world.ts';

const run = promisify(execFile);
const world = useWorld();

const files = { 'a.ts': 'export const a = "axolotl";\n', 'b.ts': 'export const b = "bison";\n' };

/** A registered repository at a server that has a fault. */
const behind = (id: string, fault: () => HttpFault | null) => world.remote(id, files, { fault });

const status = (code: number, headers: Record<string, string> = {}): HttpFault => ({
  kind: 'status',
  status: code,
  headers,
});

/** What a job that ended at its first try tells: nothing was retried, so nothing was ever waited for. */
const expectAtOnce = (job: JobAnswer, code: string, reason: string, address: string): void => {
  expect(job).toMatchObject({ status: 'failed', error: { code, reason } });
  expect(job.error?.message.startsWith(`${address}: `), job.error?.message).toBe(true);
};

describe('what cannot pass is not tried again, and is named', () => {
  it.each([
    ['404', status(404), 'SourceNotFoundError', 'repository_missing'],
    ['403', status(403), 'SourceNotFoundError', 'access_denied'],
    ['401', status(401, { 'WWW-Authenticate': 'Basic' }), 'SourceNotFoundError', 'credentials_needed'],
    ['302', status(302, { Location: 'http://127.0.0.1:9/' }), 'SourceRefusedError', 'redirected'],
    ['page', status(200, { 'Content-Type': 'text/html' }), 'SourceNotFoundError', 'not_git'],
    ['garbage', { kind: 'garbage', body: 'hello' }, 'SourceUnusableError', 'answer_garbled'],
  ] as const)('a server that answers with %s', async (name, fault, code, reason) => {
    let broken = false;
    const { server } = await behind(`at-once-${name}`, () => (broken ? fault : null));
    broken = true;
    const { source } = await world.api.repository(`at-once-${name}`);
    const job = await world.api.synced(`at-once-${name}`);

    expectAtOnce(job, code, reason, source.url);
    const asked = server.requests.length;
    // The look while the caller waits, and one try. A page, with two requests each: the look and the question whether it speaks git; a conversation
    // that cannot be had, the list of branches without one, and the same question.
    expect(asked).toBeLessThanOrEqual(name === 'page' ? 10 : 4);
    const { last_sync, health } = await world.api.repository(`at-once-${name}`);
    expect(health).toBe('failing');
    expect(last_sync).toMatchObject({ status: 'failed', error: job.error });
    broken = false;
    expect(await world.api.synced(`at-once-${name}`)).toMatchObject({ status: 'completed', error: null });
  });

  it('a configuration that git cannot read', async () => {
    const git = await world.registered('broken-config', files);
    await appendFile(join(git.path, '.git', 'config'), '[broken');

    expectAtOnce(await world.api.synced('broken-config'), 'SourceUnusableError', 'config_broken', git.path);
  });

  it('a partial clone without its contents; with them it is indexed', async () => {
    const git = await world.makeRepository(files);
    await git.git('config', 'uploadpack.allowFilter', 'true');
    const path = `${git.path}-partial`;
    await run('git', ['clone', '--quiet', '--bare', '--filter=blob:none', `file://${git.path}`, path]);
    world.closing(() => run('rm', ['-r', path]));
    await world.api.register('partial', path);

    expectAtOnce(await world.api.synced('partial'), 'SourceUnusableError', 'partial_clone', path);
    await run('git', ['-C', path, 'fetch', '--quiet', '--refetch', '--no-filter']);
    expect(await world.api.synced('partial')).toMatchObject({ status: 'completed', counts: { indexed: 2 } });
  });
});

/** Looks at a job until something holds of it; it must not have ended by then. */
const seen = async (jobId: string, holds: (job: JobAnswer) => boolean): Promise<JobAnswer> => {
  for (;;) {
    const job = await world.api.job(jobId);
    if (holds(job)) return job;
    if (job.ended_at !== null) throw new Error(`the job ended: ${JSON.stringify(job)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const started = async (id: string): Promise<string> => {
  const { status: answered, body } = await world.api.sync(id);
  expect(answered).toBe(202);
  return (body as { job_id: string }).job_id;
};

describe('what may pass', () => {
  it('is tried again, and the job tells why, which try it was, and when the next one is due', async () => {
    let broken = true;
    const { server } = await behind('passing', () => (broken ? status(503) : null));
    const { source } = await world.api.repository('passing');
    const jobId = await started('passing');

    const first = await seen(jobId, ({ last_error }) => last_error !== null);
    expect(first.last_error).toMatchObject({
      code: 'SourceUnavailableError',
      reason: 'server_error',
      message: expect.stringMatching(/^\S+: the server failed \(503\): /),
      try: 1,
      tries: 5,
    });
    expect(first.last_error?.message).toContain(source.url);
    const { at, next_try_by } = first.last_error ?? { at: '' };
    if (next_try_by !== null) expect(Date.parse(next_try_by ?? '') - Date.parse(at)).toBe(4_000);
    const second = await seen(jobId, ({ last_error }) => last_error?.try === 2);
    expect(second.error).toBeNull();
    broken = false;
    const asked = server.requests.length;
    const ended = await world.api.ended(jobId);
    expect(ended).toMatchObject({ status: 'completed', error: null, last_error: null, attempt: 1 });
    expect(server.requests.length).toBeGreaterThan(asked);
  });

  it('a server that hangs: the job goes on reporting, and a cancel ends it at once', async () => {
    let broken = true;
    const { server } = await behind('hanging', () => (broken ? { kind: 'silent' } : null));
    const jobId = await started('hanging');
    // The look while the caller waits asks too; the step is there when it has asked again.
    await seen(jobId, ({ progress }) => progress.phase === 'pull' && server.requests.length >= 2);

    const before = Date.parse((await world.api.job(jobId)).updated_at);
    await seen(jobId, ({ updated_at }) => Date.parse(updated_at) > before + 1_500);
    const { status: answered } = await world.api.call('POST', `/api/jobs/${jobId}/cancel`);
    expect(answered).toBeLessThan(300);
    expect(await world.api.job(jobId)).toMatchObject({ status: 'cancelled', last_error: null });
    broken = false;
    expect(await world.api.synced('hanging')).toMatchObject({ status: 'completed' });
  });
});
