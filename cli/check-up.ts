import { execFile } from 'node:child_process';
import { access, constants, stat, statfs } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { createClient, ProblemError } from '../client/src/client.ts';
import { type Connection, localService } from './connection.ts';
import { profilesPath } from './profiles.ts';
import type { Terminal } from './terminal.ts';

export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly detail: string;
  /** The command, or the deed, that cures it; null where nothing is to be done. */
  readonly cure: string | null;
}

/** The oldest git that the service runs with (adapters/git). */
const OLDEST_GIT = [2, 37] as const;
const LEAST_FREE_BYTES = 1024 ** 3;
const run = promisify(execFile);

const ok = (name: string, detail: string): Check => ({ name, status: 'ok', detail, cure: null });
const warning = (name: string, detail: string, cure: string): Check => ({ name, status: 'warning', detail, cure });
const failed = (name: string, detail: string, cure: string): Check => ({ name, status: 'failed', detail, cure });

/** All that is looked at, in order: this machine, the local service's folder and port, then the service that commands speak to. */
export const checkUp = async (terminal: Terminal, connected: Connection | Error): Promise<readonly Check[]> => [
  await git(terminal),
  await dataDirectory(terminal),
  await disk(terminal),
  await port(terminal),
  await profiles(terminal),
  ...(await service(connected)),
];

const git = async ({ env }: Terminal): Promise<Check> => {
  const install = 'sudo apt-get install git';
  try {
    const { stdout } = await run('git', ['--version'], { env: { ...env } });
    const [text = '', major = '0', minor = '0'] = /(\d+)\.(\d+)[.\d]*/.exec(stdout) ?? [];
    const isOld = Number(major) < OLDEST_GIT[0] || (Number(major) === OLDEST_GIT[0] && Number(minor) < OLDEST_GIT[1]);
    return isOld ? failed('git', `${text} is too old: 2.37 or later is needed`, install) : ok('git', text);
  } catch {
    return failed('git', 'no program git on the PATH: 2.37 or later is needed', install);
  }
};

const directoryOf = ({ env, cwd }: Terminal): string => dirname(localService(env, cwd).tokenFile);

const dataDirectory = async (terminal: Terminal): Promise<Check> => {
  const name = 'data directory';
  const path = directoryOf(terminal);
  const found = await stat(path).catch(() => null);
  if (found === null) {
    const parent = dirname(path);
    return (await isWritable(parent))
      ? ok(name, `${path} is made at the first start`)
      : failed(name, `${path} cannot be made: ${parent} is not writable for you`, `export DATA_DIR=$HOME/repo-sync`);
  }
  if (!found.isDirectory()) return failed(name, `${path} is no folder`, `export DATA_DIR=$HOME/repo-sync`);
  if ((found.mode & 0o077) !== 0)
    return failed(
      name,
      `${path} can be entered by other users (mode ${(found.mode & 0o777).toString(8)})`,
      `chmod 700 '${path}'`,
    );
  if (!(await isWritable(path)))
    return failed(name, `${path} is not writable for you`, `sudo chown -R "$USER" '${path}'`);
  return ok(name, path);
};

const isWritable = async (path: string): Promise<boolean> =>
  access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );

const disk = async (terminal: Terminal): Promise<Check> => {
  const path = directoryOf(terminal);
  for (const place of [path, dirname(path), '/']) {
    const found = await statfs(place).catch(() => null);
    if (found === null) continue;
    const free = found.bavail * found.bsize;
    const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
    return free < LEAST_FREE_BYTES
      ? warning('disk', `${detail} at ${place}: an index takes about half of what its sources do`, `df -h '${place}'`)
      : ok('disk', detail);
  }
  return warning('disk', 'how much is free cannot be seen', 'df -h');
};

/** The port of the local service: free, or taken by it. */
const port = async ({ env, cwd }: Terminal): Promise<Check> => {
  const { url } = localService(env, cwd);
  const name = 'port';
  if (!URL.canParse(url)) return failed(name, `${url} is no address: PORT must be 0 to 65535`, 'PORT=3001 npm start');
  const { hostname, port: typed } = new URL(url);
  const number = Number(typed || 80);
  if (!(await listens(hostname, number)))
    return ok(name, `${number} is free: npm start, or repo-sync serve, would use it`);
  const health = await createClient({ url, retries: { times: 0 } })
    .call('get-health')
    .catch((error: unknown) => error);
  if (health instanceof ProblemError || (typeof health === 'object' && health !== null && 'checks' in health))
    return ok(name, `${number} is the service’s own`);
  return failed(name, `${number} is used by another program`, 'PORT=3001 npm start');
};

const listens = (host: string, number: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host, port: number });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', end(true)).once('error', end(false)).setTimeout(2_000, end(false));
  });

const profiles = async ({ env }: Terminal): Promise<Check> => {
  const path = profilesPath(env);
  const found = await stat(path).catch(() => null);
  if (found === null) return ok('profiles', 'none: repo-sync login <url> makes one');
  return (found.mode & 0o077) === 0
    ? ok('profiles', path)
    : failed('profiles', `${path} has tokens, and other users may read it`, `chmod 600 '${path}'`);
};

const service = async (connected: Connection | Error): Promise<readonly Check[]> => {
  if (connected instanceof Error)
    return [warning('service', connected.message, 'repo-sync login <url>, or repo-sync serve in another terminal')];
  const { client, from } = connected;
  const quick = createClient({ url: client.url, retries: { times: 0 } });
  try {
    const { checks, versions } = await quick.call('get-health');
    const names = Object.keys(checks).join(', ');
    return [ok('service', `${client.url}, version ${versions.service}: ${names} answer`), await token(connected)];
  } catch (error) {
    if (!(error instanceof ProblemError))
      return [
        failed(
          'service',
          (error as Error).message,
          `repo-sync serve, or the right address (${from}): repo-sync login <url>`,
        ),
      ];
    return [
      failed(
        'service',
        `${client.url}: ${awayIn(error)}`,
        'the service’s log says why; docs/runbook.md has what to do',
      ),
      await token(connected),
    ];
  }
};

const awayIn = ({ message, problem }: ProblemError): string => {
  const checks = Object.entries((problem.checks ?? {}) as Record<string, { status: string; reason: string | null }>);
  const away = checks.filter(([, { status }]) => status !== 'ok').map(([name, { reason }]) => `${name}: ${reason}`);
  return away.length === 0 ? message : away.join('; ');
};

const token = async ({ client, from }: Connection): Promise<Check> => {
  try {
    await client.call('list-repositories', { query: { limit: 1 } });
    return ok('token', `good, from ${from}`);
  } catch (error) {
    return failed('token', `${(error as Error).message} (${from})`, `repo-sync login ${client.url}`);
  }
};
