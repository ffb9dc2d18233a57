import { brokenBound, type CredentialUse } from '../domain/credential-bounds.ts';
import { SourceRefusedError } from '../domain/errors.ts';
import type { Credential } from '../ports/credentials.ts';
import type { Runtime } from '../ports/runtime.ts';

type Deps = Pick<Runtime, 'credentials' | 'logger'>;

/**
 * A credential, for a user who may use it for that address; null for anyone else and for one that does not exist. The reason is in the
 * log alone: an answer that told it would tell which credentials there are. Throws as the port Credentials does.
 */
export const useCredential =
  (deps: Deps) =>
  async ({ name, user }: CredentialUse, url: string): Promise<Credential | null> => {
    const found = await deps.credentials.resolve(name);
    const why = found.kind === 'found' ? brokenBound(found.credential, user, url) : found.kind;
    if (found.kind === 'found' && why === null) return found.credential;
    const reason = found.kind === 'unusable' ? found.reason : (advice[why as keyof typeof advice] ?? null);
    deps.logger.warn('credential refused', { credential: name, user, source: url, why, reason });
    return null;
  };

const advice = {
  absent: 'there is no credential of that name',
  users: 'the user is not in its users',
  hosts: 'the host is not in its hosts',
  prefixes: 'the address is none of its prefixes, nor below one',
} as const;

/** Whether all of these users may use a credential for one of these addresses. What is wrong with the whole store is the log's matter too. */
export const mayUseCredential =
  (deps: Deps) =>
  async (name: string, users: readonly string[], urls: readonly string[]): Promise<boolean> => {
    try {
      for (const url of urls) if (await mayAll(deps, name, users, url)) return true;
      return false;
    } catch (error) {
      if (!(error instanceof SourceRefusedError)) throw error;
      deps.logger.warn('credentials not usable', { credential: name, reason: error.message });
      return false;
    }
  };

const mayAll = async (deps: Deps, name: string, users: readonly string[], url: string): Promise<boolean> => {
  for (const user of new Set(users)) if ((await useCredential(deps)({ name, user }, url)) === null) return false;
  return true;
};
