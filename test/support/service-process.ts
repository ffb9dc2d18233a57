import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { allocatorSettings } from '../../local/allocator.ts';
import { type Api, createApi } from './api.ts';

export interface ServiceProcess {
  readonly url: string;
  readonly token: string;
  readonly api: Api;
  readonly child: ChildProcess;
  /** Ends it without a word: `kill -9`. */
  kill(): Promise<void>;
  /** SIGTERM; resolves to the exit code. */
  terminate(): Promise<number | null>;
}

const root = resolve(import.meta.dirname, '../..');

/** Everything that the command printed, and how it ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `detached`: in a process group of its own, which no signal to the caller's group reaches. */
interface Spawning {
  readonly detached?: boolean;
}

/** The command line as a process, still running. */
export const spawnCommand = (
  args: readonly string[],
  dataDir: string,
  environment: NodeJS.ProcessEnv,
  { detached = false }: Spawning = {},
): ChildProcess =>
  spawn(process.execPath, ['--conditions=local', 'local/main.ts', ...args], {
    cwd: root,
    detached,
    env: { ...process.env, ...allocatorSettings, NODE_V8_COVERAGE: '', PORT: '0', DATA_DIR: dataDir, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Runs the command line to its end. */
export const runCommand = async (
  args: readonly string[],
  dataDir: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<CommandResult> => {
  const child = spawnCommand(args, dataDir, environment);
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (data) => {
    output.stdout += data;
  });
  child.stderr?.on('data', (data) => {
    output.stderr += data;
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, ...output };
};

/** Starts the service as `npm start` does, and waits until it has printed its address and token. */
export const startService = async (
  dataDir: string,
  environment: NodeJS.ProcessEnv = {},
  spawning: Spawning = {},
): Promise<ServiceProcess> => {
  const child = spawnCommand([], dataDir, { SOURCE_ROOTS: tmpdir(), ...environment }, spawning);
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  let printed = '';
  let complained = '';
  child.stderr?.on('data', (data) => {
    complained += data;
  });
  const [url, token] = await new Promise<[string, string]>((done, fail) => {
    child.stdout?.on('data', (data) => {
      printed += data;
      const address = /on (http:\S+)/.exec(printed)?.[1];
      const bearer = /token\s+(\S+)/.exec(printed)?.[1];
      if (address !== undefined && bearer !== undefined) done([address, bearer]);
    });
    child.once('close', (code) => fail(new Error(`the service ended with ${code}: ${complained}`)));
  });
  return {
    url,
    token,
    api: createApi(url, token),
    child,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    terminate: () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
};

export const makeDataDir = async (): Promise<{ path: string; remove(): Promise<void> }> => {
  const path = await mkdtemp(join(tmpdir(), 'test-data-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
};
