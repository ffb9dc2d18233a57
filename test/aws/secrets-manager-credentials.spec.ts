import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { createSecretsManagerCredentials } from '../../adapters/secrets-manager/credentials.ts';
import { SourceRefusedError } from '../../core/domain/errors.ts';

const prefix = 'stage/';
const client = new SecretsManagerClient({});
const credentials = createSecretsManagerCredentials({ client, prefix });

/** Keeps a secret, and gives its reference. */
const kept = async (secret: Pick<CreateSecretCommandInput, 'SecretString' | 'SecretBinary'>): Promise<string> => {
  const reference = `team-${randomUUID()}`;
  await client.send(new CreateSecretCommand({ Name: `${prefix}${reference}`, ...secret }));
  return reference;
};

describe('Secrets Manager (moto) as credentials', () => {
  it('gives what a reference stands for', async () => {
    const reference = await kept({
      SecretString: '{"username":"bot","password":"hunter2","hosts":["git.example.com"]}',
    });
    expect(await credentials.resolve(reference)).toEqual({
      username: 'bot',
      password: 'hunter2',
      hosts: ['git.example.com'],
    });
  });

  it('gives a token as a password', async () => {
    const reference = await kept({ SecretString: '{"token":"t0ken","hosts":["h"]}' });
    expect(await credentials.resolve(reference)).toMatchObject({ username: 'x-access-token', password: 't0ken' });
  });

  it('gives the newest version', async () => {
    const reference = await kept({ SecretString: '{"token":"old","hosts":["h"]}' });
    const SecretId = `${prefix}${reference}`;
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: '{"token":"new","hosts":["h"]}' }));
    expect(await credentials.resolve(reference)).toMatchObject({ password: 'new' });
  });

  it('has null for a reference that stands for nothing, and for one that was removed', async () => {
    expect(await credentials.resolve('absent')).toBeNull();
    const reference = await kept({ SecretString: '{"token":"t","hosts":["h"]}' });
    const SecretId = `${prefix}${reference}`;
    await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
    expect(await credentials.resolve(reference)).toBeNull();
  });

  it('has null for a secret that waits for its deletion', async () => {
    const reference = await kept({ SecretString: '{"token":"t","hosts":["h"]}' });
    await client.send(new DeleteSecretCommand({ SecretId: `${prefix}${reference}` }));
    expect(await credentials.resolve(reference)).toBeNull();
  });

  it.each([
    ['no JSON', { SecretString: 'hunter2' }],
    ['other JSON', { SecretString: '{"user":"bot","password":"hunter2"}' }],
    ['bytes', { SecretBinary: Buffer.from('hunter2') }],
  ])('refuses %s, and tells nothing of it', async (_, secret) => {
    const error = await credentials.resolve(await kept(secret)).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(SourceRefusedError);
    expect(String(error)).not.toContain('hunter2');
  });
});
