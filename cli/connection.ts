import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, createClient } from '../client/src/client.ts';
import { UsageError } from './exit-codes.ts';
import { profileName, readProfiles } from './profiles.ts';
import type { Terminal } from './terminal.ts';

export interface Connection {
  readonly client: Client;
  /** Where url and token come from, for people. */
  readonly from: string;
}

/** Options of every command. */
export interface GlobalOptions {
  readonly profile?: string;
  readonly url?: string;
  readonly json?: boolean;
}

/** Where the local service is, as its own settings say. */
export const localService = (env: Terminal['env'], cwd: string) => ({
  url: `http://${env.HOST ?? '127.0.0.1'}:${env.PORT ?? '3000'}`,
  tokenFile: join(env.DATA_DIR ?? join(cwd, '.repo-sync'), 'token'),
});

/**
 * The service that a command speaks to: the named profile; else REPO_SYNC_URL and REPO_SYNC_TOKEN; else the current profile; else the service that
 * runs in this folder. `--url` changes the address only.
 */
export const connect = async ({ env, cwd }: Terminal, options: GlobalOptions): Promise<Connection> => {
  const found = await credentialsOf(env, cwd, options);
  const url = options.url ?? found.url;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new UsageError(`${JSON.stringify(url)} is no address of a service: it must begin with https:// or http://`);
  return { client: createClient({ url, token: found.token }), from: found.from };
};

const credentialsOf = async (
  env: Terminal['env'],
  cwd: string,
  { profile }: GlobalOptions,
): Promise<{ readonly url: string; readonly token: string; readonly from: string }> => {
  const named = profile ?? env.REPO_SYNC_PROFILE;
  if (named === undefined && env.REPO_SYNC_TOKEN !== undefined)
    return {
      url: env.REPO_SYNC_URL ?? localService(env, cwd).url,
      token: env.REPO_SYNC_TOKEN,
      from: 'REPO_SYNC_URL and REPO_SYNC_TOKEN',
    };
  const { current, profiles } = await readProfiles(env);
  const name = named === undefined ? current : profileName(named);
  if (name !== null) {
    const known = profiles.get(name);
    if (known === undefined)
      throw new UsageError(`there is no profile ${name}: repo-sync login <url> --profile ${name} makes it`);
    return { ...known, from: `profile ${name}` };
  }
  const { url, tokenFile } = localService(env, cwd);
  const token = await readFile(tokenFile, 'utf8').catch(() => null);
  if (token === null)
    throw new UsageError(
      'which service? repo-sync login <url> remembers one; in the folder where npm start or repo-sync serve runs none is needed',
    );
  return { url, token: token.trim(), from: tokenFile };
};
