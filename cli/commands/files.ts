import type { Command } from 'commander';
import type { FileEntry } from '../../client/src/client.ts';
import { action } from '../action.ts';
import { UsageError } from '../exit-codes.ts';
import { cleanLine, fileName, type Terminal } from '../terminal.ts';
import { type NamedFile, namedFile, pathBytes } from './named-file.ts';

interface TreeFlags extends NamedFile {
  readonly glob?: string;
}

/** The files as they are at the indexed commit. */
export const addFileCommands = (program: Command, terminal: Terminal): void => {
  program
    .command('cat <repository> [path]')
    .description('A file’s text, as it is at the indexed commit')
    .option('--branch <name>', 'which branch; the default branch without')
    .addOption(pathBytes())
    .addHelpText('after', '\nExamples:\n  $ repo-sync cat demo src/retry.ts')
    .action(
      action<NamedFile>(terminal, async ({ client, options, print }, repo_id = '', typed) => {
        const request = { path: { repo_id, file_path: namedFile(typed, options) }, query: { branch: options.branch } };
        const file = await client.call('read-file', request, { signal: terminal.stop });
        const text = file?.text ?? '';
        if (options.json === true) print(file, () => text);
        else terminal.out.write(terminal.out.isTTY === true ? onScreen(text) : text);
      }),
    );

  program
    .command('tree <repository> [folder]')
    .description('The files and folders of a branch at the indexed commit, and which files are not in the index')
    .option('--branch <name>', 'which branch; the default branch without')
    .option('--glob <pattern>', 'all files below the folder whose path matches, as in .gitignore')
    .addOption(pathBytes())
    .addHelpText('after', '\nExamples:\n  $ repo-sync tree demo src\n  $ repo-sync tree demo --glob "*.ts"')
    .action(
      action<TreeFlags>(terminal, async ({ client, options, print }, repo_id = '', folder) => {
        const { glob, branch, pathBytes: path_bytes } = options;
        if (folder !== undefined && path_bytes !== undefined)
          throw new UsageError('give a folder, or --path-bytes and no folder');
        const pages = await Array.fromAsync(
          client.pages(
            'list-files',
            { path: { repo_id }, query: { path: folder, path_bytes, glob, branch } },
            { signal: terminal.stop },
          ),
        );
        const entries = pages.flatMap((page) => page.entries);
        print({ branch: pages[0]?.branch, commit: pages[0]?.commit, entries }, () =>
          entries.length === 0 ? 'nothing there' : entries.map(entryText).join('\n'),
        );
      }),
    );
};

/** Where it is piped on, a text is as it is. On a screen nothing in it moves the cursor, and what comes next has a line of its own. */
const onScreen = (text: string): string => {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${cleanLine(line)}\n`).join('');
};

const entryText = (entry: FileEntry): string => {
  const name = entry.type === 'directory' ? fileName({ ...entry, path: `${entry.path}/` }) : fileName(entry);
  return entry.not_indexed === undefined ? name : `${name}  (not indexed: ${entry.not_indexed})`;
};
