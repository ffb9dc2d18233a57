import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InstalledServers } from './install-servers.ts';

export interface RunningServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface RunningServers {
  readonly dynamoDb: RunningServer;
  readonly moto: RunningServer;
  stop(): Promise<void>;
}

/** Milliseconds until a server answers: a cold Java on a busy machine takes some ten seconds. */
const startMilliseconds = 120_000;
const stopMilliseconds = 5_000;
const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** DynamoDB Local and moto, in memory, each a process on a free port of the loopback address. */
export const startServers = async ({ dynamoDb, python, logs }: InstalledServers): Promise<RunningServers> => {
  const started = await Promise.allSettled([
    startServer('java', join(logs, 'dynamodb-local.log'), [
      '-Xmx512m',
      // Starts in half the time, and no test runs for long.
      '-XX:TieredStopAtLevel=1',
      `-Djava.library.path=${dynamoDb}`,
      '-cp',
      `${dynamoDb}/*`,
      file('loopback-dynamodb.java'),
    ]),
    startServer(python, join(logs, 'moto.log'), [file('loopback-moto.py')], {
      // Without, a role cannot have one of AWS's managed policies.
      MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
      // It runs functions in Docker, where there is one, and would fetch images for that: nobody is there.
      DOCKER_HOST: 'tcp://127.0.0.1:1',
    }),
  ]);
  const running = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const stop = async () => void (await Promise.all(running.map((server) => server.stop())));
  const [first, second] = running;
  if (first !== undefined && second !== undefined) return { dynamoDb: first, moto: second, stop };
  await stop();
  throw started.find((each) => each.status === 'rejected')?.reason;
};

const startServer = async (
  program: string,
  log: string,
  argumentsOf: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<RunningServer> => {
  // Standard input stays open while this process lives, and the server ends with it.
  const child = spawn(program, argumentsOf, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, DDB_LOCAL_TELEMETRY: '0', ...more },
  });
  // Overwritten by the next run: why a server answered 500 stands nowhere else.
  const kept = createWriteStream(log);
  child.stdout.pipe(kept, { end: false });
  child.stderr.pipe(kept, { end: false });
  child.once('close', () => kept.end());
  // A server that has died takes nothing more.
  child.stdin.on('error', () => undefined);
  const stop = async () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMilliseconds);
    await ended;
    clearTimeout(timer);
  };
  try {
    return { endpoint: await endpointOf(program, child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** What the server says when it listens, on either stream. */
const endpointOf = (program: string, child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = '';
    const fail = () => {
      clearTimeout(timer);
      reject(new Error(`${program} did not start: ${said.slice(-2000)}`));
    };
    const timer = setTimeout(fail, startMilliseconds);
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (bytes: Buffer) => {
        if (said.length < 100_000) said += bytes;
        const endpoint = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
        if (endpoint === undefined) return;
        clearTimeout(timer);
        resolve(endpoint);
      });
    child.once('error', fail);
    child.once('exit', fail);
  });
