import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { createJsonLogger } from '../../adapters/system/json-logger.ts';
import { type FunctionHost, startFunctionHost } from '../../local/function-host.ts';
import type { LocalConfig } from '../../local/runtime.ts';
import { createWorkflowEngine } from '../../local/workflow-engine/workflow-engine.ts';
import { calling, machine, map, placeholder, task } from './support/lab.ts';
import { MemoryObjects } from './support/memory-objects.ts';

const WORKERS = 2;
const SMALL = 19;
const hosts: FunctionHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});

/** Each batch takes a worker 5 ms; as many of a job at once as there are workers, as on one machine. */
const definition = machine({
  M: map({
    ItemReader: {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSONL' },
      Arguments: { Bucket: placeholder('Bucket'), Key: '{% $states.input.items %}' },
    },
    MaxConcurrency: WORKERS,
    ItemBatcher: { MaxItemsPerBatch: 1, BatchInput: { job: '{% $states.input.items %}' } },
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Embed',
      States: {
        Embed: task({
          Arguments: calling('F', { act: 'answer', milliseconds: 5, job: '{% $states.input.BatchInput.job %}' }),
        }),
      },
    },
  }),
});

describe('twenty jobs at once on one machine', () => {
  it('take turns at the workers: the small ones end while the large one has hardly begun', async () => {
    const host = startFunctionHost(
      {} as LocalConfig,
      () => new MessageChannel().port1,
      createJsonLogger('silent', () => undefined),
      { workers: WORKERS, script: new URL('../support/function-worker.fake.ts', import.meta.url) },
    );
    hosts.push(host);
    const objects = new MemoryObjects();
    const done: string[] = [];
    const begun = Promise.withResolvers<void>();
    const engine = createWorkflowEngine({
      definition,
      substitutions: { F: 'embed-batch', Bucket: 'the-bucket' },
      objects,
      invoke: async (name, payload, options) => {
        const answer = await host.invoke(name, payload, options);
        begun.resolve();
        done.push((payload as { job: string }).job);
        return answer;
      },
    });
    const put = (key: string, batches: number) =>
      objects.texts.set(key, Array.from({ length: batches }, (_, n) => JSON.stringify({ n })).join('\n'));
    put('large', 400);
    await engine.start('large', { items: 'large' });
    await begun.promise;
    for (let n = 0; n < SMALL; n++) {
      put(`small-${n}`, 1);
      await engine.start(`small-${n}`, { items: `small-${n}` });
    }
    // A thread that has to wait for its processor starts them slowly.
    const before = done.length;
    await Promise.all(Array.from({ length: SMALL }, (_, n) => engine.wait(`small-${n}`)));
    // What the large one had on the workers, what waited before the small ones came, and one turn each.
    expect(done.slice(before).filter((job) => job === 'large').length).toBeLessThanOrEqual(4 * WORKERS);
    expect(done.filter((job) => job !== 'large')).toHaveLength(SMALL);
    await engine.close();
  });
});
