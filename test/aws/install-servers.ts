import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { moto, pom } from './server-versions.ts';

const run = promisify(execFile);

/** Where the servers are kept between runs; `AWS_SERVERS_DIR` moves it, so that several checkouts may share one. */
const directory = process.env.AWS_SERVERS_DIR ?? fileURLToPath(new URL('../../.aws-servers', import.meta.url));

export interface InstalledServers {
  /** A folder of jars and native libraries. */
  readonly dynamoDb: string;
  /** A Python that has moto. */
  readonly python: string;
  /** Where the servers' output goes. */
  readonly logs: string;
}

/** The machine lacks what the servers need, or they could not be fetched. */
export class ServersUnavailableError extends Error {}

/** Installs what is not there yet, in the cache directory and nowhere else. Throws ServersUnavailableError. */
export const installServers = async (): Promise<InstalledServers> => {
  await Promise.all([
    needed('java', ['-version'], 'a Java development kit, 17 or later'),
    needed('javac', ['-version'], 'a Java development kit, 17 or later'),
    needed('mvn', ['-version'], 'Maven'),
    needed('python3', ['-c', 'import venv, ensurepip'], 'Python 3 with venv and pip'),
  ]);
  await mkdir(directory, { recursive: true });
  const [dynamoDb, venv] = await Promise.all([
    once('dynamodb-local', pom, async (folder) => {
      await writeFile(join(folder, 'pom.xml'), pom);
      // A repository of its own: nothing is left in the user's.
      const own = [`-Dmaven.repo.local=${join(directory, 'maven')}`, `-DoutputDirectory=${folder}`];
      await fetched('mvn', ['-B', '-q', '-f', join(folder, 'pom.xml'), 'dependency:copy-dependencies', ...own]);
    }),
    once('moto', moto, async (folder) => {
      await fetched('python3', ['-m', 'venv', folder]);
      await fetched(join(folder, 'bin', 'pip'), ['install', '--quiet', '--no-compile', `moto[server]==${moto}`]);
    }),
  ]);
  return { dynamoDb, python: join(venv, 'bin', 'python'), logs: directory };
};

/** Installs into a folder unless it holds the same already: what says so is written last. */
const once = async (name: string, version: string, install: (folder: string) => Promise<void>): Promise<string> => {
  const folder = join(directory, name);
  const mark = join(folder, '.installed');
  if ((await readFile(mark, 'utf8').catch(() => null)) === version) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await install(folder);
  await writeFile(mark, version);
  return folder;
};

const needed = async (program: string, argumentsOf: readonly string[], what: string): Promise<void> => {
  await run(program, argumentsOf).catch((error: Error) => {
    throw new ServersUnavailableError(`${what} is needed: ${program} does not run`, { cause: error });
  });
};

/** Ten minutes: a slow registry is no failure, a silent one is. */
const fetched = async (program: string, argumentsOf: readonly string[]): Promise<void> => {
  await run(program, argumentsOf, { timeout: 600_000 }).catch((error: Error & { stdout?: string }) => {
    throw new ServersUnavailableError(`${program} failed: ${error.message} ${error.stdout ?? ''}`.slice(0, 2000));
  });
};
