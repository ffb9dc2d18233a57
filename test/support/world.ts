import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionName } from '../../core/contract/environment.ts';
import type { Right } from '../../core/contract/rights.ts';
import type { Runtime } from '../../core/ports/runtime.ts';
import { loadFunction } from '../../local/load-function.ts';
import { type LocalServer, type ServerOptions, type ServerParts, startServer } from '../../local/server.ts';
import { type Api, createApi } from './api.ts';

export interface World {
  readonly server: LocalServer;
  readonly dataDir: string;
  /** The API as a user sees it. */
  as(user: string, rights?: readonly Right[]): Promise<Api>;
  /** The API for the one who registers repositories. */
  readonly api: Api;
  /** The API without a token. */
  readonly anonymous: Api;
  close(): Promise<void>;
}

/** The functions in this thread, so that coverage sees them; everything else is the real service. */
const inThisThread: NonNullable<ServerParts['startFunctions']> = () => ({
  invoke: async (name, payload) => (await loadFunction(name as FunctionName))(JSON.parse(JSON.stringify(payload))),
  close: async () => undefined,
});

/** Where tests make their repositories: they ask for other things than whether these may be read. */
const sourceRoots = { folders: [tmpdir()], forAll: true };

/** The whole service on a free port and in a directory of its own. One a test file: handlers are composed once. */
export const startWorld = async (
  decorate: (runtime: Runtime) => Runtime = (runtime) => runtime,
  more: Pick<ServerOptions, 'webhookAllow' | 'sourceRoots' | 'registration' | 'quotas' | 'dynamodbEndpoint'> = {},
): Promise<World> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'test-world-'));
  const options = {
    dataDir,
    host: '127.0.0.1',
    port: 0,
    logLevel: 'silent',
    user: 'ann',
    sourceRoots,
    ...more,
  } as const;
  const server = await startServer(options, { startFunctions: inThisThread, decorate });
  return {
    server,
    dataDir,
    as: async (user, rights) => createApi(server.url, await server.issuer.issue(user, rights)),
    api: createApi(server.url, server.token),
    anonymous: createApi(server.url, null),
    close: async () => {
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
