import { expect, it } from 'vitest';
import { preferredWait } from '../../../core/triggers/rules/preferred-wait.ts';

it.each([
  [undefined, 0],
  ['', 0],
  ['wait=10', 10],
  ['Wait = "10"', 10],
  ['respond-async, wait=3; why=so', 3],
  ['wait=26', 25],
  [`wait=${'9'.repeat(400)}`, 25],
  // The first one counts, whether it can be understood or not.
  ['wait=2, wait=9', 2],
  ['wait, wait=9', 0],
  ['wait=soon', 0],
  ['wait=-1', 0],
  ['wait=1.5', 0],
  ['wait="7', 0],
  ['waiting=9', 0],
  ['return=minimal', 0],
  ['note="a, wait=9", wait=4', 4],
  ['note="a \\", wait=9", wait=4', 4],
  ['note="never closed, wait=9', 0],
  [', ,wait=5', 5],
])('Prefer: %s is a wait of %d s', (header, seconds) => {
  expect(preferredWait(header, 25)).toBe(seconds);
});

it('reads a header as long as one may be, of nothing but quotes, in linear time', () => {
  const from = performance.now();
  for (const unit of ['"', '\\"', '"\\', ',', 'wait=', ' '])
    expect(preferredWait(`"${unit.repeat(200_000)}\\`, 25)).toBe(0);
  expect(performance.now() - from).toBeLessThan(1000);
});
