import { describe, expect, it } from 'vitest';
import { rememberedExecutions } from '../../local/workflow-engine/execution-book.ts';
import { systemTimers } from '../../local/workflow-engine/timers.ts';
import { createWorkflowEngine } from '../../local/workflow-engine/workflow-engine.ts';
import { createLab, machine, map, named, retrier, substitutions, task } from './support/lab.ts';
import { MemoryObjects } from './support/memory-objects.ts';

const forever = () => new Promise(() => undefined);
const busy = () => {
  throw named('Busy');
};

describe('start', () => {
  it('uses a name once, while the execution runs and after it has ended', async () => {
    const lab = createLab(machine({ A: task() }), { f: () => lab.timers.take(1) });
    expect(await lab.engine.start('n', {})).toBe('started');
    expect(await lab.engine.start('n', {})).toBe('exists');
    await lab.timers.until(lab.engine.wait('n'));
    expect(await lab.engine.start('n', {})).toBe('exists');
    expect(lab.calls).toHaveLength(1);
  });
  it.each(['', 'a b', 'x'.repeat(81)])('refuses a name that Step Functions would refuse: %j', async (name) => {
    const lab = createLab(machine({ A: task() }), {});
    await expect(lab.engine.start(name, {})).rejects.toThrow(RangeError);
  });
  it('runs executions beside each other', async () => {
    const lab = createLab(machine({ A: task() }), { f: () => lab.timers.take(5) });
    await lab.engine.start('a', {});
    await lab.engine.start('b', {});
    await lab.timers.until(Promise.all([lab.engine.wait('a'), lab.engine.wait('b')]));
    expect(lab.timers.seconds).toBe(5);
  });
});

describe('describe and wait', () => {
  it('tell running, ended and absent', async () => {
    const lab = createLab(machine({ A: task() }), { f: () => lab.timers.take(1) });
    expect(await lab.engine.describe('n')).toBe('absent');
    await lab.engine.start('n', {});
    expect(await lab.engine.describe('n')).toBe('running');
    await lab.timers.until(lab.engine.wait('n'));
    expect(await lab.engine.describe('n')).toBe('ended');
    expect(await lab.engine.wait('n')).toEqual({ status: 'SUCCEEDED', output: null });
  });
  it('wait throws for a name that was never started', async () => {
    await expect(createLab(machine({ A: task() }), {}).engine.wait('n')).rejects.toThrow(RangeError);
  });
  it('forget the oldest ended execution when there are too many', async () => {
    const { engine } = createLab(machine({ A: { Type: 'Succeed' } }), {});
    for (let n = 0; n <= rememberedExecutions; n++) {
      await engine.start(`n${n}`, n);
      await engine.wait(`n${n}`);
    }
    expect(await engine.describe('n0')).toBe('absent');
    expect(await engine.describe('n1')).toBe('ended');
  });
});

