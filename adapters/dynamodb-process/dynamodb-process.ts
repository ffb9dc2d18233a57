import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Logger } from '../../core/ports/logger.ts';
import { holdDataDir } from '../system/data-dir-lock.ts';
import { dynamoDbBinary } from './binary.ts';
import { killOrphan, recordChild } from './owner.ts';

export { createTables } from './tables.ts';

export interface DynamoDbProcess {
  readonly endpoint: string;
  readonly pid: number;
  /** Settles when the process has ended, for whatever reason. It is not started again. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  close(): Promise<void>;
}

export interface DynamoDbOptions {
  /** Holds the database file; one server at a time owns it. */
  readonly dataDir: string;
  readonly logger?: Logger | undefined;
  /** Path of the server's program; the installed one unless told. */
  readonly binary?: string | undefined;
  /** How long `close` waits after SIGTERM before it kills; 5 s unless told. It ends within 20 ms. */
  readonly stopMilliseconds?: number | undefined;
}

/** It answers within 50 ms; a machine that is busy with other things takes longer. */
const START_MILLISECONDS = 10_000;
const STOP_MILLISECONDS = 5_000;
/** Between choosing a free port and listening on it another process may take it. */
const PORT_TRIES = 5;

/**
 * Starts DynamoDB as a child process, on a file in `dataDir` and a free port of the loopback interface. It never outlives
 * this process, not even after a kill -9: a watcher sees its pipe close, and the next start looks for an orphan first.
 *
 * Throws DynamoDbUnavailableError when this platform has no program, DataDirInUseError while another live process owns
 * the directory, and Error when the program does not come up within 10 s.
 */
export const startDynamoDb = async (options: DynamoDbOptions): Promise<DynamoDbProcess> => {
  const { dataDir } = options;
  const program = options.binary ?? dynamoDbBinary();
  await mkdir(dataDir, { recursive: true });
  const release = holdDataDir(dataDir);
  try {
    await killOrphan(dataDir);
    for (let attempt = 1; ; attempt++) {
      const started = await startOn(await freePort(), program, options);
      if (typeof started !== 'string') {
        started.exited.finally(release);
        return started;
      }
      if (attempt === PORT_TRIES || !started.includes('in use'))
        throw new Error(`DynamoDB did not start: ${started.trim() || 'it said nothing'}`);
    }
  } catch (error) {
    release();
    throw error;
  }
};

/** The process, or what it said when it did not come up. */
const startOn = async (
  port: number,
  program: string,
  { dataDir, logger, stopMilliseconds = STOP_MILLISECONDS }: DynamoDbOptions,
): Promise<DynamoDbProcess | string> => {
  const child = spawn(
    program,
    ['serve', '--host', '127.0.0.1', '--port', String(port), '--db-path', join(dataDir, 'dynamodb.sqlite')],
    // A session of its own: Ctrl-C is for this process, which then closes the child after the last request.
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
  const said = { text: '' };
  child.once('error', (error) => {
    said.text += error.message;
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said.text = (said.text + text).slice(-4096);
      logger?.debug('dynamodb said something', { text: text.trim() });
    });
  if (child.pid === undefined) {
    await exited;
    return said.text;
  }
  const unwatch = killWithParent(child.pid);
  exited.then(unwatch);
  await recordChild(dataDir, child.pid);
  const endpoint = `http://127.0.0.1:${port}`;
  if (!(await isUp(endpoint, child, said))) {
    child.kill('SIGKILL');
    await exited;
    return said.text;
  }
  exited.then((end) => logger?.info('dynamodb ended', { ...end }));
  letParentEnd(child);
  return { endpoint, pid: child.pid, exited, close: () => stop(child, exited, stopMilliseconds) };
};

/** True once our own child listens: another server on that port would answer too, but our child would not say so. */
const isUp = async (endpoint: string, child: ChildProcess, said: { text: string }): Promise<boolean> => {
  const deadline = Date.now() + START_MILLISECONDS;
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    if (said.text.includes('listening on')) {
      const answer = await fetch(endpoint, { signal: AbortSignal.timeout(1000) }).catch(() => null);
      await answer?.body?.cancel();
      if (answer?.ok === true) return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
};

const stop = async (child: ChildProcess, exited: Promise<unknown>, milliseconds: number): Promise<void> => {
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
  child.kill('SIGTERM');
  await exited;
  clearTimeout(timer);
};

/**
 * A shell that waits on a pipe from this process. The kernel closes the pipe however this process ends, and the shell
 * then kills the child. Returns what sends the shell away.
 */
const killWithParent = (pid: number): (() => void) => {
  const watcher = spawn('sh', ['-c', 'read -r _; kill -9 "$1"', 'kill-with-parent', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Without a shell, the next start still finds the orphan.
  watcher.once('error', () => undefined);
  watcher.unref();
  return () => watcher.kill('SIGKILL');
};

/** A process that forgets `close` can still end: the watcher does the rest. */
const letParentEnd = (child: ChildProcess): void => {
  child.unref();
  for (const stream of [child.stdout, child.stderr])
    if (stream !== null && 'unref' in stream) (stream.unref as () => void)();
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return (address as { port: number }).port;
};
