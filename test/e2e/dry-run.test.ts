import { describe, expect, it } from 'vitest';
import type { JobAnswer, JobList, Problem } from '../../core/contract/api.ts';
import type { RepositoryId } from '../../core/contract/ids.ts';
import { fieldsOf, type Reply } from '../support/api.ts';
import { holdEmbedding } from '../support/faults.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { api, faults } = world;

const text = (word: string, lines: number): string =>
  Array.from({ length: lines }, (_, n) => `export const ${word}${n} = "${word} number ${n}";`).join('\n');

/** All that a search, or anybody who looks at the index, can see; and the numbers that syncs count on by. */
const stateOf = async (id: string) => {
  const {
    lock: _,
    fence: __,
    updated_at: ___,
    leftovers: ____,
    ...record
  } = (await world.server.runtime.repositories.get(id as RepositoryId)) as NonNullable<
    Awaited<ReturnType<typeof world.server.runtime.repositories.get>>
  >;
  return record;
};
const objectsOf = async (id: string, job: string): Promise<string[]> => {
  const keys = [];
  for await (const key of world.server.runtime.objects.list(`repositories/${id}/`))
    if (key.includes(job)) keys.push(key);
  return keys;
};
const planned = async (
  id: string,
  options: object = {},
): Promise<JobAnswer & { plan: NonNullable<JobAnswer['plan']> }> => {
  const job = await api.synced(id, { ...options, dry_run: true });
  if (job.plan === null) throw new Error(`no plan: ${JSON.stringify(job.error)}`);
  return { ...job, plan: job.plan };
};
/** What a plan says, and what a sync that follows it did. */
const asDone = ({ counts, used, dropped_branches }: JobAnswer) => ({
  ...counts,
  tokens: used?.tokens,
  dropped_branches,
});
const asPlanned = ({ plan }: { plan: NonNullable<JobAnswer['plan']> }) => {
  const { exact: _, files_to_read: __, usd_per_million_tokens: ___, cost_usd: ____, seconds: _____, ...told } = plan;
  return told;
};

