import type { TestProject } from 'vitest/node';
import { installServers, ServersUnavailableError } from './install-servers.ts';
import { startServers } from './start-servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    awsServers: { readonly dynamoDb: string; readonly moto: string } | { readonly unavailable: string };
  }
}

/** Servers for the whole run. Where they cannot be had, the tests are skipped and say why; in CI (`CI=true`) that fails. */
export default async (project: TestProject): Promise<(() => Promise<void>) | undefined> => {
  try {
    const servers = await startServers(await installServers());
    project.provide('awsServers', { dynamoDb: servers.dynamoDb.endpoint, moto: servers.moto.endpoint });
    return () => servers.stop();
  } catch (error) {
    if (!(error instanceof ServersUnavailableError) || process.env.CI === 'true') throw error;
    process.stderr.write(`\nThe independent AWS servers cannot be had, and nothing was tested: ${error.message}\n\n`);
    project.provide('awsServers', { unavailable: error.message });
    return undefined;
  }
};
