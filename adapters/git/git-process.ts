import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type StartedProgram, startProgram } from '../system/process-helper/client.ts';
import { announced } from '../system/thread-guard.ts';
import { watchForSilence } from './stall-watch.ts';

/** A git call: arguments, and what it runs in. */
export interface GitCommand {
  readonly args: readonly string[];
  /**
   * A shell's text that calls git more than once, in git's place; `args` are its parameters. A start costs as much as this process is
   * large, 25 ms for 500 MB (measured), and one from a shell nearly nothing.
   */
  readonly script?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly input?: Iterable<string> | AsyncIterable<string | Uint8Array>;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; then the process is killed, with GitTimeoutError. */
  readonly timeoutMs: number;
  /** Milliseconds in which git neither gets or gives a byte nor computes; then the same. */
  readonly silenceMs?: number | undefined;
  /** Looked at four times a second while git runs; an error ends it. */
  readonly watch?: () => Promise<Error | null>;
}

/** What ends a program that has done nothing wrong, and how a shell tells that of git: by 128 and the signal's number. */
const outsideSignals: ReadonlySet<string> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP']);
const outsideCodes: ReadonlySet<number> = new Set([137, 143, 130, 131]);

/** Git ended, and not well; this service has not ended it. */
export class GitExitError extends Error {
  readonly code: number | null;
  /** Someone else ended it: the kernel for want of memory, or an operator. It says nothing of what git was at. */
  readonly fromOutside: boolean;
  readonly stderr: string;
  constructor(code: number | null, killedBy: string | null, stderr: string) {
    super(`git ended with ${killedBy ?? code}`);
    this.name = 'GitExitError';
    this.code = code;
    this.fromOutside = killedBy === null ? outsideCodes.has(code ?? 0) : outsideSignals.has(killedBy);
    this.stderr = stderr;
  }
}

/** Git did not end in time, or stood still. */
export class GitTimeoutError extends Error {
  readonly seconds: number;
  readonly silent: boolean;
  constructor(milliseconds: number, silent: boolean) {
    const seconds = Math.ceil(milliseconds / 1000);
    super(`git ${silent ? 'stood still for' : 'did not finish within'} ${seconds} s`);
    this.name = 'GitTimeoutError';
    this.seconds = seconds;
    this.silent = silent;
  }
}

/** Of stderr the beginning and the end are kept, this many bytes each: causes stand first, `fatal:` lines last. */
const stderrBytes = 8192;
const watchMs = 250;

/**
 * Runs git in a process group of its own and yields its stdout. Leaving the loop, an abort, a timeout and an error
 * all kill the whole group and wait for it. When this thread ends, however it does, the group dies with it.
 *
 * @returns what git wrote to stderr.
 * @throws GitExitError when git fails; the signal's reason when aborted.
 */
export async function* streamGit(command: GitCommand): AsyncGenerator<Buffer, string> {
  command.signal?.throwIfAborted();
  const { args, script } = command;
  const program =
    script === undefined
      ? startProgram('git', args, command)
      : startProgram('/bin/sh', ['-c', script, announced, ...args], command);
  let cause: unknown = null;
  let ended = false;
  const stop = (why: unknown): void => {
    if (ended) return;
    cause ??= why;
    program.kill();
  };
  const closed = program.closed
    .catch((error: unknown) => {
      cause ??= error;
      return { code: null, killedBy: null };
    })
    .finally(() => {
      ended = true;
    });
  const release = mayBeEnded(program, command, stop);
  const stderr = collectEnds(program.stderr);
  // A git that ends early closes its stdin: its exit code tells more than EPIPE does.
  pipeline(Readable.from(command.input ?? []), program.stdin).catch(() => {});
  try {
    try {
      for await (const chunk of program.stdout) yield chunk;
    } catch (error) {
      throw cause ?? error;
    }
    const { code, killedBy } = await closed;
    if (cause !== null) throw cause;
    if ((code === 126 || code === 127) && stderr().startsWith(`${announced}: `))
      throw Object.assign(new Error(`spawn git ENOENT: ${stderr().trim()}`), { code: 'ENOENT' });
    if (code !== 0) throw new GitExitError(code, killedBy, stderr());
    return stderr();
  } finally {
    if (!ended) program.kill();
    await closed;
    release();
  }
}

/** Runs git to its end. @throws as {@link streamGit}. */
export const runGit = async (command: GitCommand): Promise<{ stdout: Buffer; stderr: string }> => {
  const chunks: Buffer[] = [];
  const output = streamGit(command);
  for (;;) {
    const next = await output.next();
    if (next.done) return { stdout: Buffer.concat(chunks), stderr: next.value };
    chunks.push(next.value);
  }
};

/** Everything that may end a running git from outside. Returns what takes it away again. */
const mayBeEnded = (program: StartedProgram, command: GitCommand, stop: (why: unknown) => void): (() => void) => {
  const aborted = (): void => stop(command.signal?.reason);
  command.signal?.addEventListener('abort', aborted, { once: true });
  const timer = setTimeout(() => stop(new GitTimeoutError(command.timeoutMs, false)), command.timeoutMs);
  const { watch, silenceMs } = command;
  const endSilenceWatch =
    silenceMs === undefined
      ? () => {}
      : watchForSilence(program.pid, silenceMs, () => stop(new GitTimeoutError(silenceMs, true)));
  const watcher =
    watch === undefined
      ? undefined
      : setInterval(() => void watch().then((error) => error !== null && stop(error), stop), watchMs);
  return () => {
    clearTimeout(timer);
    endSilenceWatch();
    clearInterval(watcher);
    command.signal?.removeEventListener('abort', aborted);
  };
};

/** Reads a stream to its end, whatever its length, and keeps its two ends. */
const collectEnds = (stream: Readable): (() => string) => {
  let head = '';
  let tail = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    const room = stderrBytes - head.length;
    head += text.slice(0, room);
    tail = (tail + text.slice(Math.max(room, 0))).slice(-stderrBytes);
  });
  return () => head + tail;
};
