import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSecretsManagerCredentials } from '../../../../adapters/secrets-manager/credentials.ts';
import { StoreBusyError } from '../../../../core/domain/errors.ts';
import type { Credentials } from '../../../../core/ports/credentials.ts';
import { answerJsonError, type HttpStub, openHttpStub, stubClientOptions } from '../../../support/aws-http-stub.ts';

let stub: HttpStub;
let credentials: Credentials;
beforeEach(async () => {
  stub = await openHttpStub();
  credentials = createSecretsManagerCredentials({
    client: new SecretsManagerClient(stubClientOptions(stub)),
    prefix: 'stage/',
  });
});
afterEach(() => stub[Symbol.asyncDispose]());

const bounds = { users: ['ann'], hosts: ['git.example.com'], prefixes: ['https://git.example.com/acme/'] };

const holds = (secret: object): void => {
  stub.handler = (_, response) => void response.end(JSON.stringify(secret));
};

it('reads the secret under the prefix, by the credential’s name', async () => {
  holds({ SecretString: JSON.stringify({ username: 'robot', password: 'pw', ...bounds }) });
  expect(await credentials.resolve('team.ci')).toEqual({
    kind: 'found',
    credential: { username: 'robot', password: 'pw', ...bounds },
  });
  expect(JSON.parse(stub.requests[0]?.body.toString() ?? '')).toEqual({ SecretId: 'stage/team.ci' });
});

it('takes a token alone as the password of a user that has no say', async () => {
  holds({ SecretString: JSON.stringify({ token: 't0ken', ...bounds }) });
  const credential = { username: 'x-access-token', password: 't0ken' };
  expect(await credentials.resolve('ci')).toMatchObject({ kind: 'found', credential });
});

it('knows nothing under a name that has no secret', async () => {
  stub.handler = (_, response) => answerJsonError(response, 400, 'ResourceNotFoundException');
  expect(await credentials.resolve('ci')).toEqual({ kind: 'absent' });
});

it.each([
  ['InternalServiceError', 500],
  ['ThrottlingException', 400],
])('is worth another try: %s', async (type, status) => {
  stub.handler = (_, response) => answerJsonError(response, status, type);
  await expect(credentials.resolve('ci')).rejects.toThrow(StoreBusyError);
});

it.each([
  ['no JSON', { SecretString: 's3cret{' }],
  ['another shape', { SecretString: '{"user":"s3cret"}' }],
  ['a user without a password', { SecretString: '{"username":"s3cret"}' }],
  ['no hosts that it is for', { SecretString: '{"token":"s3cret"}' }],
  ['bytes', { SecretBinary: 'czNjcmV0' }],
])('refuses what is no credential, and does not quote it: %s', async (_, secret) => {
  holds(secret);
  const found = await credentials.resolve('ci');
  expect(found).toMatchObject({ kind: 'unusable' });
  expect(JSON.stringify(found)).not.toContain('s3cret');
});

it('refuses a secret that cannot be decrypted', async () => {
  stub.handler = (_, response) => answerJsonError(response, 400, 'DecryptionFailure');
  expect(await credentials.resolve('ci')).toEqual({ kind: 'unusable', reason: 'its secret cannot be decrypted' });
});

it('passes on what it does not know', async () => {
  stub.handler = (_, response) => answerJsonError(response, 400, 'AccessDeniedException');
  await expect(credentials.resolve('ci')).rejects.toThrow(expect.objectContaining({ name: 'AccessDeniedException' }));
});
