import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenBound } from '../../../core/domain/credential-bounds.ts';

const bounds = {
  users: ['ann', 'bob'],
  hosts: ['h.example', 'h.example:8443'],
  prefixes: ['https://h.example/acme/', 'https://h.example/one/repo.git', 'https://h.example:8443/'],
};

describe('a credential may be used', () => {
  it.each([
    'https://h.example/acme/x.git',
    'https://H.example:443/acme/sub/x',
    'https://h.example/other/../acme/x',
    'https://h.example/one/repo.git',
    'https://h.example/one/repo.git/info/refs',
    'https://h.example:8443/anything',
  ])('for %s', (url) => {
    expect(brokenBound(bounds, 'ann', url)).toBeNull();
    expect(brokenBound(bounds, 'eve', url)).toBe('users');
    expect(brokenBound({ ...bounds, users: '*' }, 'eve', url)).toBeNull();
  });

  it.each([
    ['https://h.example/acme', 'prefixes'],
    ['https://h.example/acme-evil/x', 'prefixes'],
    ['https://h.example/ACME/x', 'prefixes'],
    ['https://h.example/one/repo.git2', 'prefixes'],
    ['https://h.example/acme/../other/x', 'prefixes'],
    ['https://h.example/acme/%2e%2e/other/x', 'prefixes'],
    ['https://h.example/acme/..%2fother/x', 'prefixes'],
    ['https://h.example/acme/%252e%252e/other/x', 'prefixes'],
    ['https://h.example/acme/..;/other/x', 'prefixes'],
    ['https://h.example/acme/..\\other/x', 'prefixes'],
    ['http://h.example/acme/x', 'prefixes'],
    ['https://h.example.evil.example/acme/x', 'hosts'],
    ['https://h.example:444/acme/x', 'hosts'],
    ['/srv/acme/x', 'hosts'],
    ['file:///acme/x', 'hosts'],
  ])('not for %s', (url, bound) => {
    expect(brokenBound(bounds, 'ann', url)).toBe(bound);
  });

  it('nowhere but below a prefix, however the address winds', () => {
    const part = fc.constantFrom(
      'acme',
      'other',
      '..',
      '.',
      '%2e%2e',
      '%2E.',
      '..;',
      '',
      'x',
      '%2f',
      'a%5c..',
      '\\',
      'acme%2f',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const url = `https://h.example/${parts.join('/')}`;
        if (brokenBound({ ...bounds, prefixes: ['https://h.example/acme/'] }, 'ann', url) !== null) return;
        // As the most lenient server would read it.
        const read = decodeURIComponent(decodeURIComponent(new URL(url).pathname))
          .replaceAll('\\', '/')
          .replaceAll(';', '');
        expect(new URL(read.replace(/\/{2,}/g, '/'), 'https://h.example').pathname).toMatch(/^\/acme(\/|$)/);
      }),
      { numRuns: 2000 },
    );
  });
});
