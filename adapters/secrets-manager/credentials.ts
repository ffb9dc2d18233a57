import {
  DecryptionFailure,
  GetSecretValueCommand,
  InternalServiceError,
  InvalidRequestException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { readCredential } from '../../core/contract/credential-secret.ts';
import { StoreBusyError } from '../../core/domain/errors.ts';
import type { Credentials, FoundCredential } from '../../core/ports/credentials.ts';
import { jsonOrNull } from '../system/json-or-null.ts';

/** Of the SDK, after its own retries. */
const passing = new Set(['ThrottlingException', 'TooManyRequestsException', 'TimeoutError', 'AbortError']);

/** Credentials in Secrets Manager, each a JSON text as readCredential takes it. */
export const createSecretsManagerCredentials = (deps: {
  readonly client: SecretsManagerClient;
  /** What the secrets' names begin with, before the credential's own. */
  readonly prefix: string;
}): Credentials => ({
  async resolve(reference) {
    const text = await secretText(deps.client, `${deps.prefix}${reference}`);
    return typeof text === 'string' ? readCredential(jsonOrNull(text)) : text;
  },
});

/** One that holds bytes is no text, and so no credential. */
const secretText = async (client: SecretsManagerClient, SecretId: string): Promise<string | FoundCredential> => {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
    return SecretString ?? '';
  } catch (error) {
    // A secret that waits for its deletion is still there, and may not be read: AWS calls that an invalid request.
    if (error instanceof ResourceNotFoundException || error instanceof InvalidRequestException)
      return { kind: 'absent' };
    if (error instanceof DecryptionFailure) return { kind: 'unusable', reason: 'its secret cannot be decrypted' };
    if (error instanceof InternalServiceError || (error instanceof Error && passing.has(error.name)))
      throw new StoreBusyError(`the secret ${SecretId} cannot be read now`, { cause: error });
    throw error;
  }
};
