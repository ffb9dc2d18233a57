import { describe, expect, it } from 'vitest';
import { calling, createLab, machine, named, retrier, task } from './support/lab.ts';

describe('a Task', () => {
  it('calls its function with the payload, and without Output hands on what lambda:invoke answers', async () => {
    const { Output, ...plain } = task();
    const lab = createLab(machine({ A: plain }), { f: () => ({ said: 'hello' }) });
    expect(Output).toBeDefined();
    expect(await lab.run({ n: 1 })).toEqual({
      status: 'SUCCEEDED',
      output: { ExecutedVersion: '$LATEST', Payload: { said: 'hello' }, StatusCode: 200 },
    });
    expect(lab.calls).toMatchObject([{ fn: 'f', payload: { n: 1 } }]);
  });
  it('turns a result of undefined into null, as JSON does', async () => {
    const lab = createLab(machine({ A: task() }), {});
    expect(await lab.run()).toEqual({ status: 'SUCCEEDED', output: null });
  });
  it('reports an error by its name, with type and message as JSON in the cause', async () => {
    const lab = createLab(machine({ A: task() }), {
      f: () => {
        throw named('BrokenError', 'it broke');
      },
    });
    expect(await lab.run()).toEqual({
      status: 'FAILED',
      error: 'BrokenError',
      cause: '{"errorType":"BrokenError","errorMessage":"it broke"}',
    });
  });
  it('reports what is thrown and is no error as Error', async () => {
    const lab = createLab(machine({ A: task() }), { f: () => Promise.reject('no') });
    expect(await lab.run()).toMatchObject({ status: 'FAILED', error: 'Error', cause: expect.stringContaining('"no"') });
  });
  it('cuts a message that Step Functions would cut, so that the cause can be handed on', async () => {
    const lab = createLab(
      machine({ A: task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }], Next: 'B' }), B: task() }),
      {
        f: (_, { call }) => {
          if (call === 1) throw named('Long', 'x'.repeat(300_000));
          return 'told';
        },
      },
    );
    expect(await lab.run()).toEqual({ status: 'SUCCEEDED', output: 'told' });
  });
  it('fails with the error that the result cannot be JSON', async () => {
    const lab = createLab(machine({ A: task() }), { f: () => 1n });
    expect(await lab.run()).toMatchObject({ status: 'FAILED', error: 'TypeError' });
  });
  it('tries again by its Retry, with the waits of the policy, and counts the tries in the context', async () => {
    const lab = createLab(
      machine({
        A: task({
          Arguments: calling('F', '{% $states.context.State.RetryCount %}'),
          Retry: [retrier({ IntervalSeconds: 3 })],
        }),
      }),
      {
        f: (_, { call }) => {
          if (call < 3) throw named('Busy');
          return 'done';
        },
      },
    );
    expect(await lab.run()).toEqual({ status: 'SUCCEEDED', output: 'done' });
    expect(lab.calls.map(({ at, payload }) => [at, payload])).toEqual([
      [0, 0],
      [3, 1],
      [9, 2],
    ]);
    expect(lab.logged.filter(({ message }) => message === 'workflow state is retried')).toMatchObject([
      { facts: { state: 'A', error: 'Busy', delay_ms: 3000 } },
      { facts: { delay_ms: 6000 } },
    ]);
  });
  it('draws the jitter from the random that was given', async () => {
    const lab = createLab(
      machine({ A: task({ Retry: [retrier({ IntervalSeconds: 8, JitterStrategy: 'FULL', MaxAttempts: 1 })] }) }),
      {
        f: () => {
          throw named('Busy');
        },
      },
      () => 0.5,
    );
    expect(await lab.run()).toMatchObject({ error: 'Busy' });
    expect(lab.calls.map(({ at }) => at)).toEqual([0, 4]);
  });
  it('fails with States.Timeout when its time is over, and aborts the function', async () => {
    const lab = createLab(machine({ A: task({ TimeoutSeconds: 60 }) }), { f: () => new Promise(() => undefined) });
    expect(await lab.run()).toEqual({ status: 'FAILED', error: 'States.Timeout', cause: 'A took more than 60 s' });
    expect(lab.timers.seconds).toBe(60);
    expect(lab.calls[0]?.signal.aborted).toBe(true);
  });
  it('leaves no timer and does not abort the function when all is well', async () => {
    const lab = createLab(machine({ A: task() }), { f: () => 1 });
    await lab.run();
    expect(lab.timers.pending).toBe(0);
    expect(lab.calls[0]?.signal.aborted).toBe(false);
  });
  it('is caught by the first catcher that matches, with errorOutput for Assign and Output', async () => {
    const lab = createLab(
      machine({
        A: task({
          Next: 'Done',
          Catch: [
            { ErrorEquals: ['Other'], Next: 'Done' },
            {
              ErrorEquals: ['States.ALL'],
              Assign: { name: '{% $states.errorOutput.Error %}' },
              Output: { why: '{% $states.errorOutput.Cause %}', from: '{% $states.input.n %}' },
              Next: 'Report',
            },
          ],
        }),
        Report: task({ Arguments: calling('G', ['{% $name %}', '{% $states.input %}']) }),
        Done: { Type: 'Succeed' },
      }),
      {
        f: () => {
          throw named('Broken', 'really');
        },
      },
    );
    await lab.run({ n: 7 });
    expect(lab.called('g')[0]?.payload).toEqual([
      'Broken',
      { why: '{"errorType":"Broken","errorMessage":"really"}', from: 7 },
    ]);
  });
  it('hands the error on where a catcher has no Output', async () => {
    const lab = createLab(
      machine({
        A: task({ Next: 'Done', Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Done' }] }),
        Done: { Type: 'Succeed', Output: '{% $states.input.Error %}' },
      }),
      { f: () => new Promise(() => undefined) },
    );
    expect(await lab.run()).toEqual({ status: 'SUCCEEDED', output: 'States.Timeout' });
  });
  it('retries and catches an Output that cannot be evaluated, as any other error', async () => {
    const lab = createLab(
      machine({
        A: task({
          Output: '{% $states.result.Payload.absent %}',
          Retry: [retrier({ ErrorEquals: ['States.QueryEvaluationError'], MaxAttempts: 1 })],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Done' }],
          Next: 'Done',
        }),
        Done: { Type: 'Succeed', Output: '{% $states.input.Cause %}' },
      }),
      { f: () => ({}) },
    );
    expect(await lab.run()).toMatchObject({ output: expect.stringContaining('returned nothing') });
    expect(lab.calls).toHaveLength(2);
  });
});

