import type { Command } from 'commander';
import { action } from '../action.ts';
import type { Terminal } from '../terminal.ts';
import { several } from './repositories.ts';
import { show } from './sync.ts';

interface ImportFlags {
  readonly branch?: readonly string[];
  readonly credential?: string;
  readonly wait?: boolean;
}

export const addImportIndex = (program: Command, terminal: Terminal): void => {
  program
    .command('import-index <repository> <address>')
    .description('Take over the index of another service, which embeds nothing')
    .option('--branch <name>', 'take over this branch; may be given several times', several)
    .option('--credential <name>', 'a credential that the operator keeps, with a token of the other service')
    .option('--wait', 'show the progress, and end as the import ends')
    .addHelpText(
      'after',
      `
The address is that of the repository in the other service's API. Both services must run the same embedder and chunker. The next sync
starts at the commit that was imported.

Examples:
  $ repo-sync import-index demo https://sync.example.com/api/repositories/demo --credential other-service --wait`,
    )
    .action(
      action<ImportFlags>(terminal, async (work, repo_id = '', from = '') => {
        const { branch, credential, wait } = work.options;
        const body = { from, branches: branch, credential };
        const job = await work.client.call('start-import', { path: { repo_id }, body }, { signal: terminal.stop });
        if (wait === true) return show(work, job.job_id);
        work.print(job, () => `${job.job_id} is queued. repo-sync watch ${job.job_id} shows its progress.`);
      }),
    );
};
