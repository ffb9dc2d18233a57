import { expect, it } from 'vitest';
import { owedByReplaced } from '../../../core/domain/replaced-sync.ts';

const remote = { default_branch: null, head_branch: 'main', source: { url: 'https://example.com/r.git' } };
const local = { ...remote, source: { url: '/srv/r' } };
const sync = (trigger: string, branches: string[], pull_remote = true) => ({
  trigger,
  options: { branches, pull_remote },
});

it.each([
  ['a branch that the new sync does not read', remote, sync('push', ['dev']), sync('api', ['main']), false, ['dev']],
  ['a branch under another name', remote, sync('schedule', ['current']), sync('api', ['main']), false, null],
  [
    'everything, when the new sync does not pull',
    remote,
    sync('push', ['main']),
    sync('api', ['main'], false),
    false,
    ['main'],
  ],
  [
    'nothing of that at a path, which is always read',
    local,
    sync('push', ['main']),
    sync('api', ['main'], false),
    false,
    null,
  ],
  ['a look, when the new sync does not look', remote, sync('push', []), sync('api', ['main'], false), false, []],
  ['no look, when the new sync looks', remote, sync('push', []), sync('api', ['main']), false, null],
  [
    'the default branch alone, when the index is cleared',
    remote,
    sync('push', ['dev', 'main']),
    sync('api', ['x']),
    true,
    ['main'],
  ],
  [
    'a default branch that nobody knows yet',
    { ...remote, head_branch: undefined },
    sync('schedule', ['current']),
    sync('api', ['x']),
    true,
    ['current'],
  ],
  ['nothing to a user', remote, sync('api', ['dev']), sync('api', ['main']), false, null],
  ['nothing to a user’s retry', remote, sync('retry', ['dev']), sync('api', ['main']), false, null],
] as const)('what force replaces is owed %s', (_, repository, replaced, by, clears, expected) => {
  expect(owedByReplaced(repository, replaced, by, clears)).toEqual(expected);
});
