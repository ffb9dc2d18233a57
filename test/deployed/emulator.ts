import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Certificates } from './certificates.ts';
import { account, addresses, region } from './host-names.ts';
import type { InstalledServers } from './install-servers.ts';

/** The account's root: what whoever deploys has. Functions have their roles. */
export const rootCredential = {
  AWS_ACCESS_KEY_ID: 'AKIAROOTROOTROOTROOT',
  AWS_SECRET_ACCESS_KEY: 'of-the-root',
} as const;

/** Milliseconds until the emulator answers. */
const startMilliseconds = 60_000;

export interface EmulatorOptions {
  readonly servers: InstalledServers;
  readonly certificates: Certificates;
  /** For temporary files. */
  readonly directory: string;
}

/** MiniStack with IAM enforced, on AWS's own port. Its functions are processes that inherit this environment. */
export const startEmulator = async ({
  servers,
  certificates,
  directory,
}: EmulatorOptions): Promise<AsyncDisposable> => {
  const functionLogs = join(servers.logs, 'functions');
  await rm(functionLogs, { recursive: true, force: true });
  await mkdir(functionLogs);
  const child = spawn(servers.python, [fileURLToPath(new URL('emulator.py', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      TMPDIR: directory,
      ...rootCredential,
      AUTH: 'true',
      USE_SSL: '1',
      // It serves 443 besides.
      GATEWAY_PORT: '4566',
      BIND_HOST: addresses.emulator,
      MINISTACK_SSL_CERT: certificates.certificate,
      MINISTACK_SSL_KEY: certificates.key,
      MINISTACK_REGION: region,
      MINISTACK_ACCOUNT_ID: account,
      // What stands behind `<api>.execute-api.`.
      MINISTACK_HOST: `${region}.amazonaws.com`,
      LOG_LEVEL: 'INFO',
      // What a state machine waits before it tries again is a fifth of what it would be.
      SFN_WAIT_SCALE: '0.2',
      // For the functions: the authority that the run made, in place of those that the world trusts; and what they run on.
      NODE_EXTRA_CA_CERTS: certificates.authority,
      GIT_SSL_CAINFO: certificates.authority,
      RUNTIME_NODE: process.execPath,
      RUNTIME_CLIENT: servers.runtimeClient,
      RUNTIME_LOGS: functionLogs,
    },
  });
  const log = createWriteStream(join(servers.logs, 'ministack.log'));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  for (const until = Date.now() + startMilliseconds; ; await sleep(100)) {
    if (child.exitCode !== null || Date.now() > until)
      throw new Error(`the emulator did not start: see ${servers.logs}/ministack.log`);
    const answer = await fetch(`https://sts.${region}.amazonaws.com/_ministack/health`).catch(() => null);
    if (answer?.ok) break;
  }
  return {
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      log.end();
    },
  };
};