describe('a dry run', () => {
  it('of a first sync tells exactly what the sync then does, and leaves nothing', async () => {
    await world.registered('first', {
      'a.ts': text('aphid', 200),
      'b.ts': text('bee', 20),
      'logo.bin': 'a\0b',
      'package-lock.json': '{}',
    });
    const before = await stateOf('first');
    const job = await planned('first');
    expect(job).toMatchObject({
      status: 'completed',
      mode: 'full',
      mode_reason: 'first_sync',
      counts: null,
      error: null,
    });
    expect(job.progress.percentage).toBe(100);
    expect(job.branches).toMatchObject([{ name: 'main', status: 'not_published' }]);
    expect(job.plan).toMatchObject({ exact: true, added: 4, indexed: 2, failed: 0, chunks_reused: 0, cost_usd: 0 });
    expect(job.plan.chunks_embedded).toBeGreaterThan(2);
    expect(job.used).toMatchObject({ tokens: 0, cost_usd: 0, chunks_embedded: 0, chunks_reused: 0 });
    expect(await stateOf('first')).toEqual(before);
    // They go after the lock.
    await expect.poll(() => objectsOf('first', job.job_id)).toEqual([]);
    expect((await api.search('first', { q: 'aphid' })).status).toBe(404);
    const synced = await api.synced('first');
    expect(asDone(synced)).toEqual(asPlanned(job));
    expect(synced.plan).toMatchObject({ exact: false, added: 4, files_to_read: job.plan.files_to_read });
    expect(synced.plan?.tokens).toBeGreaterThanOrEqual(synced.used?.tokens ?? Number.POSITIVE_INFINITY);
  }, 120_000);

  it('of changes tells added, modified, renamed and deleted files, and which chunks are used again', async () => {
    const git = await world.registered('changes', {
      'a.ts': text('adder', 300),
      'b.ts': text('boa', 20),
      'c.ts': text('cobra', 20),
      'd.ts': text('dab', 20),
    });
    await api.synced('changes');
    await git.write({
      'a.ts': `${text('adder', 300)}\n${text('asp', 40)}\n`,
      'e.ts': text('eel', 10),
      'moved.ts': text('boa', 20),
    });
    await git.remove('b.ts');
    await git.remove('c.ts');
    await git.commit('changes');
    const before = await stateOf('changes');
    const job = await planned('changes');
    expect(job.mode).toBe('incremental');
    expect(job.plan).toMatchObject({ exact: true, added: 1, modified: 1, renamed: 1, deleted: 1, unchanged: 1 });
    expect(job.plan.chunks_reused).toBeGreaterThan(0);
    expect(await stateOf('changes')).toEqual(before);
    expect(await api.found('changes', 'cobra')).toContain('c.ts');
    expect(asDone(await api.synced('changes'))).toEqual(asPlanned(job));
    // Nothing has moved: all files are unchanged, in a plan and in a sync.
    const nothing = { added: 0, modified: 0, deleted: 0, unchanged: 4 };
    expect((await planned('changes')).plan).toMatchObject({ ...nothing, exact: true, files_to_read: 0, tokens: 0 });
    expect((await api.synced('changes')).counts).toMatchObject(nothing);
    // Of two branches, one is new, and then one has moved.
    await git.branch('develop');
    const both = { branches: ['main', 'develop'] };
    expect((await api.synced('changes', both)).counts).toMatchObject({ added: 4, unchanged: 4 });
    await git.write({ 'added.ts': text('mamba', 20) });
    await git.commit('one');
    expect((await api.synced('changes', both)).counts).toMatchObject({ added: 1, unchanged: 8 });
  }, 120_000);

  it('of a full reindex takes no generation, and of an unknown branch wants none', async () => {
    const git = await world.registered('full', { 'a.ts': text('ant', 10) });
    await api.synced('full');
    await git.branch('develop');
    const before = await stateOf('full');
    const job = await planned('full', { full_reindex: true, branches: ['main', 'develop'] });
    expect(job).toMatchObject({ mode: 'full', mode_reason: 'requested', plan: { added: 2, files_to_read: 2 } });
    expect(await stateOf('full')).toEqual(before);
    expect((await api.repository('full')).last_sync?.job_id).not.toBe(job.job_id);
  });

  it('that fails or is cancelled says nothing about the repository’s health', async () => {
    await world.registered('healthy', { 'a.ts': text('hare', 10) });
    const { job_id } = await api.synced('healthy');
    const missing = await api.synced('healthy', { dry_run: true, branch: 'nowhere' });
    expect(missing).toMatchObject({ status: 'failed', error: { reason: 'branch_missing' } });
    expect(await api.repository('healthy')).toMatchObject({ health: 'ok', last_sync: { job_id } });
  });

  it('holds the repository as a sync does, and force takes its place', async () => {
    const git = await world.registered('held', { 'a.ts': text('hound', 10) });
    await api.synced('held');
    await git.write({ 'b.ts': text('heron', 10) });
    await git.commit('b');
    const reached = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<void>();
    faults.set('chunker', (real) => ({
      chunk: async (...call) => {
        reached.resolve();
        await opened.promise;
        return real.chunk(...call);
      },
    }));
    const { body: plan } = await api.sync('held', { dry_run: true });
    await reached.promise;
    const second = await api.sync<Problem & { job_id: string }>('held');
    expect([second.status, second.body.job_id]).toEqual([409, plan.job_id]);
    const attached = await api.sync<{ differs: string }>('held', { on_conflict: 'attach' });
    expect([attached.status, attached.body.differs]).toEqual([409, 'dry_run']);
    const { body: forced } = await api.sync<JobAnswer & { replaced_job_id: string }>('held', { force: true });
    expect(forced.replaced_job_id).toBe(plan.job_id);
    faults.clear();
    opened.resolve();
    expect((await api.ended(forced.job_id)).status).toBe('completed');
    expect((await api.job(plan.job_id)).status).toBe('cancelled');
    expect((await api.found('held', 'heron'))[0]).toBe('b.ts');
  }, 120_000);

  it('needs no room in the quota of tokens, and embeds nothing', async () => {
    await world.registered('thrifty', { 'a.ts': text('thrush', 10) });
    faults.set('tokenQuota', () => ({ take: async () => 'refused' }));
    const gate = holdEmbedding(faults);
    expect((await planned('thrifty')).plan).toMatchObject({ exact: true, indexed: 1 });
    gate.open();
  });
});

