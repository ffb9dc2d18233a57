import { describe, expect, it } from 'vitest';
import type { JobFileList } from '../../core/contract/api.ts';
import type { JobId } from '../../core/contract/ids.ts';
import { EmbedderRefusedError, GenerationNotFoundError, ObjectMissingError } from '../../core/domain/errors.ts';
import { reconcileSyncs } from '../../core/upkeep/reconcile-syncs.ts';
import { failEmbedding, holdEmbedding } from '../support/faults.ts';
import type { GitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { faults } = world;

const base = { 'a.ts': 'export const a = "axolotl";\n', 'b.ts': 'export const b = "bison";\n' };

/** A registered repository with a completed index of `base`. */
const indexed = async (id: string): Promise<GitRepository> => {
  const git = await world.registered(id, base);
  expect((await world.api.synced(id)).status).toBe('completed');
  return git;
};

const add = async (git: GitRepository, files: Record<string, string>): Promise<void> => {
  await git.write(files);
  await git.commit('more');
};

/** As a cloud says it: with what is the operator's own. */
const foreign = 'User: arn:aws:sts::123456789012:assumed-role/stage-role/stage is not authorized';

/** What is logged as an error until the faults are cleared. */
const captureErrors = () => {
  const lines: unknown[] = [];
  faults.set('logger', () => ({ error: (message, facts) => void lines.push([message, facts]) }));
  return lines;
};

describe('a bad file', () => {
  it('that cannot be embedded fails alone: the others are indexed, and the job says so', async () => {
    const git = await indexed('poison');
    failEmbedding(faults, 'poison', foreign);
    await add(git, { 'bad.ts': 'export const bad = "poison";\n', 'c.ts': 'export const c = "caracal";\n' });
    const job = await world.api.synced('poison');
    expect(job).toMatchObject({ status: 'completed_with_errors', counts: { indexed: 1, failed: 1 } });
    expect((await world.api.found('poison', 'caracal'))[0]).toBe('c.ts');
    expect(await world.api.found('poison', 'poison')).not.toContain('bad.ts');
    const ledger = await world.api.call<JobFileList>('GET', `/api/jobs/${job.job_id}/files`);
    expect(ledger.body.files).toMatchObject([{ path: 'bad.ts', outcome: 'failed' }]);
    expect(ledger.body.files[0]?.reason).toContain(`RangeError: a fault in the service`);
    expect(ledger.body.files[0]?.reason).toContain(job.job_id);
    expect(JSON.stringify(ledger.body)).not.toContain('arn:');
    // It is not tried at every sync: that is what a retry is for.
    expect(await world.api.synced('poison')).toMatchObject({ progress: { files_total: 0 } });
  });

  it('that cannot be chunked fails alone', async () => {
    const git = await indexed('unchunkable');
    faults.set('chunker', (real) => ({
      chunk: async (path, text) => {
        if (path === 'bad.ts') throw new Error('no chunks');
        return real.chunk(path, text);
      },
    }));
    await add(git, { 'bad.ts': 'export const bad = 1;\n', 'c.ts': 'export const c = "civet";\n' });
    expect(await world.api.synced('unchunkable')).toMatchObject({ counts: { indexed: 1, failed: 1 } });
  });
});

it('a model that may not be used ends the job with a cause that says so, and fails no file; the sync after its subscription indexes all', async () => {
  const git = await indexed('unsubscribed');
  await add(git, { 'c.ts': 'export const c = "cormorant";\n' });
  const cause = 'the embedding model m cannot be used: Bedrock denies access to it';
  faults.set('embedder', (real) => ({
    id: real.id,
    dimensions: real.dimensions,
    embed: () => Promise.reject(new EmbedderRefusedError(cause, { cause: foreign })),
  }));
  const job = await world.api.synced('unsubscribed');
  expect(job).toMatchObject({ status: 'failed', error: { code: 'EmbedderRefusedError', message: cause } });
  faults.clear();
  expect(await world.api.synced('unsubscribed')).toMatchObject({ status: 'completed', counts: { indexed: 1 } });
  expect((await world.api.found('unsubscribed', 'cormorant'))[0]).toBe('c.ts');
});

describe('a step that fails', () => {
  it('in publish leaves the old index answering; the next sync finishes the work', async () => {
    const git = await indexed('unsettled');
    await add(git, { 'c.ts': 'export const c = "cheetah";\n' });
    faults.set('index', () => ({
      settle: async () => {
        throw new Error(foreign);
      },
    }));
    const logged = captureErrors();
    const failed = await world.api.synced('unsettled');
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'Error' } });
    // Another's words stand in the log alone, under the id that the answer names.
    expect(JSON.stringify(failed)).not.toContain('arn:');
    expect(failed.error?.message).toContain(`in the log, under ${failed.job_id}`);
    expect(logged).toMatchObject([['sync failed', { job_id: failed.job_id, code: 'Error', cause: foreign }]]);
    const { job_id, ended_at, error } = failed;
    const { last_sync } = await world.api.repository('unsettled');
    expect(last_sync).toEqual({ job_id, status: 'failed', ended_at, error });
    expect(await world.api.found('unsettled', 'cheetah')).not.toContain('c.ts');
    expect((await world.api.found('unsettled', 'axolotl'))[0]).toBe('a.ts');
    faults.clear();
    expect(await world.api.synced('unsettled')).toMatchObject({
      status: 'completed',
      counts: { added: 1, indexed: 1 },
    });
    expect((await world.api.found('unsettled', 'cheetah'))[0]).toBe('c.ts');
  });

  it('in a diff is an error, never “no changes”', async () => {
    const git = await indexed('undiffed');
    await add(git, { 'c.ts': 'export const c = 1;\n' });
    faults.set('objects', (real) => ({
      // The pages of so small a repository are kept by the process that has written them.
      getLines: (key) => {
        if (key.includes('/tree-changes/')) throw new ObjectMissingError('changes unreadable');
        return real.getLines(key);
      },
    }));
    const job = await world.api.synced('undiffed');
    expect(job).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('changes unreadable') } });
  });

  it('to read what is committed makes the index anew, and is never “no changes”', async () => {
    const git = await indexed('unread');
    await add(git, { 'c.ts': 'export const c = 1;\n' });
    faults.set('objects', (real) => ({
      getLines: (key) => {
        if (key.includes('/manifests/')) throw new ObjectMissingError('manifest unreadable');
        return real.getLines(key);
      },
    }));
    const job = await world.api.synced('unread');
    expect(job).toMatchObject({ status: 'completed', mode: 'full', mode_reason: 'manifest_lost' });
  });

  it('after the flip only leaves work for the next sync', async () => {
    await indexed('untidy');
    faults.set('index', () => ({
      drop: async () => {
        throw new Error('busy');
      },
    }));
    expect(await world.api.synced('untidy', { full_reindex: true })).toMatchObject({ status: 'completed' });
    const rows = () =>
      world.server.runtime.index.query(
        { repositoryId: 'untidy', number: 1, dimensions: 512 },
        { vector: new Float32Array(512).fill(0.04), words: '', limit: 5 },
      );
    expect(await rows()).not.toEqual([]);
    faults.clear();
    await world.api.synced('untidy');
    await expect(rows()).rejects.toThrow(GenerationNotFoundError);
  });

  it('in many batches names the batch’s own error', async () => {
    await world.registered(
      'batches',
      Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`f${i}.ts`, `export const f${i} = ${i};\n`])),
    );
    faults.set('index', () => ({
      put: async () => {
        throw new GenerationNotFoundError('index out of reach');
      },
    }));
    const job = await world.api.synced('batches');
    expect(job).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('index out of reach') } });
    faults.clear();
    expect(await world.api.synced('batches')).toMatchObject({ status: 'completed', counts: { indexed: 600 } });
  });
});

