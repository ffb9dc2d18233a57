import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BatchItem, BeginOutput, EmbedBatchInput, FailSyncInput, JobRef } from '../../core/contract/workflow-state.ts';
import { createLab, type Fake, named } from './support/lab.ts';

const definition: unknown = JSON.parse(
  readFileSync(new URL('../../core/workflow/sync.asl.json', import.meta.url), 'utf8'),
);
const job = JobRef.parse({
  repository_id: 'repo-123',
  job_id: 'sync-01234567-89ab-cdef-0123-456789abcdef',
  fence: 3,
});
const itemsKey = 'repositories/repo-123/jobs/the-job/items.jsonl';
const items = (count: number): BatchItem[] =>
  Array.from({ length: count }, (_, batch) =>
    BatchItem.parse({ batch: batch + 1, key: `b/${batch}`, pack: 'p', files: 1, bytes: 9 }),
  );

const failing = (name: string, message?: string) => () => {
  throw named(name, message);
};

/** A sync with so many batches to embed, in which every step succeeds unless told otherwise. */
const syncing = (batches: number, functions: Record<string, Fake> = {}, random?: () => number) => {
  const lab = createLab(
    definition,
    {
      BeginSync: () => BeginOutput.parse({ max_concurrency: 8 }),
      Pull: () => ({ branches: 1 }),
      Diff: () => ({ blobs: 10 }),
      Stage: () => ({ batches, items_key: itemsKey, first: items(batches)[0] ?? null }),
      EmbedBatch: () => ({ batches: 1, files: 1, chunks: 5 }),
      Publish: () => ({}),
      FailSync: () => ({}),
      ...functions,
    },
    random,
  );
  lab.objects.texts.set(
    itemsKey,
    items(batches)
      .map((item) => JSON.stringify(item))
      .join('\n'),
  );
  const order = () => lab.calls.map(({ fn }) => fn);
  return { ...lab, order, sync: () => lab.run(job, `${job.job_id}-1`) };
};

describe('a sync', () => {
  it('with nothing to read goes from the diff to the publish', async () => {
    const lab = syncing(0, { Diff: () => ({ blobs: 0 }) });
    expect(await lab.sync()).toMatchObject({ status: 'SUCCEEDED' });
    expect(lab.order()).toEqual(['BeginSync', 'Pull', 'Diff', 'Publish']);
  });
  it('whose contents are all filtered out publishes without embedding', async () => {
    const lab = syncing(0);
    expect(await lab.sync()).toMatchObject({ status: 'SUCCEEDED' });
    expect(lab.order()).toEqual(['BeginSync', 'Pull', 'Diff', 'Stage', 'Publish']);
  });
  it('of one batch embeds it without a Map', async () => {
    const lab = syncing(1);
    expect(await lab.sync()).toMatchObject({ status: 'SUCCEEDED' });
    expect(lab.order()).toEqual(['BeginSync', 'Pull', 'Diff', 'Stage', 'EmbedBatch', 'Publish']);
    expect(EmbedBatchInput.parse(lab.called('EmbedBatch')[0]?.payload)).toEqual({ job, items: items(1) });
    expect([...lab.objects.texts.keys()]).toEqual([itemsKey]);
  });
  it('of many batches embeds each once, and keeps the results under the job’s prefix', async () => {
    const lab = syncing(30);
    expect(await lab.sync()).toMatchObject({ status: 'SUCCEEDED' });
    expect(lab.order().slice(0, 4)).toEqual(['BeginSync', 'Pull', 'Diff', 'Stage']);
    expect(lab.order().at(-1)).toBe('Publish');
    const inputs = lab.called('EmbedBatch').map(({ payload }) => EmbedBatchInput.parse(payload));
    expect(inputs).toEqual(items(30).map((item) => ({ job, items: [item] })));
    expect([...lab.objects.texts.keys()].slice(1)).toEqual([
      `${itemsKey}.map/${job.job_id}-1-EmbedMany-1/SUCCEEDED_0.json`,
      `${itemsKey}.map/${job.job_id}-1-EmbedMany-1/manifest.json`,
    ]);
  });
  it('gives the job’s reference to every step', async () => {
    const lab = syncing(1);
    await lab.sync();
    for (const fn of ['BeginSync', 'Pull', 'Diff', 'Stage', 'Publish']) expect(lab.called(fn)[0]?.payload).toEqual(job);
  });
  it('embeds no more batches at once than begin-sync has said', async () => {
    let running = 0;
    let most = 0;
    const lab = syncing(100, {
      EmbedBatch: async () => {
        most = Math.max(most, ++running);
        await lab.timers.take(2);
        running -= 1;
      },
    });
    await lab.sync();
    expect(most).toBe(8);
    expect(lab.timers.seconds).toBe(26);
  });
});

