import { describe, expect, it } from 'vitest';
import { createLab, machine, task } from './support/lab.ts';

describe('variables', () => {
  it('are assigned when a state is left, and read in every later state', async () => {
    const lab = createLab(
      machine({
        A: task({ Assign: { first: '{% $states.input.n %}', got: '{% $states.result.Payload %}' }, Next: 'B' }),
        B: task({ Output: { got: '{% $got %}', first: '{% $first %}', before: '{% $states.input %}' } }),
      }),
      { f: (_, { call }) => call },
    );
    expect(await lab.run({ n: 5 })).toMatchObject({ output: { got: 1, first: 5, before: 1 } });
  });
  it('are seen with their old values while a state assigns', async () => {
    const lab = createLab(
      machine({
        A: task({ Assign: { n: 1, m: 10 }, Next: 'B' }),
        B: task({ Assign: { n: '{% $m %}', m: '{% $n %}' }, Next: 'C' }),
        C: task({ Output: ['{% $n %}', '{% $m %}'] }),
      }),
      {},
    );
    expect(await lab.run()).toMatchObject({ output: [10, 1] });
  });
  it('fail the query when they have not been assigned on the way', async () => {
    const lab = createLab(
      machine({
        Which: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.skip %}', Next: 'B' }], Default: 'A' },
        A: task({ Assign: { n: 1 }, Next: 'B' }),
        B: task({ Output: '{% $n %}' }),
      }),
      {},
    );
    expect(await lab.run({ skip: true })).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });
});

describe('expressions', () => {
  it('stand anywhere deep in JSON, beside plain values', async () => {
    const lab = createLab(
      machine({
        A: task({
          Output: { list: [1, '{% $states.input.a & "!" %}', null, true], deep: { b: '{% -$states.input.n %}' } },
        }),
      }),
      {},
    );
    expect(await lab.run({ a: 'x', n: 2 })).toMatchObject({ output: { list: [1, 'x!', null, true], deep: { b: -2 } } });
  });
  it('fail with States.QueryEvaluationError when JSONata throws', async () => {
    const lab = createLab(machine({ A: task({ Output: '{% $states.input.a + "text" %}' }) }), {});
    expect(await lab.run({ a: 1 })).toMatchObject({
      status: 'FAILED',
      error: 'States.QueryEvaluationError',
      cause: expect.stringContaining('field Output'),
    });
  });
  it('read execution and state from the context', async () => {
    const lab = createLab(
      machine({ A: task({ Output: ['{% $states.context.Execution %}', '{% $states.context.State.Name %}'] }) }),
      {},
    );
    expect(await lab.run({ n: 1 })).toMatchObject({
      output: [
        { Id: 'local:execution:run-1', Name: 'run-1', Input: { n: 1 }, StartTime: '2026-01-01T00:00:00.000Z' },
        'A',
      ],
    });
  });
});

describe('a Choice', () => {
  const choosing = machine({
    Which: {
      Type: 'Choice',
      Choices: [
        { Condition: '{% $states.input.n = 0 %}', Next: 'None' },
        { Condition: '{% $states.input.n = 1 and true %}', Next: 'One' },
      ],
      Default: 'Many',
    },
    None: { Type: 'Succeed', Output: 'none' },
    One: { Type: 'Succeed', Output: 'one' },
    Many: { Type: 'Succeed' },
  });
  it.each([
    { n: 0, output: 'none' },
    { n: 1, output: 'one' },
    { n: 2, output: { n: 2 } },
  ])('goes where the first true condition leads, else to Default: $n', async ({ n, output }) => {
    expect(await createLab(choosing, {}).run({ n })).toEqual({ status: 'SUCCEEDED', output });
  });
  it('fails when a condition is not true or false', async () => {
    const odd = machine({
      Which: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.n %}', Next: 'Done' }], Default: 'Done' },
      Done: { Type: 'Succeed' },
    });
    expect(await createLab(odd, {}).run({ n: 1 })).toMatchObject({ error: 'States.QueryEvaluationError' });
  });
});

describe('a Fail', () => {
  it('ends the execution with its evaluated Error and Cause', async () => {
    const failing = machine({ No: { Type: 'Fail', Error: '{% $states.input.name %}', Cause: 'because' } });
    expect(await createLab(failing, {}).run({ name: 'Mine' })).toEqual({
      status: 'FAILED',
      error: 'Mine',
      cause: 'because',
    });
  });
});