describe('force', () => {
  it('replaces the running job, which ends as cancelled and changes nothing more', async () => {
    const git = await indexed('forced');
    await add(git, { 'c.ts': 'export const c = "coati";\n' });
    const gate = holdEmbedding(faults);
    const first = await world.api.sync('forced');
    await gate.reached;
    const second = await world.api.sync<Record<string, string>>('forced', { force: true });
    expect(second.status).toBe(202);
    expect(second.body.replaced_job_id).toBe(first.body.job_id);
    expect(await world.api.job(first.body.job_id)).toMatchObject({ status: 'cancelled' });
    faults.clear();
    gate.open();
    expect(await world.api.ended(second.body.job_id ?? '')).toMatchObject({ status: 'completed' });
    expect(await world.api.job(first.body.job_id)).toMatchObject({ status: 'cancelled', counts: null });
    expect((await world.api.found('forced', 'coati'))[0]).toBe('c.ts');
  });

  it('with full_reindex clears the existing index at once, and fills it again', async () => {
    await indexed('cleared');
    const gate = holdEmbedding(faults);
    const { body } = await world.api.sync('cleared', { force: true, full_reindex: true });
    expect((await world.api.repository('cleared')).index.branches).toEqual([]);
    expect((await world.api.search('cleared', { q: 'axolotl' })).status).toBe(404);
    gate.open();
    await world.api.ended(body.job_id);
    expect((await world.api.found('cleared', 'axolotl'))[0]).toBe('a.ts');
  });
});

