import { createServer } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOidcTokenVerifier, type OidcTokenVerifierOptions } from '../../../../adapters/oidc/token-verifier.ts';

const issuer = 'https://issuer.example';
const audience = 'repository-sync';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
let keys: Keys;
let strangers: Keys;
let options: OidcTokenVerifierOptions;
beforeAll(async () => {
  keys = await generateKeyPair('ES256');
  strangers = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kty: 'EC', kid: 'key-1', alg: 'ES256', use: 'sig' };
  // Nothing listens on port 1: a fetch would fail.
  options = { issuer, audience, jwksUri: 'https://127.0.0.1:1/jwks', jwks: { keys: [jwk] } };
});

const now = () => Math.floor(Date.now() / 1000);
const token = (claims: JWTPayload = {}, { kid = 'key-1', by = keys } = {}): Promise<string> =>
  new SignJWT({ iss: issuer, aud: audience, sub: 'alice', exp: now() + 60, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid })
    .sign(by.privateKey);

describe('with the keys at hand', () => {
  it('knows the user by the subject', async () => {
    expect(await createOidcTokenVerifier(options).verify(await token())).toEqual({ userId: 'alice', rights: [] });
  });

  it.each<[string, JWTPayload]>([
    ['a scope', { scope: 'openid repository_sync:register' }],
    ['a list of scopes', { scp: ['repository_sync:register', 'other'] }],
    ['a group', { groups: ['repository_sync:register'] }],
    ['a group of Cognito', { 'cognito:groups': ['people', 'repository_sync:register'] }],
    ['both', { scope: 'repository_sync:register', groups: ['repository_sync:register'] }],
  ])('knows a right by %s', async (_, claims) => {
    const principal = await createOidcTokenVerifier(options).verify(await token(claims));
    expect(principal?.rights).toEqual(['repository_sync:register']);
  });

  it.each<JWTPayload>([
    { scope: 'xrepository_sync:register repository_sync:registered' },
    { groups: [['repository_sync:register'], 7] },
    { roles: ['repository_sync:register'] },
  ])('knows no right by anything else: %j', async (claims) => {
    expect(await createOidcTokenVerifier(options).verify(await token(claims))).toEqual({ userId: 'alice', rights: [] });
  });

  it('takes a token that is for others too', async () => {
    const verifier = createOidcTokenVerifier(options);
    expect(await verifier.verify(await token({ aud: ['other', audience] }))).not.toBeNull();
  });

  it.each<[string, JWTPayload]>([
    ['has expired', { exp: 1 }],
    ['never expires', { exp: undefined as never }],
    ['is not valid yet', { nbf: 99_999_999_999 }],
    ['is of another issuer', { iss: 'https://other.example' }],
    ['is for another audience', { aud: 'other' }],
    ['has no audience', { aud: undefined as never }],
    ['has no subject', { sub: undefined as never }],
    ['has a subject that is no user id', { sub: 'a user' }],
  ])('refuses a token that %s', async (_, claims) => {
    expect(await createOidcTokenVerifier(options).verify(await token(claims))).toBeNull();
  });

  it('refuses a token that another key signed', async () => {
    expect(await createOidcTokenVerifier(options).verify(await token({}, { by: strangers }))).toBeNull();
  });

  it('refuses keys that it does not know, again and again, without a fetch', async () => {
    const verifier = createOidcTokenVerifier(options);
    for (let i = 0; i < 3; i++) expect(await verifier.verify(await token({}, { kid: `other-${i}` }))).toBeNull();
  });

  it.each([
    '',
    'alice',
    'a.b.c',
    `${Buffer.from('{"alg":"none","kid":"key-1"}').toString('base64url')}.${Buffer.from(`{"iss":"${issuer}"}`).toString('base64url')}.`,
    `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.${Buffer.from(`{"iss":"${issuer}"}`).toString('base64url')}.AA`,
  ])('refuses what is no token: %j', async (text) => {
    expect(await createOidcTokenVerifier(options).verify(text)).toBeNull();
  });
});

it('refuses a token that was cut, or changed, at any place', async () => {
  const verifier = createOidcTokenVerifier(options);
  const whole = await token();
  for (let at = 0; at < whole.length; at += 1) {
    const other = whole[at] === 'A' ? 'B' : 'A';
    const signatureEnd = at === whole.length - 1;
    for (const [how, text] of [
      ['cut off', whole.slice(0, at)],
      ['one left out', whole.slice(0, at) + whole.slice(at + 1)],
      ['one more', `${whole.slice(0, at)}.${whole.slice(at)}`],
      // The last character of a signature has bits that stand for nothing.
      ...(signatureEnd ? [] : [['exchanged', whole.slice(0, at) + other + whole.slice(at + 1)] as const]),
    ] as const)
      expect(await verifier.verify(text), `${how} at ${at}`).toBeNull();
  }
});

describe('without the keys', () => {
  it('fails, and does not refuse, when they cannot be fetched', async () => {
    const verifier = createOidcTokenVerifier({ ...options, jwks: undefined });
    await expect(verifier.verify(await token())).rejects.toThrow();
    // A failed fetch begins no wait: the next one fails as well.
    await expect(verifier.verify(await token())).rejects.toThrow();
  });

  it('fetches them from where the issuer has them', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const connected = new Promise((resolve) => server.once('connection', resolve));
    const verifier = createOidcTokenVerifier({
      ...options,
      jwksUri: `https://127.0.0.1:${port}/jwks`,
      jwks: undefined,
    });
    await expect(verifier.verify(await token())).rejects.toThrow();
    await connected;
    server.close();
  });
});

it('fails, and does not refuse, when the keys are none', async () => {
  const verifier = createOidcTokenVerifier({ ...options, jwks: { keys: [{ kid: 'key-1' }] } as never });
  await expect(verifier.verify(await token())).rejects.toThrow();
});
