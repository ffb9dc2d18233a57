import { type ChildProcess, spawn } from 'node:child_process';
import { dirname } from 'node:path';

export interface TerminalRun {
  /** What the terminal was sent, control sequences and all, so far. */
  readonly raw: string;
  readonly child: ChildProcess;
  /** Resolves to the exit code of the command. */
  readonly ended: Promise<number | null>;
  /** As typed on the keyboard: `\u0003` is Ctrl-C. */
  type(text: string): void;
}

/** A shell's command line in a terminal of its own (script of util-linux), with this Node first on the path. */
export const inTerminal = (
  command: string,
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): TerminalRun => {
  // Without a size, prompts take each column for the last one.
  const child = spawn('script', ['-qefc', `stty cols 100 rows 30 && ${command}`, '/dev/null'], {
    cwd,
    env: {
      ...process.env,
      NODE_V8_COVERAGE: '',
      TERM: 'xterm-256color',
      SHELL: '/bin/bash',
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      // vitest and CI set these: here a terminal is what decides.
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      ...env,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const seen = { raw: '' };
  child.stdout?.on('data', (part) => {
    seen.raw += part;
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  return {
    get raw() {
      return seen.raw;
    },
    child,
    ended,
    type: (text) => {
      child.stdin?.write(text);
    },
  };
};

const ESCAPE = String.fromCharCode(27);
/** How cli-progress begins a line anew. */
const LINE_START = `${ESCAPE}[1G`;

/** What is left on the screen: of a line that was drawn again and again the last state. */
export const screenOf = (raw: string): string =>
  raw
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) =>
      (
        line
          .replaceAll('\r', LINE_START)
          .split(LINE_START)
          .findLast((part) => withoutControls(part).trim() !== '') ?? ''
      )
        .replaceAll(/[^\n]+/g, withoutControls)
        .trimEnd(),
    )
    .join('\n');

const withoutControls = (text: string): string =>
  text
    .split(ESCAPE)
    .map((part, at) => (at === 0 ? part : part.replace(/^(\[[0-9;?]*[a-zA-Z]|[78])/, '')))
    .join('');
