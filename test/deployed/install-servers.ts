import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ministack, runtimeClient } from './server-versions.ts';

const run = promisify(execFile);

/** Where the servers are kept between runs; `DEPLOYED_SERVERS_DIR` moves it, so that several checkouts may share one. */
const directory =
  process.env.DEPLOYED_SERVERS_DIR ?? fileURLToPath(new URL('../../.deployed-servers', import.meta.url));

export interface InstalledServers {
  /** A Python that has the emulator. */
  readonly python: string;
  /** The module that Lambda would run in a function's process, with the handler's name behind it. */
  readonly runtimeClient: string;
  /** Where the servers' output goes. */
  readonly logs: string;
}

/** The machine lacks what the servers need, or they could not be fetched. */
export class ServersUnavailableError extends Error {}

/** Installs what is not there yet, in the cache directory and nowhere else. Throws ServersUnavailableError. */
export const installServers = async (): Promise<InstalledServers> => {
  // A network of our own, and names of our own in it, cannot be had by anybody else.
  if (process.getuid?.() !== 0) throw new ServersUnavailableError('root is needed, to make a network namespace');
  await Promise.all([
    needed('unshare', ['--net', '--mount', '--pid', '--fork', '--mount-proc', 'true'], 'The right to make namespaces'),
    needed('ip', ['-V'], 'iproute2'),
    needed('openssl', ['version'], 'OpenSSL'),
    needed('python3', ['-c', 'import venv, ensurepip'], 'Python 3 with venv and pip'),
    needed('cmake', ['--version'], 'CMake'),
    needed('g++', ['--version'], 'A C++ compiler'),
  ]);
  await mkdir(directory, { recursive: true });
  const [venv, client] = await Promise.all([
    once('ministack', ministack.join(' '), async (folder) => {
      await fetched('python3', ['-m', 'venv', folder]);
      await fetched(join(folder, 'bin', 'pip'), ['install', '--quiet', '--no-compile', ...ministack]);
    }),
    once('runtime-client', runtimeClient.join(' '), installRuntimeClient),
  ]);
  return {
    python: join(venv, 'bin', 'python'),
    runtimeClient: join(client, 'node_modules/aws-lambda-ric/index.mjs'),
    logs: directory,
  };
};

const installRuntimeClient = async (folder: string): Promise<void> => {
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  // Without its scripts: the last of them wants the headers of a whole Node.
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  await fetched('npm', ['install', ...flags, ...runtimeClient], folder);
  const client = join(folder, 'node_modules/aws-lambda-ric');
  await fetched('sh', ['scripts/preinstall.sh'], client);
  const artifacts = join(client, 'deps/artifacts');
  // It includes these and uses nothing of them; the package of headers has the stable interface alone.
  const unused = join(folder, 'unused');
  await mkdir(unused);
  for (const header of ['node.h', 'uv.h', 'v8.h']) await writeFile(join(unused, header), '');
  const sources = ['src/native/rapid-client.cc', '-o', 'rapid-client.node'];
  await fetched(
    'g++',
    [
      ...['-shared', '-fPIC', '-O2', '-std=c++17', '-pthread', '-DNODE_GYP_MODULE_NAME=rapid-client'],
      ...['node-api-headers/include', 'node-addon-api'].map((name) => `-I${join(folder, 'node_modules', name)}`),
      ...[`-I${artifacts}/include`, `-I${unused}`],
      ...sources,
      ...[`${artifacts}/lib/libaws-lambda-runtime.a`, `${artifacts}/lib/libcurl.a`],
    ],
    client,
  );
  await rm(join(client, 'deps'), { recursive: true });
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
const fetched = async (program: string, argumentsOf: readonly string[], cwd = directory): Promise<void> => {
  await run(program, argumentsOf, { cwd, timeout: 600_000, maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: Error & { stderr?: string }) => {
      throw new ServersUnavailableError(
        `${program} failed: ${error.message.slice(0, 500)} ${error.stderr?.slice(-1500)}`,
      );
    },
  );
};
