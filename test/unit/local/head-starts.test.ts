import { describe, expect, it } from 'vitest';
import { EmbedBatchInput } from '../../../core/contract/workflow-state.ts';
import type { Logger } from '../../../core/ports/logger.ts';
import { createHeadStarts } from '../../../local/head-starts.ts';

const batch = (number: number, fence = 1): EmbedBatchInput =>
  EmbedBatchInput.parse({
    job: { repository_id: 'r', job_id: 'sync-00000000-0000-4000-8000-000000000001', fence },
    items: [{ batch: number, key: `k${number}`, pack: 'p', files: 1, bytes: 1 }],
  });

const setUp = () => {
  const calls: { readonly batch: number; readonly signal: AbortSignal; readonly end: PromiseWithResolvers<string> }[] =
    [];
  const room = { places: 2 };
  const told: unknown[] = [];
  const logger = { info: (_: string, facts: unknown) => told.push(facts) } as unknown as Logger;
  const starts = createHeadStarts(
    (_, payload, signal) => {
      const end = Promise.withResolvers<string>();
      calls.push({ batch: (payload as EmbedBatchInput).items[0]?.batch ?? 0, signal, end });
      return end.promise;
    },
    () => calls.length < room.places,
    logger,
  );
  const step = new AbortController();
  const offer = (from: number, ...numbers: number[]): void => {
    for (const number of numbers) starts.offer({ from, headStart: batch(number) }, step.signal);
    starts.fill();
  };
  const begun = (): number[] => calls.map((call) => call.batch);
  const join = (number: number, signal = new AbortController().signal, fence = 1) =>
    starts.join('embed-batch', batch(number, fence), signal);
  return { calls, room, told, starts, step, offer, begun, join };
};

describe('batches that are begun while others are read', () => {
  it('begin in their order as there is room, and the workflow is given their answers', async () => {
    const { calls, room, starts, offer, begun, join } = setUp();
    offer(7, 1, 2, 3);
    expect(begun()).toEqual([1, 2]);
    room.places = 3;
    starts.fill();
    expect(begun()).toEqual([1, 2, 3]);
    calls[1]?.end.resolve('two');
    expect(await join(2)).toBe('two');
    const joined = join(1);
    calls[0]?.end.resolve('one');
    expect(await joined).toBe('one');
  });

  it('are asked for once: another call of the same is a call of its own, as is one of another claim or function', () => {
    const { starts, offer, join } = setUp();
    offer(7, 1);
    expect(join(1, undefined, 2)).toBeNull();
    expect(starts.join('publish', batch(1), new AbortController().signal)).toBeNull();
    expect(starts.join('embed-batch', { no: 'batch' }, new AbortController().signal)).toBeNull();
    expect(join(1)).not.toBeNull();
    expect(join(1)).toBeNull();
  });

  it('are left to the workflow where their step has ended before they began, and it is told how many were not', () => {
    const { room, told, starts, offer, begun, join } = setUp();
    offer(7, 1, 2, 3);
    offer(8, 4);
    starts.ended(7);
    starts.ended(9);
    expect(told).toEqual([{ batches: 2 }]);
    room.places = 9;
    starts.fill();
    expect(begun()).toEqual([1, 2, 4]);
    expect(join(3)).toBeNull();
  });

  it('are begun anew by the workflow when they have failed', async () => {
    const { calls, offer, join } = setUp();
    offer(7, 1);
    calls[0]?.end.reject(new Error('throttled'));
    await new Promise(setImmediate);
    expect(join(1)).toBeNull();
  });

  it('are not begun twice, by a step that is run again', () => {
    const { room, offer, begun } = setUp();
    room.places = 9;
    offer(7, 1);
    offer(8, 1, 2);
    expect(begun()).toEqual([1, 2]);
  });

  it('are given up with their step, and from then on with who has asked for them', () => {
    const { calls, room, step, offer, begun, join, starts } = setUp();
    const asking = new AbortController();
    offer(7, 1, 2, 3);
    void join(1, asking.signal)?.catch(() => undefined);
    asking.abort();
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    step.abort();
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    room.places = 9;
    starts.fill();
    offer(7, 4);
    expect(begun()).toEqual([1, 2]);
    offer(7);
    expect(join(2, AbortSignal.abort())).not.toBeNull();
  });
});