describe('a limit', () => {
  it('of files ends the job before any is read, with its plan, and changes nothing', async () => {
    const git = await world.registered('many', { 'a.ts': text('magpie', 10) });
    const { job_id } = await api.synced('many');
    await git.write(Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`f${n}.ts`, text(`fly${n}`, 5)])));
    await git.commit('five');
    const { branches, generation } = await stateOf('many');
    const job = await api.synced('many', { max_files: 4 });
    expect(job).toMatchObject({
      status: 'failed',
      error: { code: 'OverLimitError', reason: 'over_limit' },
      plan: { exact: false, added: 5, files_to_read: 5 },
      used: { tokens: 0, chunks_embedded: 0 },
    });
    expect(job.error?.message).toContain('5 files would be read, and max_files is 4');
    expect(await stateOf('many')).toMatchObject({ branches, generation });
    // It is its caller's limit that has refused it: nothing is wrong with the repository.
    expect(await api.repository('many')).toMatchObject({
      health: 'stale',
      health_reasons: ['behind_source'],
      last_sync: { job_id, status: 'completed' },
    });
    expect((await api.synced('many', { max_files: 5 })).status).toBe('completed');
  });

  it('of cost ends it before anything is embedded', async () => {
    const git = await world.registered('costly', { 'a.ts': text('crow', 10) });
    await api.synced('costly');
    await git.write({ 'b.ts': text('chough', 100) });
    await git.commit('b');
    faults.set('settings', (real) => ({ ...real, usdPerMillionTokens: 100 }) as never);
    const refused = await api.synced('costly', { max_cost: 0.01 });
    expect(refused).toMatchObject({
      status: 'failed',
      error: { reason: 'over_limit' },
      used: { tokens: 0, cost_usd: 0 },
    });
    expect(refused.plan?.cost_usd).toBeGreaterThan(0.01);
    expect(await api.found('costly', 'chough')).not.toContain('b.ts');
    const done = await api.synced('costly', { max_cost: refused.plan?.cost_usd });
    expect(done.status).toBe('completed');
    expect(done.used?.cost_usd).toBeGreaterThan(0);
    expect(done.used?.cost_usd).toBeLessThanOrEqual(done.plan?.cost_usd ?? 0);
  });
});

