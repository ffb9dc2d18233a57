import { PassThrough, Readable } from 'node:stream';
import { runRepoSync } from '../../cli/run-repo-sync.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** What is piped in; nothing without. */
  readonly input?: string;
  readonly stop?: AbortSignal;
  /** Gets what is written to standard error, as it is written. */
  readonly onErr?: (text: string) => void;
  readonly onOut?: (text: string) => void;
  /** Whether standard output is a terminal. */
  readonly tty?: boolean;
}

/** One command line of repo-sync in this process, so that coverage sees it: everything but its streams is real. */
export const repoSync = async (args: readonly string[], options: RunOptions = {}): Promise<Ran> => {
  const collect = (onText: (text: string) => void = () => undefined) => {
    const stream = new PassThrough({ encoding: 'utf8' });
    const all = { text: '' };
    stream.on('data', (part: string) => {
      all.text += part;
      onText(part);
    });
    return { stream, all };
  };
  const out = collect(options.onOut);
  const err = collect(options.onErr);
  const code = await runRepoSync(args, {
    in: Readable.from([options.input ?? '']),
    out: Object.assign(out.stream, { isTTY: options.tty === true }),
    err: err.stream,
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    stop: options.stop ?? new AbortController().signal,
  });
  return { code, out: out.all.text, err: err.all.text };
};
