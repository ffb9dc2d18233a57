import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { guardDirectory } from '../thread-guard.ts';

/** The process that starts programs for this one: see helper.ts. */
export interface ProcessHelper {
  /** For `useProcessHelper` in each thread. */
  readonly path: string;
  /** When it has ended, for whatever reason. It is not started again: threads start their programs themselves then. */
  readonly exited: Promise<void>;
  close(): Promise<void>;
}

/** The helper's memory is what its starts cost: it holds no more than it must. */
const flags = ['--max-old-space-size=64', '--max-semi-space-size=1', '--disable-warning=ExperimentalWarning'];

/**
 * Starts the helper, best when this process is still small. It may be used at once: until it listens, threads start their programs themselves. Its socket is in a directory
 * that only this user may enter.
 */
export const startProcessHelper = async (): Promise<ProcessHelper> => {
  const directory = await mkdtemp(join(tmpdir(), 'repo-sync-helper-'));
  const release = guardDirectory(directory);
  const path = join(directory, 'socket');
  const child = spawn(process.execPath, [...flags, fileURLToPath(new URL('./helper.ts', import.meta.url)), path], {
    env: { PATH: process.env.PATH },
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  child.stdin.on('error', () => undefined);
  return {
    path,
    exited,
    close: async () => {
      child.ref();
      child.stdin.end();
      await exited;
      await rm(directory, { recursive: true, force: true });
      release();
    },
  };
};
