import type { Command } from 'commander';
import { action } from '../action.ts';
import { searchReport } from '../sync-report.ts';
import { type Terminal, table, time } from '../terminal.ts';
import { numberBetween } from './repositories.ts';

interface SearchFlags {
  readonly branch?: string;
  readonly path?: string;
  readonly language?: string;
  readonly limit: number;
}

export const addSearch = (program: Command, terminal: Terminal): void => {
  program
    .command('search <repository> <words...>')
    .description('Search a branch’s index')
    .option('--branch <name>', 'which branch; the default branch without')
    .option('--path <pattern>', 'only files whose path matches, as in .gitignore')
    .option('--language <name>', 'only files of this language')
    .option('--limit <number>', 'how many hits', numberBetween(1, 100), 10)
    .addHelpText(
      'after',
      '\nExamples:\n  $ repo-sync search demo retry with backoff\n  $ repo-sync search demo parse --path src/ --json',
    )
    .action(
      action<SearchFlags>(terminal, async ({ client, options, print }, repo_id = '', ...words) => {
        const { branch, path, language, limit } = options;
        const q = words.join(' ');
        const found = await client.call(
          'search',
          { path: { repo_id }, query: { q, branch, path, language, limit } },
          { signal: terminal.stop },
        );
        print(found, () => searchReport(q, found));
      }),
    );

  program
    .command('branches <repository>')
    .description('The indexed branches, and where their source is')
    .option('--remove <name>', 'take this branch out of the index')
    .addHelpText(
      'after',
      '\nExamples:\n  $ repo-sync branches demo\n  $ repo-sync branches demo --remove feature/login',
    )
    .action(
      action<{ remove?: string }>(terminal, async ({ client, options, print }, repo_id = '') => {
        if (options.remove !== undefined) {
          const name = options.remove;
          await client.call('delete-branch', { path: { repo_id, name } }, { signal: terminal.stop });
          return print(
            { repository_id: repo_id, branch: name, removed: true },
            () => `${name} is taken out of the index`,
          );
        }
        const pages = await Array.fromAsync(
          client.pages('list-branches', { path: { repo_id } }, { signal: terminal.stop }),
        );
        const branches = pages.flatMap((page) => page.branches);
        print({ branches }, () =>
          table(
            ['', 'BRANCH', 'INDEXED', 'AT', 'SOURCE', 'SEEN', 'BEHIND', 'FILES'],
            branches.map((each) => [
              each.default ? '*' : '',
              each.name,
              each.indexed_commit.slice(0, 10),
              time(each.indexed_at),
              each.source_commit?.slice(0, 10) ?? '-',
              time(each.source_seen_at),
              each.behind === null ? '-' : each.behind ? 'yes' : 'no',
              String(each.files),
            ]),
          ),
        );
      }),
    );
};
