import tab from '@bomb.sh/tab/commander';
import { Command } from 'commander';
import { readyForBash } from './bash-completions.ts';
import { addExactSearch } from './commands/exact.ts';
import { addFileCommands } from './commands/files.ts';
import { addImportIndex } from './commands/import-index.ts';
import { addJobs } from './commands/jobs.ts';
import { addLogin } from './commands/login.ts';
import { addMcp } from './commands/mcp.ts';
import { addRepositories } from './commands/repositories.ts';
import { addSearch } from './commands/search.ts';
import { addService } from './commands/service.ts';
import { addSettings } from './commands/settings.ts';
import { addSync } from './commands/sync.ts';
import type { Terminal } from './terminal.ts';

export const VERSION = '0.1.0';

/** Every command of repo-sync. Errors and help are thrown, not ended with: see run-repo-sync.ts. */
export const buildProgram = (terminal: Terminal): Command => {
  const program = new Command('repo-sync')
    .description('Keeps a searchable index of git repositories in step with their sources.')
    .version(VERSION, '--version')
    .option('--profile <name>', 'the service to speak to, as repo-sync login remembered it')
    .option('--url <url>', 'its address, in the place of the profile’s')
    .option('--json', 'answer with JSON, as docs/cli.md tells')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
    })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      `
The exit code is 0 when all went well, 1 when it failed, 2 when what was typed is wrong, 3 for a conflict, 4 when it is not there,
5 when no service answers, 6 when it is not allowed, 7 when the service is busy, 8 when a limit refuses a sync, 130 after Ctrl-C.

Examples:
  $ repo-sync login http://127.0.0.1:3000 < .repo-sync/token
  $ repo-sync add . --id demo
  $ repo-sync sync demo --wait
  $ repo-sync search demo retry with backoff

Completions: repo-sync complete bash (or zsh, fish) prints them; source <(repo-sync complete bash)`,
    );
  addLogin(program, terminal);
  addRepositories(program, terminal);
  addSync(program, terminal);
  addImportIndex(program, terminal);
  addJobs(program, terminal);
  addSearch(program, terminal);
  addExactSearch(program, terminal);
  addFileCommands(program, terminal);
  addSettings(program, terminal);
  addService(program, terminal);
  addMcp(program, terminal);
  tab(program);
  readyForBash(program, terminal);
  for (const command of program.commands) inherit(command);
  return program;
};

/** commander hands these down only to commands that are made after they were set. */
const inherit = (command: Command): void => {
  command.exitOverride();
  for (const each of command.commands) inherit(each);
};
