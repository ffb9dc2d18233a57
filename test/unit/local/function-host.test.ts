import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { createJsonLogger } from '../../../adapters/system/json-logger.ts';
import { BATCHES_A_WORKER, type FunctionHost, startFunctionHost } from '../../../local/function-host.ts';
import type { LocalConfig } from '../../../local/runtime.ts';

const hosts: FunctionHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});

const startHost = (workers = 1, warm = false) => {
  const started = { ports: 0 };
  const host = startFunctionHost(
    {} as LocalConfig,
    () => {
      started.ports += 1;
      return new MessageChannel().port1;
    },
    createJsonLogger('silent', () => undefined),
    { workers, warm, script: new URL('../../support/function-worker.fake.ts', import.meta.url) },
  );
  hosts.push(host);
  const call = (name: string, payload: object, signal = new AbortController().signal) =>
    host.invoke(name, payload, { signal }) as Promise<{ atOnce: number }>;
  return { host, call, started };
};

describe('functions in worker threads', () => {
  const crowd = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

  it('answer, and a worker that computes takes a few at a time', async () => {
    const { call, started } = startHost(1);
    const answers = await Promise.all(crowd(10).map(() => call('embed-batch', { act: 'answer', milliseconds: 50 })));
    expect(Math.max(...answers.map(({ atOnce }) => atOnce))).toBe(BATCHES_A_WORKER);
    expect(started.ports).toBe(1);
  });

  it('are spread over the workers before one gets a second', async () => {
    const { call, started } = startHost(3);
    const answers = await Promise.all(crowd(3).map(() => call('embed-batch', { act: 'answer', milliseconds: 300 })));
    expect(answers.map(({ atOnce }) => atOnce)).toEqual([1, 1, 1]);
    expect(started.ports).toBe(3);
  });

  it('use as many workers as there are, and no more', async () => {
    const { call, started } = startHost(2);
    await Promise.all([1, 2, 3, 4].map(() => call('embed-batch', { act: 'answer', milliseconds: 20 })));
    expect(started.ports).toBe(2);
  });

  it('find their workers waiting where the host was to be warm', async () => {
    const { call, started } = startHost(2, true);
    expect(started.ports).toBe(4);
    await Promise.all(['embed-batch', 'embed-batch', 'pull', 'diff'].map((name) => call(name, { act: 'answer' })));
    expect(started.ports).toBe(4);
  });

  it('share workers where they mostly wait', async () => {
    const { call, started } = startHost(2);
    const answers = await Promise.all(crowd(20).map(() => call('pull', { act: 'answer', milliseconds: 300 })));
    expect(Math.max(...answers.map(({ atOnce }) => atOnce))).toBe(10);
    expect(started.ports).toBe(2);
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
    const dying = crowd(BATCHES_A_WORKER).map(() => call('embed-batch', { act: 'die' }));
    const waiting = call('embed-batch', { act: 'answer' });
    for (const { status } of await Promise.allSettled(dying)) expect(status).toBe('rejected');
    await expect(dying[0]).rejects.toMatchObject({ name: 'Runtime.ExitError' });
    expect(await waiting).toEqual({ atOnce: 1 });
    expect(started.ports).toBe(2);
  });

  it('are not begun any more once the call was given up', async () => {
    const { call } = startHost();
    const controller = new AbortController();
    const first = crowd(BATCHES_A_WORKER).map(() => call('embed-batch', { act: 'answer', milliseconds: 50 }));
    const givenUp = call('embed-batch', { act: 'die' }, controller.signal);
    const last = call('embed-batch', { act: 'answer' });
    controller.abort();
    await expect(givenUp).rejects.toThrow('given up');
    await Promise.all([...first, last]);
  });

  it('end with their host, those in the queue too', async () => {
    const { host, call } = startHost();
    const running = crowd(BATCHES_A_WORKER).map(() => call('embed-batch', { act: 'answer', milliseconds: 10_000 }));
    const queued = call('embed-batch', { act: 'answer' });
    const outcomes = Promise.allSettled([...running, queued]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await host.close();
    expect((await outcomes).every(({ status }) => status === 'rejected')).toBe(true);
  });
});
