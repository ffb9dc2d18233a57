import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { printing } from '../action.ts';
import { type Check, checkUp } from '../check-up.ts';
import { connect, type GlobalOptions } from '../connection.ts';
import { Ended, exitCodes } from '../exit-codes.ts';
import { clean, coloursOf, type Terminal } from '../terminal.ts';

const words: Readonly<Record<Check['status'], readonly [string, 'green' | 'yellow' | 'red']>> = {
  ok: ['ok', 'green'],
  warning: ['look', 'yellow'],
  failed: ['WRONG', 'red'],
};

export const addService = (program: Command, terminal: Terminal): void => {
  program
    .command('doctor')
    .description('Look for what keeps the service or this command from working, and say what cures it')
    .addHelpText(
      'after',
      '\nThe exit code is 1 when something is wrong.\n\nExamples:\n  $ repo-sync doctor\n  $ repo-sync doctor --json',
    )
    .action(async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const connected = await connect(terminal, options).catch((error: unknown) => error as Error);
      const checks = await checkUp(terminal, connected);
      const colour = coloursOf(terminal, terminal.out);
      printing(terminal, options).print({ checks }, () =>
        checks
          .flatMap(({ name, status, detail, cure }) => {
            const [word, format] = words[status];
            const line = `${colour(format, word.padEnd(5))}  ${name.padEnd(16)}  ${clean(detail)}`;
            return cure === null ? [line] : [line, `${' '.repeat(25)}${colour('bold', clean(cure))}`];
          })
          .join('\n'),
      );
      if (checks.some(({ status }) => status === 'failed')) throw new Ended(exitCodes.failed);
    });

  // What stands after it is for the service: run-repo-sync.ts hands that on, whatever it is.
  program
    .command('serve [arguments...]')
    .description('Run the service on this machine, as npm start does; repo-sync serve --help says more')
    .allowUnknownOption()
    .action((given: readonly string[]) => serve(given, terminal));
};

/** The service is a process of its own; it ends as this one does. */
export const serve = async (given: readonly string[], { cwd, env }: Terminal): Promise<void> => {
  const main = fileURLToPath(new URL('../../local/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=local', main, ...given], {
    stdio: 'inherit',
    cwd,
    env: { ...env },
  });
  // Ctrl-C reaches both by the terminal; a SIGTERM is for this process alone.
  const end = (): boolean => child.kill('SIGTERM');
  process.once('SIGTERM', end);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => resolve(status ?? exitCodes.failed));
  });
  process.off('SIGTERM', end);
  if (code !== 0) throw new Ended(code);
};
