import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { createJsonLogger } from '../../../adapters/system/json-logger.ts';
import {
  BATCHES_A_WORKER,
  type FunctionHost,
  PATIENCE,
  type Patience,
  startFunctionHost,
} from '../../../local/function-host.ts';
import type { LocalConfig } from '../../../local/runtime.ts';
import type { Act } from '../../support/function-worker.fake.ts';
import { spins } from '../../support/spin.ts';

const hosts: FunctionHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});

const crowdOf = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

const fakeWorker = new URL('../../support/function-worker.fake.ts', import.meta.url);

const openHost = (
  workers = 1,
  warm = false,
  patience: Partial<Patience> = {},
  config: object = {},
  script = fakeWorker,
) => {
  const started = { ports: 0 };
  const host = startFunctionHost(
    config as LocalConfig,
    () => {
      started.ports += 1;
      return new MessageChannel().port1;
    },
    createJsonLogger('silent', () => undefined),
    {
      workers,
      warm,
      patience: { ...PATIENCE, ...patience },
      script,
    },
  );
  const call = (name: string, payload: Act, signal = new AbortController().signal) =>
    host.invoke(name, payload, { signal }) as Promise<{ atOnce: number }>;
  return { host, call, started };
};
/** The same, closed after the test: not for tests that run beside each other, which close their own. */
const startHost = (...options: Parameters<typeof openHost>): ReturnType<typeof openHost> => {
  const opened = openHost(...options);
  hosts.push(opened.host);
  return opened;
};

