import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { Definition } from '../../local/workflow-engine/definition.ts';
import { loadProgram } from '../../local/workflow-engine/load-program.ts';
import { substitutions } from './support/lab.ts';

const file = readFileSync(new URL('../../core/workflow/sync.asl.json', import.meta.url), 'utf8');
const definition = Definition.parse(JSON.parse(file));
type Validate = (definition: unknown) => { isValid: boolean; errors: unknown[] };
const validate: Validate = createRequire(import.meta.url)('asl-validator');

const outer = Object.entries(definition.States).map(([name, state]) => ({ name, state, inner: false }));
const inner = outer.flatMap(({ state }) =>
  state.Type === 'Map'
    ? Object.entries(state.ItemProcessor.States).map(([name, state]) => ({ name, state, inner: true }))
    : [],
);
const guarded = [...outer, ...inner].flatMap(({ name, state, inner }) =>
  state.Type === 'Task' || state.Type === 'Map' ? [{ name, state, inner }] : [],
);
const retriers = guarded.flatMap(({ name, state }) =>
  state.Retry.map((retrier, at) => ({ name: `${name} ${at}`, retrier })),
);
const stateOf = <T extends 'Task' | 'Map'>(name: string, type: T) => {
  const found = guarded.find((one) => one.name === name)?.state;
  if (found?.Type !== type) throw new Error(`no ${type} ${name}`);
  return found as Extract<typeof found, { Type: T }>;
};

describe('core/workflow/sync.asl.json', () => {
  it('is valid for asl-validator', () => {
    expect(validate(JSON.parse(file))).toMatchObject({ isValid: true, errors: [] });
  });
  it('is not valid when a target is missing: the validator looks', () => {
    expect(validate(JSON.parse(file.replace('"Next": "Diff"', '"Next": "Nowhere"'))).isValid).toBe(false);
  });
  it('is what the local engine runs', () => {
    expect(() => loadProgram(JSON.parse(file), substitutions)).not.toThrow();
  });
  it('asks for these substitutions and no others', () => {
    const asked = new Set([...file.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
    const { F, G, ...known } = substitutions;
    expect([F, G]).toEqual(['f', 'g']);
    expect([...asked].sort()).toEqual(Object.keys(known).sort());
  });
  it('ends after 12 hours at the latest', () => {
    expect(definition.TimeoutSeconds).toBe(12 * 60 * 60);
  });

  it.each(guarded)('$name retries something', ({ state }) => {
    expect(state.Retry.length).toBeGreaterThan(0);
  });
  it.each(guarded.filter(({ name, inner }) => name !== 'FailSync' && !inner))(
    '$name leads any error to FailSync',
    ({ state }) => {
      expect(state.Catch).toMatchObject([
        { ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput %}', Next: 'FailSync' },
      ]);
    },
  );
  it('has no second error path: neither FailSync nor the Map’s children catch', () => {
    expect(stateOf('FailSync', 'Task').Catch).toEqual([]);
    expect(stateOf('EmbedBatch', 'Task').Catch).toEqual([]);
  });

  it.each(retriers)('retrier $name is bounded and jittered', ({ retrier }) => {
    expect(retrier).toMatchObject({ JitterStrategy: 'FULL', MaxDelaySeconds: expect.any(Number) });
    expect(retrier.MaxAttempts).toBeGreaterThan(0);
  });
  it.each(retriers)('retrier $name names its errors, and never a superseded job', ({ retrier }) => {
    expect(retrier.ErrorEquals).not.toContain('States.ALL');
    expect(retrier.ErrorEquals).not.toContain('SyncSupersededError');
  });
  it.each(retriers)('retrier $name says the sum of its waits', ({ retrier }) => {
    const { IntervalSeconds, BackoffRate, MaxAttempts, MaxDelaySeconds = 0 } = retrier;
    const waits = Array.from({ length: MaxAttempts }, (_, n) =>
      Math.min(IntervalSeconds * BackoffRate ** n, MaxDelaySeconds),
    );
    const sum = waits.reduce((a, b) => a + b, 0);
    const said = waits.length > 1 ? `${waits.join(' + ')} = ${sum} s` : `${sum} s`;
    expect(retrier.Comment).toContain(said);
  });
  it.each(guarded.filter(({ name, state }) => state.Type === 'Task' && name !== 'FailSync'))(
    '$name comes back when Lambda throttles or fails',
    ({ state }) => {
      expect(state.Retry[0]?.ErrorEquals).toEqual(
        expect.arrayContaining([
          'Lambda.ServiceException',
          'Lambda.AWSLambdaException',
          'Lambda.SdkClientException',
          'Lambda.ClientExecutionTimeoutException',
          'Lambda.TooManyRequestsException',
        ]),
      );
    },
  );
  it.each(guarded.filter(({ name, state }) => state.Type === 'Task' && name !== 'FailSync'))(
    '$name has one or two more tries after a lost sandbox, and a batch four, as Lambda and Step Functions name it',
    ({ state }) => {
      for (const error of ['Lambda.Unknown', 'Runtime.ExitError', 'Sandbox.Timedout', 'States.Timeout']) {
        const attempts = state.Retry.find(({ ErrorEquals }) => ErrorEquals.includes(error))?.MaxAttempts ?? 0;
        expect([1, 2, 4], error).toContain(attempts);
      }
    },
  );
  it('gives a batch the tries that it takes to find and leave out three files', () => {
    const lost = stateOf('EmbedOne', 'Task').Retry.find(({ ErrorEquals }) => ErrorEquals.includes('Runtime.ExitError'));
    expect(lost?.MaxAttempts).toBe(4);
    const longest = 5 * (stateOf('EmbedOne', 'Task').TimeoutSeconds ?? 0) + 130;
    expect(lost?.Comment).toContain(`with 930 s for each of five tries, ${longest} s pass`);
  });
  it('says how long three tries of the longest task last', () => {
    const longest = Math.max(...guarded.map(({ state }) => (state.Type === 'Task' ? state.TimeoutSeconds : 0)));
    const lost = stateOf('Pull', 'Task').Retry.find(({ ErrorEquals }) => ErrorEquals.includes('Runtime.ExitError'));
    const tries = 1 + (lost?.MaxAttempts ?? 0);
    expect(lost?.Comment).toContain(`with ${longest} s for each of three tries, ${tries * longest + 30} s pass`);
  });
  it('retries FailSync whatever it fails with: the lock depends on it', () => {
    expect(stateOf('FailSync', 'Task').Retry).toMatchObject([{ ErrorEquals: ['States.TaskFailed', 'States.Timeout'] }]);
  });
  it('retries a batch the same way with and without the Map', () => {
    expect(stateOf('EmbedOne', 'Task').Retry).toEqual(stateOf('EmbedBatch', 'Task').Retry);
    expect(stateOf('EmbedOne', 'Task').TimeoutSeconds).toBe(stateOf('EmbedBatch', 'Task').TimeoutSeconds);
  });
  it('tolerates no failed batch', () => {
    expect(stateOf('EmbedMany', 'Map')).toMatchObject({ ToleratedFailurePercentage: 0, Label: 'EmbedMany' });
  });
});
