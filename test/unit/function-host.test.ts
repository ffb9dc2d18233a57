import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { createJsonLogger } from '../../adapters/system/json-logger.ts';
import { type FunctionHost, startFunctionHost } from '../../local/function-host.ts';
import type { LocalConfig } from '../../local/runtime.ts';

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
    { workers, warm, script: new URL('../support/function-worker.fake.ts', import.meta.url) },
  );
  hosts.push(host);
  const call = (name: string, payload: object, signal = new AbortController().signal) =>
    host.invoke(name, payload, { signal }) as Promise<{ atOnce: number }>;
  return { host, call, started };
};

describe('functions in worker threads', () => {
  it('answer, and run one at a time on a worker that computes', async () => {
    const { call, started } = startHost(1);
    const answers = await Promise.all([1, 2, 3].map(() => call('embed-batch', { act: 'answer', milliseconds: 20 })));
    expect(answers.map(({ atOnce }) => atOnce)).toEqual([1, 1, 1]);
    expect(started.ports).toBe(1);
  });

  it('use as many workers as there are, and no more', async () => {
    const { call, started } = startHost(2);
    await Promise.all([1, 2, 3, 4].map(() => call('embed-batch', { act: 'answer', milliseconds: 20 })));
    expect(started.ports).toBe(2);
  });

  it('find their workers waiting where the host was to be warm', async () => {
    const { call, started } = startHost(2, true);
    expect(started.ports).toBe(3);
    await Promise.all(['embed-batch', 'embed-batch', 'pull'].map((name) => call(name, { act: 'answer' })));
    expect(started.ports).toBe(3);
  });

  it('share a worker where they mostly wait', async () => {
    const { call, started } = startHost(2);
    const answers = await Promise.all([1, 2, 3].map(() => call('pull', { act: 'answer', milliseconds: 50 })));
    expect(Math.max(...answers.map(({ atOnce }) => atOnce))).toBe(3);
    expect(started.ports).toBe(1);
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
    const waiting = call('embed-batch', { act: 'answer' });
    await expect(dying).rejects.toMatchObject({ name: 'Lambda.ServiceException' });
    expect(await waiting).toEqual({ atOnce: 1 });
    expect(started.ports).toBe(2);
  });

  it('are not begun any more once the call was given up', async () => {
    const { call } = startHost();
    const controller = new AbortController();
    const first = call('embed-batch', { act: 'answer', milliseconds: 50 });
    const givenUp = call('embed-batch', { act: 'die' }, controller.signal);
    const last = call('embed-batch', { act: 'answer' });
    controller.abort();
    await expect(givenUp).rejects.toThrow('given up');
    expect([await first, await last]).toEqual([{ atOnce: 1 }, { atOnce: 1 }]);
  });

  it('end with their host, those in the queue too', async () => {
    const { host, call } = startHost();
    const running = call('embed-batch', { act: 'answer', milliseconds: 10_000 });
    const queued = call('embed-batch', { act: 'answer' });
    const outcomes = Promise.allSettled([running, queued]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await host.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