describe('stop', () => {
  it('ends the execution at once as ABORTED and aborts the running function, although that goes on', async () => {
    const lab = createLab(machine({ A: task({ Next: 'B' }), B: task() }), { f: forever });
    await lab.engine.start('n', {});
    await lab.timers.until(lab.timers.take(1));
    await lab.engine.stop('n', 'cancelled by bob');
    expect(await lab.engine.wait('n')).toEqual({ status: 'ABORTED', cause: 'cancelled by bob' });
    expect(lab.calls.map(({ signal }) => signal.aborted)).toEqual([true]);
    expect(lab.timers.seconds).toBe(1);
  });
  it('is seen by no Retry and no Catch, even when the function answers the abort with an error', async () => {
    const lab = createLab(
      machine({
        A: task({
          Retry: [retrier({ ErrorEquals: ['States.TaskFailed'] })],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }],
          Next: 'B',
        }),
        B: task(),
      }),
      {
        f: (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(named('AbortError')));
          }),
      },
    );
    await lab.engine.start('n', {});
    await lab.timers.until(lab.timers.take(1));
    await lab.engine.stop('n', 'enough');
    expect(await lab.engine.wait('n')).toMatchObject({ status: 'ABORTED' });
    expect(lab.calls).toHaveLength(1);
  });
  it('ends a wait between two tries', async () => {
    const lab = createLab(machine({ A: task({ Retry: [retrier({ IntervalSeconds: 100 })] }) }), { f: busy });
    await lab.engine.start('n', {});
    await lab.timers.until(lab.timers.take(1));
    await lab.engine.stop('n', 'enough');
    expect(lab.calls).toHaveLength(1);
    expect(lab.timers.pending).toBe(0);
  });
  it('calls no function when it comes before the first', async () => {
    const lab = createLab(machine({ A: task() }), {});
    await lab.engine.start('n', {});
    await lab.engine.stop('n', 'enough');
    expect(lab.calls).toEqual([]);
  });
  it('holds where there is no function left to call', async () => {
    const lab = createLab(
      machine({
        C: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'Done' }], Default: 'Done' },
        Done: { Type: 'Succeed' },
      }),
      {},
    );
    await lab.engine.start('n', {});
    await lab.engine.stop('n', 'enough');
    expect(await lab.engine.wait('n')).toMatchObject({ status: 'ABORTED' });
  });
  it('is no error for an execution that has ended or never was', async () => {
    const lab = createLab(machine({ A: task() }), {});
    await lab.run({}, 'n');
    await lab.engine.stop('n', 'late');
    await lab.engine.stop('m', 'never');
    expect(await lab.engine.wait('n')).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('the execution timeout', () => {
  it('ends the execution as TIMED_OUT, past every Retry and Catch', async () => {
    const lab = createLab(
      machine(
        { A: task({ Retry: [retrier({ MaxAttempts: 1000, IntervalSeconds: 50, BackoffRate: 1 })] }) },
        { TimeoutSeconds: 120 },
      ),
      { f: busy },
    );
    expect(await lab.run()).toEqual({
      status: 'TIMED_OUT',
      error: 'States.Timeout',
      cause: 'the execution took more than 120 s',
    });
    expect(lab.calls).toHaveLength(3);
  });
});

describe('close', () => {
  it('stops every execution and starts no other', async () => {
    const lab = createLab(machine({ A: task() }), { f: forever });
    await lab.engine.start('a', {});
    await lab.engine.start('b', {});
    await lab.timers.until(lab.timers.take(1));
    await lab.engine.close();
    expect(await lab.engine.wait('a')).toMatchObject({ status: 'ABORTED' });
    expect(await lab.engine.describe('b')).toBe('ended');
    await expect(lab.engine.start('c', {})).rejects.toThrow('closed');
    expect(lab.timers.pending).toBe(0);
  });
});

describe('a fault of the engine or of its own parts', () => {
  it('is States.Runtime: neither retried nor caught, and the execution ends', async () => {
    const lab = createLab(
      machine({
        A: task({
          Retry: [retrier({ ErrorEquals: ['States.ALL'] })],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }],
          Next: 'B',
        }),
        B: task(),
      }),
      {},
    );
    const after = lab.timers.after.bind(lab.timers);
    lab.timers.after = (milliseconds, action) => {
      if (milliseconds === 60_000) throw new Error('no timers left');
      return after(milliseconds, action);
    };
    expect(await lab.run()).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
  it('ends the execution outside of a guarded state too', async () => {
    const lab = createLab(machine({ A: { Type: 'Succeed' } }), {});
    let asked = 0;
    lab.timers.now = () => {
      if (++asked > 1) throw new Error('no clock');
      return new Date(0);
    };
    await lab.engine.start('n', {});
    expect(await lab.timers.until(lab.engine.wait('n'))).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});

describe('with the system’s time and without a logger', () => {
  const real = (states: Record<string, object>, invoke: () => Promise<unknown>) =>
    createWorkflowEngine({ definition: machine(states), substitutions, objects: new MemoryObjects(), invoke });
  it('runs to the end, and leaves no timer behind', async () => {
    const engine = real({ A: task() }, async () => 'fine');
    await engine.start('n', {});
    expect(await engine.wait('n')).toEqual({ status: 'SUCCEEDED', output: 'fine' });
  });
  it('retries with jitter and fails', async () => {
    let calls = 0;
    const engine = real(
      {
        A: task({
          Retry: [retrier({ JitterStrategy: 'FULL', MaxAttempts: 1, IntervalSeconds: 1, BackoffRate: 1 })],
          Catch: [{ ErrorEquals: ['Nothing'], Next: 'B' }],
          Next: 'B',
        }),
        B: map(),
      },
      async () => {
        calls += 1;
        return busy();
      },
    );
    await engine.start('n', {});
    expect(await engine.wait('n')).toMatchObject({ status: 'FAILED', error: 'Busy' });
    expect(calls).toBe(2);
  });
  it('does not take a timeout beyond setTimeout’s reach for none at all', async () => {
    let fired = false;
    const cancel = systemTimers.after(40 * 24 * 3600 * 1000, () => {
      fired = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    cancel();
    expect(fired).toBe(false);
  });
});