describe('functions in worker threads', () => {
  it('answer, and a worker that computes takes a few at a time', async () => {
    const { call, started } = startHost(1);
    const answers = await Promise.all(crowdOf(10).map(() => call('embed-batch', { act: 'answer', milliseconds: 50 })));
    expect(Math.max(...answers.map(({ atOnce }) => atOnce))).toBe(BATCHES_A_WORKER);
    expect(started.ports).toBe(1);
  });

  it('sync what they write, but for those that embed: what a power cut takes of them is embedded again', async () => {
    const { call } = startHost(1);
    expect(await call('publish', { act: 'tell-setup' })).toMatchObject({ durable: true });
    expect(await call('embed-batch', { act: 'tell-setup' })).toMatchObject({ durable: false });
  });

  it('embed when nothing else is to be done: other steps, and searches, have their turn before', async () => {
    const { call } = startHost(1);
    const niceness = async (name: string) =>
      ((await call(name, { act: 'tell-setup' })) as unknown as { niceness: number }).niceness;
    expect(await niceness('publish')).toBeLessThan(await niceness('embed-batch'));
    expect(await niceness('grep')).toBe(await niceness('publish'));
  });

  it('are spread over the workers before one gets a second', async () => {
    const { call, started } = startHost(3);
    const answers = await Promise.all(crowdOf(3).map(() => call('embed-batch', { act: 'answer', milliseconds: 300 })));
    expect(answers.map(({ atOnce }) => atOnce)).toEqual([1, 1, 1]);
    expect(started.ports).toBe(3);
  });

  it('use as many workers as there are, and no more', async () => {
    const { call, started } = startHost(2);
    await Promise.all([1, 2, 3, 4].map(() => call('embed-batch', { act: 'answer', milliseconds: 20 })));
    expect(started.ports).toBe(2);
  });

  it('find a worker of each kind waiting where the host was to be warm, and a second one is started when there is work for it', async () => {
    const { call, started } = startHost(2, true);
    expect(started.ports).toBe(2);
    await Promise.all(['embed-batch', 'pull'].map((name) => call(name, { act: 'answer' })));
    expect(started.ports).toBe(2);
    await Promise.all(['embed-batch', 'embed-batch', 'pull', 'diff'].map((name) => call(name, { act: 'answer' })));
    expect(started.ports).toBe(4);
  });

  it('share workers where they mostly wait', async () => {
    const { call, started } = startHost(2);
    const answers = await Promise.all(crowdOf(20).map(() => call('pull', { act: 'answer', milliseconds: 300 })));
    expect(Math.max(...answers.map(({ atOnce }) => atOnce))).toBe(10);
    expect(started.ports).toBe(2);
  });

  it('begin with batches that a step tells of while it runs, and answer with them when they are asked for', async () => {
    const { call } = startHost();
    const batch = (number: number) => ({
      act: 'count' as const,
      job: { repository_id: 'r', job_id: 'sync-00000000-0000-4000-8000-000000000001', fence: 1 },
      items: [{ batch: number, key: 'k', pack: 'p', files: 1, bytes: 1 }],
    });
    const batches = [1, 2].map(batch) as unknown as NonNullable<Act['batches']>;
    await call('stage', { act: 'tell', batches, milliseconds: 1000 });
    // In the order in which they were told of, whatever they are asked for in, and once.
    expect(await call('embed-batch', batch(2))).toBe(2);
    expect(await call('embed-batch', batch(1))).toBe(1);
    expect(await call('embed-batch', batch(1))).toBe(3);
  });

  it('fail with the name that the workflow retries by', async () => {
    const { call } = startHost();
    await expect(call('embed-batch', { act: 'fail' })).rejects.toMatchObject({
      name: 'EmbedderThrottledError',
      message: 'less',
    });
  });

  it('that lose their worker fail as Lambda would say it, and the next call gets another worker', async () => {
    const { call, started } = startHost();
    const queued = call('embed-batch', { act: 'answer', milliseconds: 5 });
    await queued;
    const dying = call('embed-batch', { act: 'die' });
    await expect(dying).rejects.toMatchObject({ name: 'Runtime.ExitError', message: 'the worker thread ended' });
    expect(await call('embed-batch', { act: 'answer' })).toEqual({ atOnce: 1 });
    expect(started.ports).toBe(2);
  });

  it('that lose their worker to another one are run again: only the one that ends it fails', async () => {
    const { call } = startHost();
    const healthy = crowdOf(BATCHES_A_WORKER - 1).map(() => call('embed-batch', { act: 'answer', milliseconds: 300 }));
    await expect(call('embed-batch', { act: 'die' })).rejects.toMatchObject({ name: 'Runtime.ExitError' });
    expect(await Promise.all(healthy)).toHaveLength(BATCHES_A_WORKER - 1);
  });

  it('are not begun any more once the call was given up', async () => {
    const { call } = startHost();
    const controller = new AbortController();
    const first = crowdOf(BATCHES_A_WORKER).map(() => call('embed-batch', { act: 'answer', milliseconds: 50 }));
    const givenUp = call('embed-batch', { act: 'die' }, controller.signal);
    const last = call('embed-batch', { act: 'answer' });
    controller.abort();
    await expect(givenUp).rejects.toThrow('given up');
    await Promise.all([...first, last]);
  });

  it('end with their host, those in the queue too', async () => {
    const { host, call } = startHost();
    const running = crowdOf(BATCHES_A_WORKER).map(() => call('embed-batch', { act: 'answer', milliseconds: 10_000 }));
    const queued = call('embed-batch', { act: 'answer' });
    const outcomes = Promise.allSettled([...running, queued]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await host.close();
    expect((await outcomes).every(({ status }) => status === 'rejected')).toBe(true);
  });
});

describe('a worker that does not give its processor back', () => {
  const patience = { stuck: 2_000, abandoned: 1_000 };

  // Beside each other, here and below: most of their time is patience.
  it.concurrent.for(spins)(
    'in a %s is replaced, its file is named, and those that shared it are answered',
    async (spin, { expect, onTestFinished }) => {
      const { host, call, started } = openHost(1, false, patience);
      onTestFinished(() => host.close());
      const neighbours = [1, 2].map(() => call('embed-batch', { act: 'answer', milliseconds: 200 }));
      const spinning = call('embed-batch', { act: 'spin', spin, path: 'src/å.ts', milliseconds: 10 });
      await expect(spinning).rejects.toMatchObject({
        name: 'Sandbox.Timedout',
        message: expect.stringMatching(/^src\/å\.ts: timeout: it kept a worker busy for \d+ s without a pause$/),
      });
      expect(await Promise.all(neighbours)).toHaveLength(2);
      expect(started.ports).toBe(2);
    },
  );

  it.concurrent('is not one that waits, however long', async ({ expect, onTestFinished }) => {
    const { host, call, started } = openHost(1, false, { stuck: 2_000, abandoned: 2_000 });
    onTestFinished(() => host.close());
    expect(await call('embed-batch', { act: 'answer', milliseconds: 5_000 })).toEqual({ atOnce: 1 });
    expect(started.ports).toBe(1);
  });

  it('is not met again: the next try leaves the file out, in a worker of its own', async () => {
    const { call, started } = startHost(1, false, patience);
    const work = { act: 'spin', path: 'src/a.ts' } as const;
    await expect(call('embed-batch', work)).rejects.toMatchObject({ name: 'Sandbox.Timedout' });
    const neighbour = call('embed-batch', { act: 'answer', milliseconds: 500 });
    await expect(call('embed-batch', work)).rejects.toMatchObject({ name: 'FileGivenUpError' });
    expect(await neighbour).toEqual({ atOnce: 1 });
    expect(started.ports).toBe(3);
  });

  it('and shows no file costs only the call that did it, which is found by running each alone', async () => {
    const { call } = startHost(1, false, patience);
    const healthy = [1, 2, 3].map(() => call('pull', { act: 'answer', milliseconds: 200 }));
    await expect(call('pull', { act: 'spin', milliseconds: 10 })).rejects.toMatchObject({
      name: 'Sandbox.Timedout',
      message: expect.stringMatching(/^pull: timeout/),
    });
    expect(await Promise.all(healthy)).toEqual([{ atOnce: 1 }, { atOnce: 1 }, { atOnce: 1 }]);
  });

  it('is freed soon when its call has been given up', async () => {
    const { call } = startHost(1, false, { stuck: 3_600_000, abandoned: 500 });
    const controller = new AbortController();
    const spinning = call('embed-batch', { act: 'spin', path: 'src/a.ts' }, controller.signal);
    const outcome = expect(spinning).rejects.toMatchObject({ name: 'Sandbox.Timedout' });
    const waiting = call('embed-batch', { act: 'answer', milliseconds: 100 });
    setTimeout(() => controller.abort(), 200);
    expect(await waiting).toMatchObject({ atOnce: 1 });
    await outcome;
  });

  it('keeps no call that it has not begun when another worker is free', async () => {
    const { call } = startHost(2, false, { stuck: 3_600_000, abandoned: 1_500 });
    const wanted = new AbortController();
    const givenUp = new AbortController();
    const spin = (path: string, { signal }: AbortController) =>
      call('embed-batch', { act: 'spin', path }, signal).catch((error: Error) => error.name);
    const first = spin('src/a.ts', wanted);
    const second = spin('src/b.ts', givenUp);
    await call('pull', { act: 'answer', milliseconds: 1_000 });
    const shared = [1, 2].map(() => call('embed-batch', { act: 'answer', milliseconds: 100 }));
    givenUp.abort();
    expect(await second).toBe('Sandbox.Timedout');
    expect(await Promise.all(shared)).toHaveLength(2);
    wanted.abort();
    expect(await first).toBe('Sandbox.Timedout');
  });

  it('is freed soon only when the call that it has begun was given up', async () => {
    const { call, started } = startHost(1, false, { stuck: 6_000, abandoned: 500 });
    const controller = new AbortController();
    const busy = call('embed-batch', { act: 'compute', milliseconds: 2_500 });
    await call('pull', { act: 'answer', milliseconds: 500 });
    const givenUp = call('embed-batch', { act: 'answer' }, controller.signal);
    controller.abort();
    expect(await busy).toEqual({ atOnce: 1 });
    await givenUp;
    // One of each kind of work.
    expect(started.ports).toBe(2);
  });

  it('is told apart from one that ends by itself: only a second death is held against the file', async () => {
    const { call } = startHost();
    const work = { act: 'die', path: 'src/a.ts' } as const;
    for (const _ of [1, 2])
      await expect(call('embed-batch', work)).rejects.toMatchObject({
        name: 'Runtime.ExitError',
        message: 'the worker thread ended while it worked on src/a.ts',
      });
    await expect(call('embed-batch', work)).rejects.toMatchObject({ name: 'FileGivenUpError' });
  });

  it('is replaced although calls come to it all the time', async () => {
    const { call } = startHost(1, false, { stuck: 2_000, abandoned: 2_000 });
    const spinning = call('pull', { act: 'spin', path: 'src/a.ts' }).catch((error: Error) => error.name);
    const others: Promise<unknown>[] = [];
    const coming = setInterval(() => others.push(call('pull', { act: 'answer' })), 300);
    try {
      expect(await spinning).toBe('Sandbox.Timedout');
    } finally {
      clearInterval(coming);
    }
    await Promise.all(others);
  }, 20_000);
});

describe('a worker that never comes to its first call', () => {
  const patience = { start: 3_000 };
  const endless = (how: string, count: number) => {
    const memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    new Int32Array(memory)[0] = count;
    return { endless: { how, count: memory } };
  };

  it.concurrent.for(['busy', 'asleep', 'unloaded'])(
    'since it is %s is replaced, and its calls are for another one',
    async (how, { expect, onTestFinished }) => {
      const { host, call, started } = openHost(1, false, patience, endless(how, 1));
      onTestFinished(() => host.close());
      const calls = [1, 2].map(() => call('embed-batch', { act: 'answer' }).catch((error: Error) => error));
      expect(await Promise.all(calls)).toEqual([
        expect.objectContaining({ name: 'Lambda.ServiceException', message: expect.stringMatching(/did not start/) }),
        expect.objectContaining({ name: 'Lambda.ServiceException' }),
      ]);
      expect(await call('embed-batch', { act: 'answer' })).toEqual({ atOnce: 1 });
      // Two that were warm, and the one in its place.
      expect(started.ports).toBe(2);
    },
  );
});

describe('workers that cannot be started', () => {
  /** What `new Worker` throws at, as it does where the machine has no thread or memory to spare. */
  const broken = 'https://localhost/no-such-worker.ts';

  it('fail the calls that only they could take, and are started again as soon as that is possible', async () => {
    const script = new URL(broken);
    const { call, started } = startHost(2, true, {}, {}, script);
    for (const name of ['embed-batch', 'pull'])
      await expect(call(name, { act: 'answer' })).rejects.toMatchObject({
        name: 'Lambda.ServiceException',
        message: 'no worker could be started for it',
      });
    script.href = fakeWorker.href;
    expect(await call('embed-batch', { act: 'answer' })).toEqual({ atOnce: 1 });
    // Of two that were to be warm, of the two calls, and of the one that was answered.
    expect(started.ports).toBe(5);
  });

  it('leave their calls to those that run, each once', async () => {
    const script = new URL(fakeWorker);
    const { call } = startHost(2, false, {}, {}, script);
    const first = call('embed-batch', { act: 'answer', milliseconds: 300 });
    script.href = broken;
    const others = crowdOf(2 * BATCHES_A_WORKER).map(() => call('embed-batch', { act: 'answer', milliseconds: 20 }));
    const answers = await Promise.all([first, ...others]);
    expect(Math.max(...answers.map(({ atOnce }) => atOnce))).toBe(BATCHES_A_WORKER);
  });

  it('fail what waits when the last one that runs is lost, and nothing else', async () => {
    const script = new URL(fakeWorker);
    const { call } = startHost(1, false, {}, {}, script);
    const dying = call('embed-batch', { act: 'die', milliseconds: 300, path: 'a.ts' });
    const waiting = crowdOf(BATCHES_A_WORKER).map(() =>
      call('embed-batch', { act: 'answer', milliseconds: 5_000 }).catch((error: Error) => error.message),
    );
    script.href = broken;
    await expect(dying).rejects.toMatchObject({ name: 'Runtime.ExitError' });
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['no worker could be started for it']));
    script.href = fakeWorker.href;
    expect(await call('embed-batch', { act: 'answer' })).toEqual({ atOnce: 1 });
  });
});
