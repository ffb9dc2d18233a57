import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { loadProgram } from '../../local/workflow-engine/load-program.ts';
import { runMachine } from '../../local/workflow-engine/run-machine.ts';
import { createLab, type Fake, machine, map, named, retrier, substitutions, task } from './support/lab.ts';

const lines = (count: number) => Array.from({ length: count }, (_, n) => JSON.stringify({ n })).join('\n');

/** A lab whose Map reads `count` items. */
const mapping = (more: object, count: number, f: Fake = () => 'ok', rest: Record<string, object> = {}) => {
  const lab = createLab(machine({ M: map(more), ...rest }), { f });
  lab.objects.texts.set('items.jsonl', lines(count));
  return lab;
};
const broken = () => {
  throw named('Broken', 'why');
};

describe('a Distributed Map', () => {
  it('gives every child a batch of items and the BatchInput, evaluated once outside', async () => {
    const lab = mapping({ ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { who: '{% $states.input.who %}' } } }, 5);
    await lab.run({ who: 'me' });
    expect(lab.calls.map(({ payload }) => payload)).toEqual([
      { BatchInput: { who: 'me' }, Items: [{ n: 0 }, { n: 1 }] },
      { BatchInput: { who: 'me' }, Items: [{ n: 2 }, { n: 3 }] },
      { BatchInput: { who: 'me' }, Items: [{ n: 4 }] },
    ]);
  });
  it('runs no more children at once than MaxConcurrency, and that many where there is work', async () => {
    let running = 0;
    let most = 0;
    const lab = mapping({ MaxConcurrency: '{% $states.input.limit %}' }, 20, async () => {
      most = Math.max(most, ++running);
      await lab.timers.take(1);
      running -= 1;
    });
    await lab.run({ limit: 7 });
    expect(most).toBe(7);
    expect(lab.timers.seconds).toBe(3);
  });
  it('writes manifest and results as AWS lays them out, and answers with their place', async () => {
    const lab = mapping({ ToleratedFailureCount: 1 }, 3, (_, { call }) => (call === 2 ? broken() : { call }));
    expect(await lab.run()).toEqual({
      status: 'SUCCEEDED',
      output: {
        MapRunArn: 'local:mapRun:run-1-TheMap-1',
        ResultWriterDetails: { Bucket: 'the-bucket', Key: 'results/run-1-TheMap-1/manifest.json' },
      },
    });
    const [good, bad] = ['SUCCEEDED', 'FAILED'].map((status) => `results/run-1-TheMap-1/${status}_0.json`) as [
      string,
      string,
    ];
    expect(lab.objects.json('results/run-1-TheMap-1/manifest.json')).toEqual({
      DestinationBucket: 'the-bucket',
      MapRunArn: 'local:mapRun:run-1-TheMap-1',
      ResultFiles: {
        FAILED: [{ Key: bad, Size: lab.objects.texts.get(bad)?.length }],
        PENDING: [],
        SUCCEEDED: [{ Key: good, Size: lab.objects.texts.get(good)?.length }],
      },
    });
    expect(lab.objects.json(good)).toMatchObject([
      {
        Name: 'run-1-TheMap-1:0',
        Status: 'SUCCEEDED',
        Input: '{"BatchInput":{},"Items":[{"n":0}]}',
        Output: '{"call":1}',
        StartDate: '2026-01-01T00:00:00.000Z',
      },
      { Name: 'run-1-TheMap-1:2' },
    ]);
    expect(lab.objects.json(bad)).toMatchObject([
      { Status: 'FAILED', Error: 'Broken', Cause: '{"errorType":"Broken","errorMessage":"why"}' },
    ]);
  });
  it('runs no child for an empty list, skips empty lines, and lists no result file', async () => {
    const lab = mapping({}, 0);
    expect(await lab.run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(lab.calls).toEqual([]);
    expect(lab.objects.json('results/run-1-TheMap-1/manifest.json')).toMatchObject({
      ResultFiles: { FAILED: [], SUCCEEDED: [] },
    });
  });
  it('closes a batch before it has more than 256 KiB', async () => {
    const lab = mapping({ ItemBatcher: { MaxItemsPerBatch: 10, BatchInput: {} } }, 0);
    lab.objects.texts.set(
      'items.jsonl',
      Array.from({ length: 3 }, () => JSON.stringify('x'.repeat(100_000))).join('\n'),
    );
    expect(await lab.run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(lab.calls.map(({ payload }) => (payload as { Items: unknown[] }).Items.length)).toEqual([2, 1]);
  });
  it('gives a child an item that fills its batch to the last byte', async () => {
    const lab = mapping({}, 0);
    const room = 256 * 1024 - '{"BatchInput":{},"Items":[]}'.length;
    lab.objects.texts.set('items.jsonl', `1\n${JSON.stringify('x'.repeat(room - 2))}\n2`);
    expect(await lab.run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(lab.calls).toHaveLength(3);
  });
  it.each([
    { what: 'an absent object', text: undefined },
    { what: 'a line that is no JSON', text: '{"n":0}\n{"n":' },
    { what: 'an item larger than a batch may be', text: JSON.stringify('x'.repeat(262_140)) },
  ])('fails with States.ItemReaderFailed for $what', async ({ text }) => {
    const lab = mapping({ MaxConcurrency: 1 }, 0);
    if (text === undefined) lab.objects.texts.delete('items.jsonl');
    else lab.objects.texts.set('items.jsonl', text);
    expect(await lab.run()).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
    expect(lab.objects.openReaders).toBe(0);
  });
  it('fails with States.ResultWriterFailed when results cannot be written', async () => {
    const lab = mapping({}, 1);
    lab.objects.putText = async () => {
      throw new Error('disk full');
    };
    expect(await lab.run()).toMatchObject({ error: 'States.ResultWriterFailed', cause: 'Error: disk full' });
  });
  it.each([0, -1, 1.5, 'two'])('fails the query when MaxConcurrency is %s', async (limit) => {
    const lab = mapping({ MaxConcurrency: '{% $states.input.limit %}' }, 1);
    expect(await lab.run({ limit })).toMatchObject({ error: 'States.QueryEvaluationError' });
  });
  it('fails the query when the key of the items is no string', async () => {
    const reader = map().ItemReader;
    const lab = mapping(
      { ItemReader: { ...reader, Arguments: { ...reader.Arguments, Key: '{% $states.input.n %}' } } },
      1,
    );
    expect(await lab.run({ n: 1 })).toMatchObject({ error: 'States.QueryEvaluationError' });
  });
  it('gives a retried Map a new run, and new children', async () => {
    const lab = mapping(
      { Retry: [retrier({ ErrorEquals: ['States.ExceedToleratedFailureThreshold'] })] },
      1,
      (_, { call }) => (call === 1 ? broken() : 'ok'),
    );
    expect(await lab.run()).toMatchObject({ output: { MapRunArn: 'local:mapRun:run-1-TheMap-2' } });
    expect(lab.timers.seconds).toBe(1);
  });
  it('lets go of the execution’s signal when it is over, well or not', async () => {
    for (const f of [() => 'ok', broken]) {
      const lab = mapping({}, 3, f);
      const { signal } = new AbortController();
      const services = { objects: lab.objects, timers: lab.timers, random: () => 1, invoke: async () => f() };
      const { machine: program } = loadProgram(machine({ M: map() }), substitutions);
      const run = { services, name: 'n', input: {}, startedAt: new Date(0), signal };
      await runMachine(program, run).catch(() => undefined);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }
  });
  it('runs a child through all its states, which share variables among themselves', async () => {
    const processor = {
      ...map().ItemProcessor,
      StartAt: 'A',
      States: {
        A: task({ Assign: { item: '{% $states.input.Items %}' }, Next: 'B' }),
        B: task({ Output: '{% $item %}' }),
      },
    };
    const lab = mapping({ ItemProcessor: processor }, 2);
    await lab.run();
    expect(lab.objects.json('results/run-1-TheMap-1/SUCCEEDED_0.json')).toMatchObject([
      { Output: '[{"n":0}]' },
      { Output: '[{"n":1}]' },
    ]);
  });
});

describe('a Map whose children fail', () => {
  it('stops the others and starts no more, as soon as more have failed than is tolerated', async () => {
    const lab = mapping({ ToleratedFailurePercentage: 0, MaxConcurrency: 3 }, 50, async (_, { call }) => {
      await lab.timers.take(call);
      return call === 2 ? broken() : 'ok';
    });
    expect(await lab.run()).toEqual({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
      cause: 'The specified tolerated failure threshold was exceeded',
    });
    expect(lab.timers.seconds).toBe(2);
    expect(lab.calls).toHaveLength(4);
    expect(lab.calls.map(({ signal }) => signal.aborted)).toEqual([false, false, true, true]);
    expect(lab.objects.openReaders).toBe(0);
    expect(lab.objects.json('results/run-1-TheMap-1/FAILED_0.json')).toHaveLength(1);
  });
  it('is caught like any failed state', async () => {
    const lab = mapping(
      {
        Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput.Error %}', Next: 'Done' }],
        Next: 'Done',
      },
      1,
      broken,
      { Done: { Type: 'Succeed' } },
    );
    expect(await lab.run()).toEqual({ status: 'SUCCEEDED', output: 'States.ExceedToleratedFailureThreshold' });
  });
  it('keeps its own error when its results cannot be written either', async () => {
    const lab = mapping({}, 1, broken);
    lab.objects.putText = async () => {
      throw new Error('disk full');
    };
    expect(await lab.run()).toMatchObject({ error: 'States.ExceedToleratedFailureThreshold' });
    expect(lab.logged.map(({ message }) => message)).toContain('results of a failed map were not written');
  });
  it.each([
    { tolerated: {}, failures: 0, status: 'SUCCEEDED' },
    { tolerated: {}, failures: 1, status: 'FAILED' },
    { tolerated: { ToleratedFailureCount: 2 }, failures: 2, status: 'SUCCEEDED' },
    { tolerated: { ToleratedFailureCount: 2 }, failures: 3, status: 'FAILED' },
    { tolerated: { ToleratedFailurePercentage: 20 }, failures: 2, status: 'SUCCEEDED' },
    { tolerated: { ToleratedFailurePercentage: 20 }, failures: 3, status: 'FAILED' },
    { tolerated: { ToleratedFailurePercentage: 50, ToleratedFailureCount: 2 }, failures: 3, status: 'FAILED' },
  ])('bears $failures failures of 10 with $tolerated: $status', async ({ tolerated, failures, status }) => {
    const lab = mapping(tolerated, 10, (_, { call }) => (call <= failures ? broken() : 'ok'));
    expect(await lab.run()).toMatchObject({ status });
  });
  it('counts all items of a failed batch', async () => {
    const batcher = { ItemBatcher: { MaxItemsPerBatch: 5, BatchInput: {} } };
    const lab = mapping({ ...batcher, ToleratedFailureCount: 4 }, 10, (_, { call }) => (call === 1 ? broken() : 'ok'));
    expect(await lab.run()).toMatchObject({ status: 'FAILED' });
  });
});

describe('a Map whose object store does not answer', () => {
  it.each(['getLines', 'putLines', 'putText'] as const)('is stopped all the same: %s', async (method) => {
    const lab = mapping({}, 1);
    // biome-ignore lint/correctness/useYield: it never comes to its first line
    const hanging = async function* (): AsyncGenerator<never> {
      await never();
    };
    const never = () => new Promise<never>(() => undefined);
    Object.assign(lab.objects, { [method]: method === 'getLines' ? hanging : never });
    await lab.engine.start('run-1', {});
    await lab.timers.until(lab.timers.take(100));
    await lab.engine.stop('run-1', 'enough');
    expect(await lab.engine.wait('run-1')).toEqual({ status: 'ABORTED', cause: 'enough' });
  });
  it('ends when the execution’s time is over', async () => {
    const lab = mapping({}, 1);
    lab.objects.putText = () => new Promise<never>(() => undefined);
    expect(await lab.run()).toMatchObject({ status: 'TIMED_OUT' });
  });
});
