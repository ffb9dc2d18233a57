import { expect, it } from 'vitest';
import { isPathAddress, isSshAddress } from '../../../core/domain/source-policy.ts';

it.each(['/srv/git/x.git', '../x', 'x.git', './a:b', 'dir/with:colon', ''])('is a path to git: %j', (address) => {
  expect([isPathAddress(address), isSshAddress(address)]).toEqual([true, false]);
});

it.each([
  'git@github.com:acme/x.git',
  'host:x',
  'ssh://host/x',
  'SSH://host/x',
  'git+ssh://host/x',
  'ssh+git://host/x',
])('is one of ssh: %j', (address) => {
  expect([isPathAddress(address), isSshAddress(address)]).toEqual([false, true]);
});

it.each(['https://example.com/x', 'http://127.0.0.1:8080/x', 'file:///srv/x', 'git://example.com/x', 'ext::sh -c x'])(
  'is neither: %j',
  (address) => {
    expect([isPathAddress(address), isSshAddress(address)]).toEqual([false, false]);
  },
);
