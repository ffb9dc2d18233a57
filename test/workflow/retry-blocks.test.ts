import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as errors from '../../core/domain/errors.ts';
import { batchWaits, stepWaits } from '../../core/sync/rules/retry-waits.ts';
import { Definition, type Retrier } from '../../local/workflow-engine/definition.ts';

const file = readFileSync(new URL('../../core/workflow/sync.asl.json', import.meta.url), 'utf8');
const { States } = Definition.parse(JSON.parse(file));

const tasks = Object.entries(States).flatMap(([name, state]) => {
  if (state.Type === 'Task') return [{ name, retry: state.Retry }];
  if (state.Type !== 'Map') return [];
  return Object.entries(state.ItemProcessor.States).flatMap(([child, inside]) =>
    inside.Type === 'Task' ? [{ name: child, retry: inside.Retry }] : [],
  );
});
/** FailSync retries whatever it fails with, and for longer: it has no block in common with the rest. */
const steps = tasks.filter(({ name }) => name !== 'FailSync');
/** A whole Map starts at once, so a batch waits longer for Lambda and the store than the other steps do. */
const batches = steps.filter(({ name }) => name.startsWith('Embed'));
const others = steps.filter(({ name }) => !name.startsWith('Embed'));

const distinct = (blocks: readonly (Retrier | undefined)[]): number =>
  new Set(blocks.map((block) => JSON.stringify(block))).size;

/** Every block after the first, by the errors that it names, of steps and of batches: who has it, and how it reads there. */
const additional = new Map<string, { readonly name: string; readonly block: Retrier }[]>();
for (const [kind, all] of Object.entries({ step: others, batch: batches }))
  for (const { name, retry } of all)
    for (const block of retry.slice(1))
      for (const error of block.ErrorEquals) {
        const key = `${error} of a ${kind}`;
        additional.set(key, [...(additional.get(key) ?? []), { name, block }]);
      }

/** The longest waits of a task's retry blocks, by each error of our own that they name. */
const waitsOf = (blocks: readonly Retrier[]): Record<string, readonly number[]> =>
  Object.fromEntries(
    blocks.flatMap(({ ErrorEquals, IntervalSeconds, BackoffRate, MaxAttempts, MaxDelaySeconds = Infinity }) => {
      const waits = Array.from({ length: MaxAttempts }, (_, n) =>
        Math.min(IntervalSeconds * BackoffRate ** n, MaxDelaySeconds),
      );
      return ErrorEquals.filter((name) => name in errors).map((name) => [name, waits]);
    }),
  );

/** ADR 11: the blocks are written out in every task, so this is what keeps them the same. */
describe('the retry blocks of core/workflow/sync.asl.json', () => {
  it('are looked at in every task that has a copy', () => {
    expect(others.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Begin', 'Pull', 'Diff', 'Stage', 'Publish']),
    );
    expect(batches.map(({ name }) => name)).toEqual(['EmbedOne', 'EmbedBatch']);
    expect([...additional.keys()]).toEqual(
      expect.arrayContaining(['SourceUnavailableError of a step', 'EmbedderThrottledError of a batch']),
    );
  });
  it.each(others)('$name begins with the same block as every step', ({ retry }) => {
    expect(retry[0]).toBeDefined();
    expect(retry[0]).toEqual(others[0]?.retry[0]);
  });
  it.each(batches)('$name begins with the same block as every batch', ({ retry }) => {
    expect(retry[0]).toEqual(batches[0]?.retry[0]);
  });
  it('name the same errors for a batch as for a step: only the waits differ', () => {
    expect(batches[0]?.retry[0]?.ErrorEquals).toEqual(others[0]?.retry[0]?.ErrorEquals);
    expect(distinct(steps.map(({ retry }) => retry[0]))).toBe(2);
  });
  it.each([...additional])('treat %s alike wherever an additional block names it', (_error, places) => {
    for (const { name, block } of places) expect({ name, block }).toEqual({ name, block: places[0]?.block });
  });
  it('name the same ways to lose a sandbox for a batch as for a step: only the tries are more, to find the file that did it', () => {
    const [step, batch] = ['step', 'batch'].map((kind) => additional.get(`Runtime.ExitError of a ${kind}`)?.[0]?.block);
    expect(batch).toEqual({ ...step, Comment: batch?.Comment, MaxAttempts: 4 });
  });
  it.each(others)('$name waits as long as a job tells while it waits', ({ retry }) => {
    const waits = waitsOf(retry);
    expect(Object.keys(waits)).toContain('StoreBusyError');
    expect(stepWaits).toMatchObject(waits);
  });
  it('and a batch too', () => {
    for (const { retry } of batches) expect(waitsOf(retry)).toEqual(batchWaits);
    expect(Object.keys(stepWaits)).toEqual(['StoreBusyError', 'SourceUnavailableError']);
  });
  it.each(steps)('$name names each error once: a second block for it would never be reached', ({ retry }) => {
    const named = retry.flatMap(({ ErrorEquals }) => ErrorEquals);
    expect(named).toEqual([...new Set(named)]);
  });
});
