import type { Command } from 'commander';
import { action } from '../action.ts';
import { clean, type Terminal } from '../terminal.ts';

/** The files as they are at the indexed commit. */
export const addFileCommands = (program: Command, terminal: Terminal): void => {
  program
    .command('cat <repository> <path>')
    .description('A file’s text, as it is at the indexed commit')
    .option('--branch <name>', 'which branch; the default branch without')
    .addHelpText('after', '\nExamples:\n  $ repo-sync cat demo src/retry.ts')
    .action(
      action<{ branch?: string }>(terminal, async ({ client, options, print }, repo_id = '', file_path = '') => {
        const request = { path: { repo_id, file_path }, query: { branch: options.branch } };
        const file = await client.call('read-file', request, { signal: terminal.stop });
        print(file, () => (file?.text ?? '').replace(/\n$/, ''));
      }),
    );

  program
    .command('tree <repository> [folder]')
    .description('The files and folders of a branch at the indexed commit, and which files are not in the index')
    .option('--branch <name>', 'which branch; the default branch without')
    .option('--glob <pattern>', 'all files below the folder whose path matches, as in .gitignore')
    .addHelpText('after', '\nExamples:\n  $ repo-sync tree demo src\n  $ repo-sync tree demo --glob "*.ts"')
    .action(
      action<{ branch?: string; glob?: string }>(
        terminal,
        async ({ client, options, print }, repo_id = '', folder = '') => {
          const query = { path: folder === '' ? undefined : folder, glob: options.glob, branch: options.branch };
          const pages = await Array.fromAsync(
            client.pages('list-files', { path: { repo_id }, query }, { signal: terminal.stop }),
          );
          const entries = pages.flatMap((page) => page.entries);
          print({ branch: pages[0]?.branch, commit: pages[0]?.commit, entries }, () =>
            entries.length === 0
              ? 'nothing there'
              : entries
                  .map(({ path, type, not_indexed }) => {
                    const name = `${clean(path)}${type === 'directory' ? '/' : ''}`;
                    return not_indexed === undefined ? name : `${name}  (not indexed: ${not_indexed})`;
                  })
                  .join('\n'),
          );
        },
      ),
    );
};
