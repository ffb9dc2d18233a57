import { expect, it } from 'vitest';
import { slowestOf } from '../support/slowest-reporter.ts';

it('the slowest come first, in seconds, and no more than asked for', () => {
  const all = [
    { name: 'quick', milliseconds: 49 },
    { name: 'slowest', milliseconds: 12_340 },
    { name: 'slow', milliseconds: 1_000 },
  ];
  expect(slowestOf('Slowest', all, 2)).toBe('Slowest\n   12.3 s  slowest\n    1.0 s  slow');
});