describe('a sync whose caller waits', () => {
  const waiting = <T = JobAnswer>(id: string, options: object, headers: Record<string, string>) =>
    api.call<T>('POST', `/api/repositories/${id}/sync`, options, headers);
  const applied = ({ headers }: Reply): string | null => headers.get('preference-applied');

  it('is a 422 with its plan where a limit refuses it, also when the request is sent again', async () => {
    await world.registered('over', { 'a.ts': text('ox', 3), 'b.ts': text('owl', 3) });
    const headers = { prefer: 'wait=20', 'idempotency-key': 'over' };
    const refused = await waiting<Problem & { job_id: string; plan: JobAnswer['plan'] }>(
      'over',
      { max_files: 1 },
      headers,
    );
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({
      type: 'urn:repository-sync:problem:over-limit',
      detail: '2 files would be read, and max_files is 1: nothing was changed',
      plan: { added: 2, files_to_read: 2 },
    });
    const { job_id } = refused.body;
    expect([refused.headers.get('location'), applied(refused)]).toEqual([`/api/jobs/${job_id}`, 'wait=20']);
    expect(await api.job(job_id)).toMatchObject({ status: 'failed', error: { reason: 'over_limit' } });
    expect((await api.repository('over')).status).toBe('idle');
    const again = await waiting('over', { max_files: 1 }, headers);
    expect([again.status, again.body.job_id, again.headers.get('idempotency-replayed')]).toEqual([422, job_id, 'true']);
    // The same words without the wait are the same request, and get its first answer.
    const { prefer: _, ...key } = headers;
    const first = await waiting('over', { max_files: 1 }, key);
    expect([first.status, first.body.job_id, first.body.status]).toEqual([202, job_id, 'queued']);
  });

  it('is answered as soon as it is known to keep its limits', async () => {
    await world.registered('under', { 'a.ts': text('urchin', 3) });
    const gate = holdEmbedding(faults);
    for (const limits of [{ max_files: 1 }, { max_cost: 1 }]) {
      faults.set('settings', (real) => ({ ...real, usdPerMillionTokens: 100 }) as never);
      const reply = await waiting('under', { ...limits, force: true }, { prefer: 'wait=20' });
      expect([reply.status, applied(reply)]).toEqual([202, 'wait=20']);
      expect(reply.body).toMatchObject({
        status: 'running',
        ended_at: null,
        plan: { files_to_read: 1 },
        attached: false,
      });
    }
    gate.open();
  });

  it('is answered when it has ended, or as it is when the time is over', async () => {
    await world.registered('through', { 'a.ts': text('thrips', 3) });
    const gate = holdEmbedding(faults);
    const over = await waiting('through', {}, { prefer: 'respond-async, wait=1' });
    expect([over.status, over.body.ended_at, applied(over)]).toEqual([202, null, 'wait=1']);
    const attached = waiting<JobAnswer & { attached: boolean }>(
      'through',
      { on_conflict: 'attach' },
      { prefer: 'wait=20' },
    );
    gate.open();
    const { status, body } = await attached;
    expect([status, body.status, body.attached, body.job_id]).toEqual([200, 'completed', true, over.body.job_id]);
    const ended = await waiting('through', {}, { prefer: 'wait=20' });
    expect([ended.status, ended.body.status, ended.body.counts?.added]).toEqual([200, 'completed', 0]);
  });

  it('is answered at once where it waits for another one, and where no wait is understood', async () => {
    await world.registered('at-once', { 'a.ts': text('auk', 3) });
    const gate = holdEmbedding(faults);
    const first = await waiting('at-once', {}, { prefer: 'wait=soon' });
    const queued = await waiting<{ queued: boolean }>('at-once', { on_conflict: 'queue' }, { prefer: 'wait=20' });
    expect([first.status, applied(first), queued.status, queued.body.queued, applied(queued)]).toEqual([
      202,
      null,
      202,
      true,
      null,
    ]);
    gate.open();
  });

  it('is a 202 where its job cannot be read: it is under way', async () => {
    await world.registered('unread', { 'a.ts': text('unicorn', 3) });
    faults.set('jobs', () => ({ get: async () => Promise.reject(new Error('no answer')) }));
    const reply = await waiting('unread', {}, { prefer: 'wait=20' });
    expect([reply.status, applied(reply)]).toEqual([202, null]);
    faults.clear();
    expect((await api.ended(reply.body.job_id)).status).toBe('completed');
  });
});

it('refuses what a dry run cannot have, and names each field', async () => {
  await world.registered('refusing', { 'a.ts': '1;\n' });
  const { status, body }: Reply<Problem> = await api.sync('refusing', {
    dry_run: true,
    force: true,
    max_cost: 1,
    max_files: 2,
  });
  expect([status, fieldsOf(body)]).toEqual([400, ['force', 'max_cost', 'max_files']]);
  // The index would be gone before the limit is looked at.
  const clearing = await api.sync<Problem>('refusing', { force: true, full_reindex: true, max_cost: 1, max_files: 2 });
  expect([clearing.status, fieldsOf(clearing.body)]).toEqual([400, ['max_cost', 'max_files']]);
  for (const options of [{ max_cost: -1 }, { max_files: 1.5 }, { dry_run: 'yes' }])
    expect((await api.sync('refusing', options)).status).toBe(400);
  expect((await api.call<JobList>('GET', '/api/repositories/refusing/jobs')).body.jobs).toEqual([]);
});
