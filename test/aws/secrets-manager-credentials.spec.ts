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

const prefix = 'stage/';
const client = new SecretsManagerClient({});
const credentials = createSecretsManagerCredentials({ client, prefix });

const bounds = { users: ['ann'], hosts: ['git.example.com'], prefixes: ['https://git.example.com/acme/'] };
const token = (text: string) => JSON.stringify({ token: text, ...bounds });

/** Keeps a secret, and gives its reference. */
const kept = async (secret: Pick<CreateSecretCommandInput, 'SecretString' | 'SecretBinary'>): Promise<string> => {
  const reference = `team-${randomUUID()}`;
  await client.send(new CreateSecretCommand({ Name: `${prefix}${reference}`, ...secret }));
  return reference;
};

describe('Secrets Manager (moto) as credentials', () => {
  it('gives what a reference stands for', async () => {
    const reference = await kept({
      SecretString: JSON.stringify({ username: 'bot', password: 'hunter2', ...bounds }),
    });
    expect(await credentials.resolve(reference)).toEqual({
      kind: 'found',
      credential: { username: 'bot', password: 'hunter2', ...bounds },
    });
  });

  it('gives a token as a password', async () => {
    const reference = await kept({ SecretString: token('t0ken') });
    expect(await credentials.resolve(reference)).toMatchObject({
      credential: { username: 'x-access-token', password: 't0ken' },
    });
  });

  it('gives the newest version', async () => {
    const reference = await kept({ SecretString: token('old') });
    const SecretId = `${prefix}${reference}`;
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: token('new') }));
    expect(await credentials.resolve(reference)).toMatchObject({ credential: { password: 'new' } });
  });

  it('knows nothing of a reference that stands for nothing, and for one that was removed', async () => {
    expect(await credentials.resolve('absent')).toEqual({ kind: 'absent' });
    const reference = await kept({ SecretString: token('t') });
    const SecretId = `${prefix}${reference}`;
    await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
    expect(await credentials.resolve(reference)).toEqual({ kind: 'absent' });
  });

  it('knows nothing of a secret that waits for its deletion', async () => {
    const reference = await kept({ SecretString: token('t') });
    await client.send(new DeleteSecretCommand({ SecretId: `${prefix}${reference}` }));
    expect(await credentials.resolve(reference)).toEqual({ kind: 'absent' });
  });

  it.each([
    ['no JSON', { SecretString: 'hunter2' }],
    ['other JSON', { SecretString: '{"user":"bot","password":"hunter2"}' }],
    ['bytes', { SecretBinary: Buffer.from('hunter2') }],
  ])('refuses %s, and tells nothing of it', async (_, secret) => {
    const found = await credentials.resolve(await kept(secret));
    expect(found).toMatchObject({ kind: 'unusable' });
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });
});
