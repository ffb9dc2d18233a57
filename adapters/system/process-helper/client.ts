import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { getPriority } from 'node:os';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { spawnGuarded } from '../thread-guard.ts';
import { lineOf, type News, type Order, onLines } from './messages.ts';

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly killedBy: string | null;
}

/** A program in a process group of its own, which does not outlive the thread that started it. */
export interface StartedProgram {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Undefined as long as it is not known. */
  pid(): number | undefined;
  /** When it has ended and so have its streams. Rejects where it could not be started, or nothing more is known of it. */
  readonly closed: Promise<ProgramEnd>;
  /** Kills the whole group. */
  kill(): void;
}

interface Options {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

let used: { start(...program: Parameters<typeof startProgram>): StartedProgram | null; close(): void } | null = null;

/**
 * Starts a program by the process helper where this thread uses one and it can be reached, else by itself. A program that is not there ends with code 126 or 127:
 * see {@link spawnGuarded}.
 */
export const startProgram = (program: string, args: readonly string[], options: Options): StartedProgram =>
  used?.start(program, args, options) ?? startHere(program, args, options);

/** Milliseconds until a helper that says nothing of what it was asked for is taken for one that is gone. */
export interface HelperPatience {
  /** Until it has begun with a program. It does nothing else, and begins within milliseconds. */
  readonly start: number;
  /** Until a program that was killed has ended. */
  readonly kill: number;
}
const PATIENCE: HelperPatience = { start: 30_000, kill: 10_000 };

/** From here on this thread starts its programs by the helper at this socket; null: by itself. */
export const useProcessHelper = (path: string | null, patience = PATIENCE): void => {
  used?.close();
  used = path === null ? null : new HelperClient(path, patience);
};

const startHere = (program: string, args: readonly string[], options: Options): StartedProgram => {
  const { child, kill } = spawnGuarded(program, args, options);
  const { stdin, stdout, stderr } = child;
  const closed = new Promise<ProgramEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, killedBy) => resolve({ code, killedBy }));
  });
  closed.catch(() => undefined);
  return { stdin, stdout, stderr, pid: () => child.pid, closed, kill };
};

/** As Lambda names a sandbox whose process ended before it answered: the workflow tries the step again. */
class ProcessHelperLostError extends Error {
  override readonly name = 'Runtime.ExitError';
  constructor() {
    super('the process that starts programs ended or does not answer, and they with it');
  }
}

interface Started {
  tell(news: Exclude<News, { news: 'ready' }>): void;
  /** The helper is gone, and with it what it has started. */
  lost(): void;
}

class HelperClient {
  readonly #path: string;
  readonly #patience: HelperPatience;
  readonly #name = randomUUID();
  readonly #programs = new Map<number, Started>();
  #control: Socket | null = null;
  #ready = false;
  #lastId = 0;

  constructor(path: string, patience: HelperPatience) {
    this.#path = path;
    this.#patience = patience;
    this.#connect();
  }

  close(): void {
    this.#control?.destroy();
  }

  /** Null while the helper cannot be reached. */
  start(program: string, args: readonly string[], { cwd, env }: Options): StartedProgram | null {
    if (!this.#ready) {
      this.#connect();
      return null;
    }
    this.#lastId += 1;
    const id = this.#lastId;
    const streamOf = (stream: 0 | 1 | 2): Socket => this.#open({ kind: 'stream', client: this.#name, id, stream });
    const started = followProgram(streamOf(0), streamOf(1), streamOf(2), this.#patience, {
      // Its programs end with the connection, once it turns again; this thread starts its own until then.
      silent: () => this.#control?.destroy(),
      kill: () => this.#send({ order: 'kill', id }),
      release: () => {
        this.#programs.delete(id);
        this.#send({ order: 'release', id });
        if (this.#programs.size === 0) this.#control?.unref();
      },
    });
    this.#programs.set(id, started);
    this.#control?.ref();
    this.#send({ order: 'start', id, program, args, cwd, env, priority: getPriority() });
    return started.program;
  }

  #open(opening: Parameters<typeof lineOf>[0]): Socket {
    const socket = connect(this.#path);
    socket.on('error', () => undefined);
    socket.write(lineOf(opening));
    return socket;
  }

  #send(order: Order): void {
    if (this.#control?.writable === true) this.#control.write(lineOf(order));
  }

  #connect(): void {
    if (this.#control !== null) return;
    const control = this.#open({ kind: 'control', client: this.#name });
    this.#control = control;
    onLines(control, (line) => {
      const news = JSON.parse(line) as News;
      if (news.news === 'ready') this.#ready = true;
      else this.#programs.get(news.id)?.tell(news);
    });
    control.once('close', () => {
      this.#control = null;
      this.#ready = false;
      for (const started of [...this.#programs.values()]) started.lost();
    });
    control.unref();
  }
}

interface Orders {
  /** The helper has not begun. */
  silent(): void;
  kill(): void;
  release(): void;
}

const followProgram = (
  input: Socket,
  stdout: Socket,
  stderr: Socket,
  patience: HelperPatience,
  orders: Orders,
): Started & { readonly program: StartedProgram } => {
  // On the connection nothing may come behind its first line before the program has it.
  const stdin = new PassThrough();
  const end = Promise.withResolvers<ProgramEnd>();
  let pid: number | undefined;
  let killed = false;
  const lost = (): void => {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // The group is gone already.
    }
    end.reject(new ProcessHelperLostError());
    // A process that holds them still has left the group.
    for (const stream of [stdout, stderr]) stream.destroy();
  };
  let waiting = setTimeout(orders.silent, patience.start);
  // Not connected, for want of a descriptor: then it never begins.
  for (const stream of [input, stdout, stderr])
    stream.once('error', () => {
      if (pid === undefined) lost();
    });
  const streamsEnded = Promise.all(
    [stdout, stderr].map((stream) => new Promise((resolve) => stream.once('close', resolve))),
  );
  const closed = end.promise.then(
    async (ended) => {
      input.destroy();
      await streamsEnded;
      orders.release();
      return ended;
    },
    (error: unknown) => {
      for (const stream of [input, stdout, stderr]) stream.destroy();
      orders.release();
      throw error;
    },
  );
  closed.catch(() => undefined).finally(() => clearTimeout(waiting));
  return {
    program: {
      stdin,
      stdout,
      stderr,
      pid: () => pid,
      closed,
      kill: () => {
        if (killed) return;
        killed = true;
        orders.kill();
        // Before it is there it has the time that a start has.
        if (pid !== undefined) waiting = setTimeout(lost, patience.kill);
      },
    },
    tell: (news) => {
      switch (news.news) {
        case 'started':
          ({ pid } = news);
          clearTimeout(waiting);
          // Before it was there.
          if (killed) {
            orders.kill();
            waiting = setTimeout(lost, patience.kill);
          }
          pipeline(stdin, input).catch(() => undefined);
          // What it says here no one reads: that it has closed it is to be seen.
          input.resume();
          return;
        case 'ended':
          end.resolve({ code: news.code, killedBy: news.killedBy });
          return;
        case 'failed':
          end.reject(Object.assign(new Error(news.message), { code: news.code }));
          return;
        default:
          news satisfies never;
      }
    },
    lost,
  };
};
