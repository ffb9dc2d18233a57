import type { Command } from 'commander';
import type { GrepMatch } from '../../client/src/client.ts';
import { action } from '../action.ts';
import { clean, type Terminal } from '../terminal.ts';
import { numberBetween } from './repositories.ts';

interface GrepFlags {
  readonly regex?: true;
  readonly ignoreCase?: true;
  readonly word?: true;
  readonly branch?: string;
  readonly path?: string;
  readonly language?: string;
  readonly limit: number;
}

/** Exact search, and the files as they are at the indexed commit. */
export const addFileCommands = (program: Command, terminal: Terminal): void => {
  program
    .command('grep <repository> <pattern>')
    .description('Every line that holds a text, in a branch’s indexed files')
    .option('-E, --regex', 'the pattern is a regular expression of RE2’s syntax')
    .option('-i, --ignore-case', 'letters match in either case')
    .option('-w, --word', 'whole words only')
    .option('--branch <name>', 'which branch; the default branch without')
    .option('--path <pattern>', 'only files whose path matches, as in .gitignore')
    .option('--language <name>', 'only files of this language')
    .option('--limit <number>', 'how many lines at most', numberBetween(1, 100_000), 1_000)
    .addHelpText(
      'after',
      '\nExamples:\n  $ repo-sync grep demo "retry("\n  $ repo-sync grep demo -E "retry\\w+" --path src/',
    )
    .action(
      action<GrepFlags>(terminal, async ({ client, options, print, note }, repo_id = '', pattern = '') => {
        const { regex, ignoreCase, word, branch, path, language, limit } = options;
        const flags = { regex: flag(regex), case: flag(ignoreCase !== true), word: flag(word) };
        const query = { pattern, ...flags, branch, path, language, limit: Math.min(limit, 100) };
        const matches: GrepMatch[] = [];
        let [commit, cut]: [string, boolean] = ['', false];
        for await (const page of client.pages('grep', { path: { repo_id }, query }, { signal: terminal.stop })) {
          commit = page.commit;
          matches.push(...page.matches.slice(0, limit - matches.length));
          cut = matches.length === limit && page.next_cursor !== null;
          if (matches.length === limit) break;
        }
        if (cut) note(`The first ${limit} lines; --limit shows more.`);
        print({ commit, matches, truncated: cut }, () =>
          matches.length === 0
            ? `No line matches in commit ${commit.slice(0, 10)}`
            : matches.map(({ path: file, line, text }) => `${clean(file)}:${line}:${clean(text)}`).join('\n'),
        );
      }),
    );

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

const flag = (on: boolean | undefined): 'true' | 'false' => (on === true ? 'true' : 'false');
