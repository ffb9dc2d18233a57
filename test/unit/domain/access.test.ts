import { describe, expect, it } from 'vitest';
import { allows, roleOf } from '../../../core/domain/access.ts';
import { isRemote, refuseSource } from '../../../core/domain/source-policy.ts';

const repository = { owner: 'ann', grants: { bob: 'write' as const, eve: 'read' as const } };

describe('roles', () => {
  it('come from ownership and grants', () => {
    expect(roleOf(repository, 'ann')).toBe('owner');
    expect(roleOf(repository, 'bob')).toBe('write');
    expect(roleOf(repository, 'mallory')).toBeNull();
  });

  it('are not found in what every object inherits', () => {
    expect(roleOf(repository, 'constructor')).toBeNull();
  });

  it('include the ones before', () => {
    expect(allows('owner', 'read')).toBe(true);
    expect(allows('read', 'write')).toBe(false);
    expect(allows(null, 'read')).toBe(false);
  });
});

describe('sources', () => {
  it.each([
    'https://example.com/a/b.git',
    '/srv/git/repo',
    'file:///srv/git/repo',
    'http://127.0.0.1:8080/repo.git',
    'http://localhost/repo',
    'http://[::1]:80/repo',
  ])('on one machine: %s may be used', (url) => {
    expect(refuseSource(url, 'local')).toBeNull();
  });

  it.each([
    'http://example.com/repo',
    'ssh://git@example.com/repo',
    'git@example.com:repo.git',
    'ext::sh -c date',
    '--upload-pack=touch',
    'file://otherhost/repo',
    'https://user:secret@example.com/repo',
    '/srv/\nrepo',
    '',
  ])('on one machine: %s is refused', (url) => {
    expect(refuseSource(url, 'local')).toMatch(/must/);
  });

  it.each(['/srv/git/repo', 'file:///srv/git/repo', 'http://127.0.0.1/repo'])('deployed: %s is refused', (url) => {
    expect(refuseSource(url, 'https-only')).toBe('must be an https:// URL');
  });

  it('are remote behind a server', () => {
    expect(isRemote('https://example.com/r')).toBe(true);
    expect(isRemote('/srv/r')).toBe(false);
  });
});