describe('the 256 KiB limit', () => {
  const big = 'x'.repeat(256 * 1024);
  const caught = { Next: 'Done', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Done' }] };
  it('fails a state whose result is larger, and States.ALL does not catch it', async () => {
    const lab = createLab(machine({ A: task(caught), Done: { Type: 'Succeed' } }), { f: () => big });
    expect(await lab.run()).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });
  it('counts bytes, not characters', async () => {
    const lab = createLab(machine({ A: task() }), { f: () => 'é'.repeat(140_000) });
    expect(await lab.run()).toMatchObject({ error: 'States.DataLimitExceeded' });
  });
  it('lets a result of exactly the limit pass', async () => {
    const lab = createLab(machine({ A: task() }), { f: () => 'x'.repeat(256 * 1024 - 2) });
    expect(await lab.run()).toMatchObject({ status: 'SUCCEEDED' });
  });
  it('fails a state whose payload is larger, before its function is called', async () => {
    const twice = calling('F', ['{% $states.input %}', '{% $states.input %}']);
    const lab = createLab(machine({ A: task({ Arguments: twice }) }), {});
    expect(await lab.run('x'.repeat(140_000))).toMatchObject({ error: 'States.DataLimitExceeded' });
    expect(lab.calls).toEqual([]);
  });
  it('refuses to start with a larger input', async () => {
    const lab = createLab(machine({ A: task() }), {});
    await expect(lab.engine.start('run-1', big)).rejects.toThrow('States.DataLimitExceeded');
    expect(await lab.engine.describe('run-1')).toBe('absent');
  });
});