describe('a cancelled job', () => {
  it('keeps the old index, frees the repository and stays cancelled', async () => {
    const git = await indexed('cancelled');
    await add(git, { 'c.ts': 'export const c = "cassowary";\n' });
    const gate = holdEmbedding(faults);
    const { body } = await world.api.sync('cancelled');
    await gate.reached;
    const outcome = await world.server.runtime.ends.cancel(body.job_id as JobId, new Date());
    expect(outcome.kind).toBe('cancelled');
    gate.open();
    faults.clear();
    expect(await world.api.repository('cancelled')).toMatchObject({ status: 'idle' });
    expect(await world.api.found('cancelled', 'cassowary')).not.toContain('c.ts');
    expect(await world.api.synced('cancelled')).toMatchObject({ status: 'completed', counts: { added: 1 } });
    expect(await world.api.job(body.job_id)).toMatchObject({ status: 'cancelled' });
  });
});

describe('the reconciler', () => {
  const reconcile = (graceSeconds = 0) => reconcileSyncs(world.server.runtime)({ graceSeconds });

  it('starts a queued job whose starter could not', async () => {
    await indexed('unstarted');
    faults.set('workflow', () => ({
      start: async () => {
        throw new Error('no answer');
      },
    }));
    const { status, body } = await world.api.sync('unstarted');
    expect(status).toBe(202);
    faults.clear();
    expect(await reconcile(3600)).toMatchObject({ started: 0, unfinished: 1 });
    expect(await reconcile()).toMatchObject({ started: 1, unfinished: 1 });
    expect(await world.api.ended(body.job_id)).toMatchObject({ status: 'completed', attempt: 1 });
  });

  it('leaves a running job alone', async () => {
    const git = await indexed('running');
    await add(git, { 'c.ts': 'export const c = 1;\n' });
    const gate = holdEmbedding(faults);
    const { body } = await world.api.sync('running');
    await gate.reached;
    expect(await reconcile()).toMatchObject({ unfinished: 1, resumed: 0, failed: 0 });
    gate.open();
    await world.api.ended(body.job_id);
  });

  it('resumes a job whose execution is gone, and gives it up after five attempts', async () => {
    const git = await indexed('lost');
    await add(git, { 'c.ts': 'export const c = 1;\n' });
    const gate = holdEmbedding(faults);
    const { body } = await world.api.sync('lost');
    await gate.reached;
    faults.set('workflow', () => ({ describe: async () => 'ended', start: async () => 'started' }));
    for (let attempt = 2; attempt <= 5; attempt++) {
      expect(await reconcile()).toMatchObject({ resumed: 1 });
      expect(await world.api.job(body.job_id)).toMatchObject({ status: 'running', attempt });
    }
    expect(await reconcile()).toMatchObject({ failed: 1 });
    expect(await world.api.job(body.job_id)).toMatchObject({ status: 'failed', error: { code: 'ExecutionLost' } });
    gate.open();
    expect(await world.api.repository('lost')).toMatchObject({ status: 'idle', active_job_id: null });
  });

  it('goes on with the others when one job cannot be looked at', async () => {
    await indexed('unlucky');
    const gate = holdEmbedding(faults);
    const { body } = await world.api.sync('unlucky', { full_reindex: true });
    await gate.reached;
    faults.set('workflow', () => ({
      describe: async () => {
        throw new Error('throttled');
      },
    }));
    expect(await reconcile()).toEqual({ unfinished: 1, started: 0, resumed: 0, failed: 0 });
    faults.clear();
    gate.open();
    expect(await world.api.ended(body.job_id)).toMatchObject({ status: 'completed' });
  });
});
