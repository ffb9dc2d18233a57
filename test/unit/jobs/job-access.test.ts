import { expect, it } from 'vitest';
import { isJobOf } from '../../../core/jobs/job-access.ts';

const repository = { created_at: '2026-01-02T00:00:00.000Z' };
const before = '2026-01-01T23:59:59.000Z';

it('a job is its repository’s by the age that it was claimed with, whatever clocks say', () => {
  expect(isJobOf(repository, { created_at: before, repository_created_at: repository.created_at })).toBe(true);
  expect(isJobOf(repository, { created_at: repository.created_at, repository_created_at: before })).toBe(false);
});

it('a job of the repository that was removed a second ago is not shown with its successor', () => {
  expect(isJobOf(repository, { created_at: before, repository_created_at: '2025-12-31T00:00:00.000Z' })).toBe(false);
});

it('a job that does not say how old its repository was is judged by its own age, give or take what clocks differ', () => {
  expect(isJobOf(repository, { created_at: before })).toBe(true);
  expect(isJobOf(repository, { created_at: '2026-01-01T23:59:54.000Z' })).toBe(false);
});