describe('a step that fails for a moment', () => {
  it('waits long for a throttled embedder, spread by jitter, and goes on', async () => {
    const lab = syncing(
      1,
      { EmbedBatch: (_, { call }) => (call < 4 ? failing('EmbedderThrottledError')() : {}) },
      () => 0.5,
    );
    expect(await lab.sync()).toMatchObject({ status: 'SUCCEEDED' });
    expect(lab.called('EmbedBatch').map(({ at }) => at)).toEqual([0, 7.5, 22.5, 52.5]);
    expect(lab.called('FailSync')).toEqual([]);
  });
  it('is retried inside the Map, batch by batch', async () => {
    const seen = new Set<unknown>();
    const lab = syncing(20, {
      EmbedBatch: (payload) => {
        const { batch } = EmbedBatchInput.parse(payload).items[0] ?? {};
        if (!seen.has(batch)) {
          seen.add(batch);
          throw named('EmbedderUnavailableError');
        }
        return {};
      },
    });
    expect(await lab.sync()).toMatchObject({ status: 'SUCCEEDED' });
    expect(lab.called('EmbedBatch')).toHaveLength(40);
  });
  it.each(['Pull', 'Stage'])('is retried when the source is unavailable: %s', async (fn) => {
    const lab = syncing(0, {
      [fn]: (_, { call }) => (call < 3 ? failing('SourceUnavailableError')() : { batches: 0 }),
    });
    expect(await lab.sync()).toMatchObject({ status: 'SUCCEEDED' });
    expect(lab.timers.seconds).toBe(12);
  });
  it.each(['BeginSync', 'Pull', 'Diff', 'Stage', 'EmbedBatch', 'Publish'])(
    'is retried when Lambda throttles: %s',
    async (fn) => {
      const undisturbed = syncing(1);
      await undisturbed.sync();
      const answers: Record<string, unknown> = {
        BeginSync: { max_concurrency: 8 },
        Diff: { blobs: 1 },
        Stage: { batches: 1, first: items(1)[0] },
      };
      const throttled = syncing(1, {
        [fn]: (_, { call }) => (call === 1 ? failing('Lambda.TooManyRequestsException')() : answers[fn]),
      });
      expect(await throttled.sync()).toMatchObject({ status: 'SUCCEEDED' });
      expect(throttled.calls).toHaveLength(undisturbed.calls.length + 1);
    },
  );
});

