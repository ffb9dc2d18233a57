import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
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

/** What a socket's path may have; 104 on macOS, 108 on Linux, with a zero at its end. */
const PATH_BYTES = 103;
/** For its end: it has nothing to finish. */
const CLOSE_MILLISECONDS = 3_000;
const socketIn = (directory: string): string => join(directory, 'socket');

/** Null where the socket's path would be too long. */
const directoryIn = (root: string): string | null => {
  const directory = join(root, `repo-sync-helper-${randomUUID().slice(0, 8)}`);
  return Buffer.byteLength(socketIn(directory)) > PATH_BYTES ? null : directory;
};

/** Its modules; the first is the one that runs. */
const sources = ['./helper.ts', './messages.ts', '../thread-guard.ts'];

/** Types of this source taken out. Node warns that this is experimental, which is no concern of who starts the service. */
const withoutTypes = (source: string): string => {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
};

/** Without their types, side by side: Node would load a compiler for them, 27 MB of memory (measured). Returns the one that runs. */
const writeScripts = async (directory: string): Promise<string> => {
  const scriptOf = (source: string): string => join(directory, basename(source).replace(/ts$/, 'mjs'));
  for (const source of sources) {
    const text = withoutTypes(await readFile(new URL(source, import.meta.url), 'utf8'));
    await writeFile(scriptOf(source), text.replaceAll(/(from '\.)[./]*(\/[\w-]+\.)ts';/g, "$1$2mjs';"));
  }
  return scriptOf('helper.ts');
};

/**
 * Starts the helper, best when this process is still small. It may be used at once: until it listens, threads start their programs themselves. Its socket is in a directory
 * that only this user may enter.
 */
export const startProcessHelper = async (): Promise<ProcessHelper> => {
  const directory = directoryIn(tmpdir()) ?? (directoryIn('/tmp') as string);
  const release = guardDirectory(directory);
  await mkdir(directory, { mode: 0o700 });
  const path = socketIn(directory);
  const child = spawn(process.execPath, [...flags, await writeScripts(directory), path], {
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
      // One that stands still does not see it.
      const cut = setTimeout(() => child.kill('SIGKILL'), CLOSE_MILLISECONDS);
      await exited;
      clearTimeout(cut);
      await rm(directory, { recursive: true, force: true });
      release();
    },
  };
};
