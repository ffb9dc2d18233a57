import { describe, expect, it } from 'vitest';
import { readCredential } from '../../../core/contract/credential-secret.ts';

const bounds = { users: ['ann'], hosts: ['h'], prefixes: ['https://h/acme/'] };
const token = { token: 's3cret' };

describe('a credential as it is kept', () => {
  it.each([
    [
      { ...token, ...bounds },
      { username: 'x-access-token', password: 's3cret' },
    ],
    [
      { username: 'bot', password: 's3cret', ...bounds },
      { username: 'bot', password: 's3cret' },
    ],
  ])('is a token, or a user name and a password, with its bounds', (stored, secret) => {
    expect(readCredential(stored)).toEqual({ kind: 'found', credential: { ...secret, ...bounds } });
  });

  it('may be for everybody, where that is said', () => {
    expect(readCredential({ ...token, ...bounds, users: '*' })).toMatchObject({ credential: { users: '*' } });
  });

  it('is for nobody where it does not say for whom, and it is told what to add', () => {
    expect(readCredential({ ...token, hosts: ['h'] })).toEqual({
      kind: 'unusable',
      reason:
        'it must say whom it is for: add "users": ["<user id>"], or "users": "*" for everybody, and "prefixes": ["https://<host>/<path>/"]',
    });
  });

  it.each([
    's3cret',
    null,
    ['s3cret'],
    { user: 's3cret' },
    { ...token, ...bounds, s3cret: 1 },
    { ...token, ...bounds, users: [] },
    { ...token, ...bounds, users: ['two words'] },
    { ...token, ...bounds, hosts: [] },
    { ...token, ...bounds, prefixes: [] },
    { ...token, ...bounds, prefixes: ['h/acme'] },
    { ...token, ...bounds, prefixes: ['https://u:s3cret@h/'] },
    { ...token, ...bounds, prefixes: ['https://h/?x'] },
    { ...token, ...bounds, prefixes: ['https://h/', 'https://s3cret/'] },
  ])('that cannot be used is not quoted: %j', (stored) => {
    const found = readCredential(stored);
    expect(found).toMatchObject({ kind: 'unusable', reason: expect.stringMatching(/must/) });
    expect(JSON.stringify(found)).not.toContain('s3cret');
  });
});
