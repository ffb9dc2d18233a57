import type { Socket } from 'node:net';

/** What a connection to the helper is, in its first line. */
export type Opening =
  | { readonly kind: 'control'; readonly client: string }
  /** The end of a program's standard input, output or error; nothing else is sent on it before the program has `started`. */
  | { readonly kind: 'stream'; readonly client: string; readonly id: number; readonly stream: 0 | 1 | 2 };

/** What a thread asks of the helper, a line each. */
export type Order =
  | {
      readonly order: 'start';
      readonly id: number;
      readonly program: string;
      readonly args: readonly string[];
      readonly cwd: string;
      readonly env: Readonly<Record<string, string>>;
      /** Of the thread that asks. */
      readonly priority: number;
    }
  | { readonly order: 'kill'; readonly id: number }
  /** Its streams have ended: nothing of it is left to end. */
  | { readonly order: 'release'; readonly id: number };

/** What the helper reports of a program, a line each. */
export type News =
  /** To a thread that has connected: now it may ask. */
  | { readonly news: 'ready' }
  | { readonly news: 'started'; readonly id: number; readonly pid: number }
  | { readonly news: 'ended'; readonly id: number; readonly code: number | null; readonly killedBy: string | null }
  /** It could not be started. */
  | { readonly news: 'failed'; readonly id: number; readonly message: string; readonly code: string | undefined };

export const lineOf = (message: Opening | Order | News): string => `${JSON.stringify(message)}\n`;

/** Calls `told` with each line that comes. */
export const onLines = (socket: Socket, told: (line: string) => void): void => {
  let rest = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) told(line);
  });
};