describe('a sync that fails', () => {
  const causeOf = (name: string, message: string) => ({
    Error: name,
    Cause: JSON.stringify({ errorType: name, errorMessage: message }),
  });

  it.each(['BeginSync', 'Pull', 'Diff', 'Stage', 'EmbedBatch', 'Publish'])(
    'tells fail-sync the job and the cause, once, and ends as FAILED with them: %s',
    async (fn) => {
      const lab = syncing(1, { [fn]: failing('SourceNotFoundError', 'no such repository') });
      const error = causeOf('SourceNotFoundError', 'no such repository');
      expect(await lab.sync()).toEqual({ status: 'FAILED', error: error.Error, cause: error.Cause });
      expect(lab.called(fn)).toHaveLength(1);
      expect(lab.called('FailSync')).toHaveLength(1);
      expect(FailSyncInput.parse(lab.called('FailSync')[0]?.payload)).toEqual({ job, error });
      expect(lab.order().at(-1)).toBe('FailSync');
    },
  );
  it.each([1, 5])('ends at once when the model may not be used at all, with %i batches', async (batches) => {
    const refused = 'the embedding model cannot be used';
    const lab = syncing(batches, { EmbedBatch: failing('EmbedderRefusedError', refused) });
    expect(await lab.sync()).toMatchObject({ status: 'FAILED' });
    // No second try of any batch, and no wait.
    expect(lab.called('EmbedBatch').length).toBeLessThanOrEqual(batches);
    expect(lab.timers.seconds).toBe(0);
    const told = JSON.stringify([lab.called('FailSync'), [...lab.objects.texts]]);
    expect(told).toContain(refused);
  });
  it('gives up when the tries are used up', async () => {
    const lab = syncing(1, { EmbedBatch: failing('EmbedderThrottledError', 'quota') });
    expect(await lab.sync()).toMatchObject({ status: 'FAILED', error: 'EmbedderThrottledError' });
    expect(lab.called('EmbedBatch')).toHaveLength(11);
    expect(lab.timers.seconds).toBe(1965);
    expect(lab.called('FailSync')[0]?.payload).toEqual({ job, error: causeOf('EmbedderThrottledError', 'quota') });
  });
  it('stops the other batches when one has failed, and keeps its cause in the results', async () => {
    const lab = syncing(100, {
      EmbedBatch: async (_, { call }) => {
        await lab.timers.take(call);
        if (call === 3) throw named('EmbedderMismatchError', 'other model');
      },
    });
    expect(await lab.sync()).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
    expect(lab.called('EmbedBatch')).toHaveLength(10);
    expect(FailSyncInput.parse(lab.called('FailSync')[0]?.payload).error.Error).toBe(
      'States.ExceedToleratedFailureThreshold',
    );
    expect(lab.objects.json(`${itemsKey}.map/${job.job_id}-1-EmbedMany-1/FAILED_0.json`)).toMatchObject([
      {
        Error: 'EmbedderMismatchError',
        Cause: causeOf('', 'other model').Cause.replace('""', '"EmbedderMismatchError"'),
      },
    ]);
  });
  it('retries fail-sync whatever it fails with, until the lock is free', async () => {
    const faults = ['TransactionConflictException', 'Lambda.Unknown', 'TypeError', 'SyncSupersededError'];
    const lab = syncing(1, {
      Diff: failing('Broken'),
      FailSync: (_, { call }) => {
        const fault = faults[call - 1];
        if (fault !== undefined) throw named(fault);
        return {};
      },
    });
    expect(await lab.sync()).toMatchObject({ status: 'FAILED', error: 'Broken' });
    expect(lab.called('FailSync').map(({ at }) => at)).toEqual([0, 2, 6, 14, 30]);
  });
  it('ends, and leaves the lock to the reconciler, when fail-sync fails for half an hour', async () => {
    const lab = syncing(1, { Diff: failing('Broken'), FailSync: failing('Hopeless') });
    expect(await lab.sync()).toMatchObject({ status: 'FAILED', error: 'Hopeless' });
    expect(lab.called('FailSync')).toHaveLength(13);
    expect(lab.timers.seconds).toBe(1710);
  });
  it('by a superseded job retries nothing, in any step', async () => {
    for (const fn of ['BeginSync', 'Pull', 'Diff', 'Stage', 'EmbedBatch', 'Publish']) {
      const lab = syncing(1, { [fn]: failing('SyncSupersededError') });
      expect(await lab.sync()).toMatchObject({ status: 'FAILED', error: 'SyncSupersededError' });
      expect(lab.called(fn)).toHaveLength(1);
      expect(lab.timers.seconds).toBe(0);
    }
  });
  it('by a step that hangs ends with States.Timeout after three tries of 930 s, and aborts each', async () => {
    const lab = syncing(1, { Pull: () => new Promise(() => undefined) });
    expect(await lab.sync()).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(lab.timers.seconds).toBe(3 * 930 + 10 + 20);
    expect(lab.called('Pull').map(({ signal }) => signal.aborted)).toEqual([true, true, true]);
    expect(FailSyncInput.parse(lab.called('FailSync')[0]?.payload).error.Error).toBe('States.Timeout');
  });
  it('gives a lost batch another try', async () => {
    const lab = syncing(3, { EmbedBatch: (_, { call }) => (call === 2 ? new Promise(() => undefined) : {}) });
    expect(await lab.sync()).toMatchObject({ status: 'SUCCEEDED' });
    expect(lab.called('EmbedBatch')).toHaveLength(4);
  });
  it('as a whole for 12 hours is TIMED_OUT: then the reconciler frees the lock', async () => {
    const lab = syncing(1000, { EmbedBatch: () => lab.timers.take(900) });
    expect(await lab.sync()).toMatchObject({ status: 'TIMED_OUT' });
    expect(lab.timers.seconds).toBe(43_200);
    expect(lab.called('FailSync')).toEqual([]);
  });
});

describe('a cancelled sync', () => {
  it('in the middle of the Map starts no other batch, aborts those that run and ends as ABORTED', async () => {
    const lab = syncing(100, { EmbedBatch: () => lab.timers.take(10) });
    const name = `${job.job_id}-1`;
    await lab.engine.start(name, job);
    await lab.timers.until(lab.timers.take(25));
    const before = lab.called('EmbedBatch').length;
    await lab.engine.stop(name, 'cancelled');
    await lab.timers.until(lab.timers.take(1000));
    expect(before).toBe(24);
    expect(lab.calls.filter(({ at }) => at > 25)).toEqual([]);
    expect(lab.called('EmbedBatch').map(({ signal }) => signal.aborted)).toEqual([
      ...Array.from({ length: 16 }, () => false),
      ...Array.from({ length: 8 }, () => true),
    ]);
    expect(await lab.engine.wait(name)).toEqual({ status: 'ABORTED', cause: 'cancelled' });
    expect(lab.called('FailSync')).toEqual([]);
    expect(lab.objects.openReaders).toBe(0);
  });
});

describe('the engine’s own cost', () => {
  it('is under a second of processor time for 1,000 batches', async () => {
    const lab = syncing(1000, { BeginSync: () => ({ max_concurrency: 1000 }) });
    const before = process.cpuUsage();
    expect(await lab.sync()).toMatchObject({ status: 'SUCCEEDED' });
    const { user, system } = process.cpuUsage(before);
    expect(lab.called('EmbedBatch')).toHaveLength(1000);
    expect((user + system) / 1000).toBeLessThan(1000);
  });
});
