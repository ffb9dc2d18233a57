import { CommanderError } from 'commander';
import { overLimitOf, ProblemError } from '../client/src/client.ts';
import { serve } from './commands/service.ts';
import { Ended, exitCodeOf, exitCodes } from './exit-codes.ts';
import { buildProgram } from './program.ts';
import { refusedReport } from './sync-report.ts';
import { clean, coloursOf, type Terminal } from './terminal.ts';

/** Runs one command line, without the program's own name, to its end. Resolves to the exit code. */
export const runRepoSync = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  try {
    const [first, ...rest] = args;
    if (first === 'serve') await serve(rest, terminal);
    else await buildProgram(terminal).parseAsync(args, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    // Help and version are thrown too, as what is no error; commander has written what is wrong with the rest.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (error instanceof Ended) return error.code;
    if (terminal.stop.aborted) return exitCodes.interrupted;
    const code = exitCodeOf(error);
    terminal.err.write(
      args.includes('--json') ? `${JSON.stringify(errorAnswer(error, code))}\n` : `${errorText(error, terminal)}\n`,
    );
    return code;
  }
};

/** With --json errors are JSON too, on standard error. */
const errorAnswer = (error: unknown, exit_code: number) => ({
  error: error instanceof ProblemError ? error.problem : { detail: messageOf(error) },
  exit_code,
});

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const errorText = (error: unknown, terminal: Terminal): string => {
  const colour = coloursOf(terminal, terminal.err);
  const lines = [`${colour('red', 'error:')} ${clean(messageOf(error))}`];
  const refused = overLimitOf(error);
  if (refused !== null) lines.push(refusedReport(refused.plan));
  else if (error instanceof ProblemError) lines.push(...hintsOf(error));
  return lines.join('\n');
};

const hintsOf = ({ status, problem, retryAfter }: ProblemError): string[] => {
  if (status === 401) return ['repo-sync login <url> remembers a new token'];
  const job = typeof problem.job_id === 'string' ? clean(problem.job_id) : null;
  const isOver = problem.ended_at !== undefined;
  if (status === 409 && job !== null && !isOver)
    return [`repo-sync watch ${job} shows its progress, repo-sync cancel ${job} ends it`];
  return retryAfter === null || status === 409 ? [] : [`try again in ${retryAfter} s`];
};
