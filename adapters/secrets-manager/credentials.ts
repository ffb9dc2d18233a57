import {
  DecryptionFailure,
  GetSecretValueCommand,
  InternalServiceError,
  InvalidRequestException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { CredentialSecret } from '../../core/contract/credential-secret.ts';
import { SourceRefusedError, StoreBusyError } from '../../core/domain/errors.ts';
import type { Credentials } from '../../core/ports/credentials.ts';

/** Of the SDK, after its own retries. */
const passing = new Set(['ThrottlingException', 'TooManyRequestsException', 'TimeoutError', 'AbortError']);

/** Credentials in Secrets Manager, each a JSON text by CredentialSecret. A parser's message quotes it, and is not told. */
export const createSecretsManagerCredentials = (deps: {
  readonly client: SecretsManagerClient;
  /** What the secrets' names begin with, before the credential's own. */
  readonly prefix: string;
}): Credentials => ({
  async resolve(reference) {
    const text = await secretText(deps.client, `${deps.prefix}${reference}`);
    if (text === null) return null;
    const credential = CredentialSecret.safeParse(jsonOf(text));
    if (!credential.success)
      throw new SourceRefusedError(
        `the secret of the credential ${reference} must be JSON with {username, password, hosts} or {token, hosts}`,
      );
    return credential.data;
  },
});

/** Null when there is no such secret. One that holds bytes is no text, and so no credential. */
const secretText = async (client: SecretsManagerClient, SecretId: string): Promise<string | null> => {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
    return SecretString ?? '';
  } catch (error) {
    // A secret that waits for its deletion is still there, and may not be read: AWS calls that an invalid request.
    if (error instanceof ResourceNotFoundException || error instanceof InvalidRequestException) return null;
    if (error instanceof DecryptionFailure) throw new SourceRefusedError(`the secret ${SecretId} cannot be decrypted`);
    if (error instanceof InternalServiceError || (error instanceof Error && passing.has(error.name)))
      throw new StoreBusyError(`the secret ${SecretId} cannot be read now`, { cause: error });
    throw error;
  }
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
