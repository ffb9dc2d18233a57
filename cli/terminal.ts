import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** What a command reads and writes, and how it learns that it is to end. */
export interface Terminal {
  readonly in: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Results: what may be piped on. */
  readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Progress, hints and errors. */
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly stop: AbortSignal;
}

/** Colours only where a terminal shows them and nobody has asked for none (https://no-color.org). */
export const coloursOf = ({ env }: Pick<Terminal, 'env'>, stream: { readonly isTTY?: boolean }) => {
  const shown = stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  return (format: Format, text: string): string => (shown ? styleText(format, text, { validateStream: false }) : text);
};

/** What a repository holds and a service answers is not ours: nothing in it moves the cursor. */
export const clean = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
  text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '?');

/** A line of a file: its tabs stay, and a CRLF's first half is left out. */
export const cleanLine = (line: string): string => line.replace(/\r$/, '').split('\t').map(clean).join('\t');

/**
 * A file's name as the service answers it. One that cannot be typed as it is shown, such as one that is not UTF-8, has beside it what names
 * it to `cat`, `outline` and `tree`.
 */
export const fileName = ({ path, path_bytes }: { readonly path: string; readonly path_bytes?: string | undefined }) => {
  const shown = clean(path);
  const bytes = path_bytes ?? (shown === path ? null : Buffer.from(path).toString('base64'));
  return bytes === null ? shown : `${shown} (--path-bytes ${bytes})`;
};

/** Rows in columns, as wide as what stands in them. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const lines = [head, ...rows].map((row) => row.map(clean));
  const widths = head.map((_, at) => Math.max(...lines.map((row) => (row[at] ?? '').length)));
  return lines
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

/** A time as people read it; `-` where there is none. */
export const time = (iso: string | null): string => (iso === null ? '-' : iso.slice(0, 19).replace('T', ' '));
