import { expect, it } from 'vitest';
import { giveBack } from '../../../core/domain/give-back.ts';

it('empties an array and all views of the same memory, as often as it is asked to', () => {
  const all = new Float32Array(1024);
  const views = [all.subarray(0, 512), all.subarray(512)];
  for (const view of views) giveBack(view);
  expect([all, ...views].map(({ length }) => length)).toEqual([0, 0, 0]);
  expect(all.buffer.detached).toBe(true);
});

it('leaves memory that threads share as it is', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(8));
  giveBack(shared);
  expect(shared).toHaveLength(8);
});
