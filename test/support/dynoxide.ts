import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { freePort } from './free-port.ts';

/** The program of the DynamoDB-compatible server that the tests compare with; null where this platform has none. */
export const dynoxideProgram = (): string | null => {
  try {
    const name = `@dynoxide/${process.platform}-${process.arch}/package.json`;
    return join(dirname(createRequire(import.meta.url).resolve(name)), 'dynoxide');
  } catch {
    return null;
  }
};

export interface Dynoxide extends AsyncDisposable {
  readonly endpoint: string;
  readonly child: ChildProcess;
}

/** Starts it on a file, or in memory. */
export const startDynoxide = async (program: string, path: string | null = null): Promise<Dynoxide> => {
  const port = await freePort();
  const child = spawn(program, ['serve', '--port', String(port), ...(path === null ? [] : ['--db-path', path])], {
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const endpoint = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    const answer = await fetch(endpoint).catch(() => null);
    if (answer?.ok === true) break;
    if (tries > 500 || child.exitCode !== null) throw new Error('dynoxide did not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    endpoint,
    child,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
};
