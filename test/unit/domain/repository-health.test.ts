import { expect, it } from 'vitest';
import { healthOf } from '../../../core/domain/repository-health.ts';

it.each([
  [null, 0, 'never_indexed'],
  ['failed', 0, 'failing'],
  ['failed', 2, 'failing'],
  ['cancelled', 0, 'never_indexed'],
  ['cancelled', 1, 'ok'],
  ['completed', 1, 'ok'],
  // An end without a branch: all that it had were deleted at the source.
  ['completed', 0, 'never_indexed'],
  ['completed_with_errors', 1, 'incomplete'],
] as const)('after %s, with %d branches indexed, a repository is %s', (status, branches, health) => {
  expect(healthOf(status, branches)).toBe(health);
});
