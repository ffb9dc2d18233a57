import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { createJsonLogger } from '../../adapters/system/json-logger.ts';
import { startFunctionHost } from '../../local/function-host.ts';
import type { LocalConfig } from '../../local/runtime.ts';
import { createWorkflowEngine } from '../../local/workflow-engine/workflow-engine.ts';
import type { Deaths } from './support/functions.dying.ts';
import { MemoryObjects } from './support/memory-objects.ts';

const definition: unknown = JSON.parse(
  readFileSync(new URL('../../core/workflow/sync.asl.json', import.meta.url), 'utf8'),
);
const job = { repository_id: 'repo-123', job_id: 'sync-01234567-89ab-cdef-0123-456789abcdef', fence: 3 };
const itemsKey = 'repositories/repo-123/jobs/the-job/items.jsonl';
const functions = {
  BeginSyncFunction: 'begin-sync',
  PullFunction: 'pull',
  ImportSnapshotFunction: 'import-snapshot',
  DiffFunction: 'diff',
  StageFunction: 'stage',
  EmbedBatchFunction: 'embed-batch',
  PublishFunction: 'publish',
  FailSyncFunction: 'fail-sync',
};

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** The state machine as the service on one machine runs it: its engine, its function host, real worker threads that die. */
const syncWith = async (times: Deaths['times'], batches: number) => {
  const directory = mkdtempSync(join(tmpdir(), 'repository-sync-deaths-'));
  cleanups.push(() => rmSync(directory, { recursive: true }));
  const logger = createJsonLogger('silent', () => undefined);
  const deaths: Deaths = { directory, times, batches };
  const host = startFunctionHost(deaths as unknown as LocalConfig, () => new MessageChannel().port1, logger, {
    workers: 1,
    script: new URL('./support/functions.dying.ts', import.meta.url),
  });
  cleanups.push(() => host.close());
  const objects = new MemoryObjects();
  const lines = Array.from({ length: batches }, (_, at) => ({ batch: at + 1, key: `b/${at + 1}`, files: 1, bytes: 9 }));
  objects.texts.set(itemsKey, lines.map((line) => JSON.stringify(line)).join('\n'));
  const called: string[] = [];
  const engine = createWorkflowEngine({
    definition,
    substitutions: { ...functions, Bucket: 'the-bucket' },
    objects,
    invoke: (name, payload, options) => {
      called.push(name);
      return host.invoke(name, payload, options);
    },
    // No wait before a retry: how long it may be is sync-definition.test.ts's matter.
    random: () => 0,
  });
  cleanups.push(() => engine.close());
  await engine.start('run-1', job);
  const result = await engine.wait('run-1');
  return { result, calls: (name: string) => called.filter((each) => each === name).length };
};

describe('a sync whose worker threads die', () => {
  it('comes through the death of each step’s worker, twice', async () => {
    const steps = ['begin-sync', 'pull', 'diff', 'stage', 'publish', 'fail-sync'];
    const { result, calls } = await syncWith(Object.fromEntries(steps.map((name) => [name, 2])), 0);
    expect(result).toMatchObject({ status: 'SUCCEEDED' });
    for (const name of steps.slice(0, -1)) expect(calls(name), name).toBe(3);
    expect(calls('fail-sync')).toBe(0);
  });

  it('comes through the death of a worker in the only batch, and among the Map’s children', async () => {
    expect((await syncWith({ 'embed-batch 1': 2 }, 1)).result).toMatchObject({ status: 'SUCCEEDED' });
    const { result, calls } = await syncWith({ 'embed-batch 3': 2 }, 6);
    expect(result).toMatchObject({ status: 'SUCCEEDED' });
    // Those that shared the worker are run again by the host: the workflow repeats at most the one that dies, for each death.
    expect(calls('embed-batch')).toBeLessThanOrEqual(8);
    expect(calls('fail-sync')).toBe(0);
  });

  it.each([
    ['a step', { pull: 9 }, 0, 'pull', 'Runtime.ExitError'],
    ['a batch', { 'embed-batch 2': 9 }, 2, 'embed-batch', 'States.ExceedToleratedFailureThreshold'],
  ])('ends, with its cause, when %s ends its worker at the third try too', async (_, times, batches, name, error) => {
    const { result, calls } = await syncWith(times, batches);
    expect(result).toMatchObject({ status: 'FAILED', error });
    expect(calls(name)).toBeLessThanOrEqual(6);
    expect(calls('fail-sync')).toBe(1);
  });
});
