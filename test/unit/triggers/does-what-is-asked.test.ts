import { expect, it } from 'vitest';
import type { EffectiveOptions } from '../../../core/contract/sync-options.ts';
import { SyncOptions } from '../../../core/contract/sync-options.ts';
import { effectiveOptions } from '../../../core/sync/new-job.ts';
import { whyNotAttached } from '../../../core/triggers/rules/does-what-is-asked.ts';
import { repositoryRecord } from '../../support/records.ts';

const repository = repositoryRecord({ default_branch: 'main' });
const sync = (options: object, source = 'https://host/x.git') => ({
  options: effectiveOptions(repository, SyncOptions.parse(options)) satisfies EffectiveOptions,
  source: { url: source, remote: 'origin' },
});

it.each<[string, object, object, ReturnType<typeof whyNotAttached>]>([
  ['the same', {}, {}, null],
  ['the default branch under its name', { branches: ['main'] }, {}, null],
  ['fewer branches', { branches: ['current', 'develop'] }, { branch: 'develop' }, null],
  ['another branch', {}, { branch: 'develop' }, 'branches'],
  ['one branch more', { branch: 'main' }, { branches: ['main', 'develop'] }, 'branches'],
  ['less than a full reindex', { full_reindex: true }, {}, null],
  ['a full reindex', {}, { full_reindex: true }, 'full_reindex'],
  ['a smart one', {}, { incremental: false }, 'incremental'],
  ['an incremental one of a smart one', { incremental: false }, {}, 'incremental'],
  ['a smart one of a full one', { full_reindex: true }, { incremental: false }, null],
  ['no pull', {}, { pull_remote: false }, 'source'],
  ['patterns', {}, { ignore_patterns: ['*.md'] }, 'ignore_patterns'],
  ['fewer patterns', { ignore_patterns: ['*.md'] }, {}, 'ignore_patterns'],
  ['the same patterns', { ignore_patterns: ['a', 'b'] }, { ignore_patterns: ['b', 'a'] }, null],
  ['its events', {}, { progress_webhook: 'https://host/hook' }, 'progress_webhook'],
  ['a plan', {}, { dry_run: true }, 'dry_run'],
  ['a sync, while it plans', { dry_run: true }, {}, 'dry_run'],
  ['the same plan', { dry_run: true }, { dry_run: true }, null],
  ['a limit', {}, { max_files: 10 }, 'max_files'],
  ['no limit', { max_cost: 1 }, {}, 'max_cost'],
  ['no events', { progress_webhook: 'https://host/hook' }, {}, null],
])('a sync that runs and is asked for %s', (_, running, asked, differs) => {
  expect(whyNotAttached(repository, sync(running), sync(asked))).toBe(differs);
});

it('is not of another source', () => {
  expect(whyNotAttached(repository, sync({}), sync({}, 'https://host/y.git'))).toBe('source');
});

it('tells which branch `current` is, once it has looked', () => {
  const looked = { ...sync({}), current: { branch: 'trunk' } };
  expect(whyNotAttached(repositoryRecord(), looked, sync({ branch: 'trunk' }))).toBeNull();
  expect(whyNotAttached(repositoryRecord(), sync({}), sync({ branch: 'trunk' }))).toBe('branches');
});

it('is of whatever branch `current` is, while no one knows which', () => {
  expect(whyNotAttached(repositoryRecord(), sync({}), sync({ branch: 'current' }))).toBeNull();
});
