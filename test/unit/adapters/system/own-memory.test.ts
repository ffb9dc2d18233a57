import { expect, it } from 'vitest';
import { giveBackOwn } from '../../../../adapters/system/own-memory.ts';

it('gives back what is surely no one else’s: a whole piece of memory, or a part of one that is too large to be shared out', () => {
  const whole = Buffer.allocUnsafeSlow(100);
  const part = Buffer.allocUnsafeSlow(Buffer.poolSize * 2).subarray(10, 20);
  for (const bytes of [whole, part]) giveBackOwn(bytes);
  expect([whole.buffer.byteLength, part.buffer.byteLength]).toEqual([0, 0]);
});

it('leaves alone what Node shares out among small buffers', () => {
  const small = Array.from({ length: 100 }, (_, n) => Buffer.from(`text ${n}`));
  for (const bytes of [...small, Buffer.concat(small)]) giveBackOwn(bytes);
  expect(small.map(String)).toEqual(small.map((_, n) => `text ${n}`));
});

it('leaves alone a part of memory that may be shared out', () => {
  const part = Buffer.allocUnsafeSlow(Buffer.poolSize).subarray(0, 10);
  giveBackOwn(part);
  expect(part.length).toBe(10);
});
