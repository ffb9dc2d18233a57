import type { Command } from 'commander';
import { action } from '../action.ts';
import { UsageError } from '../exit-codes.ts';
import { searchAllReport, searchReport } from '../sync-report.ts';
import { type Terminal, table, time } from '../terminal.ts';
import { numberBetween } from './repositories.ts';

interface SearchFlags {
  readonly branch?: string;
  readonly path?: string;
  readonly language?: string;
  readonly limit: number;
  readonly all?: boolean;
  readonly repositories?: string;
  readonly group?: boolean;
}

export const addSearch = (program: Command, terminal: Terminal): void => {
  program
    .command('search [repository] [words...]')
    .description('Search a branch’s index, or with --all or --repositories those of many repositories')
    .option('--branch <name>', 'which branch; the default branch without')
    .option('--path <pattern>', 'only files whose path matches, as in .gitignore')
    .option('--language <name>', 'only files of this language')
    .option('--limit <number>', 'how many hits', numberBetween(1, 100), 10)
    .option('--all', 'all repositories that you may read: what follows are words alone')
    .option('--repositories <ids>', 'these repositories, such as shop,team-*: what follows are words alone')
    .option('--group', 'with --all or --repositories: hits of one repository follow each other')
    .addHelpText(
      'after',
      '\nExamples:\n  $ repo-sync search demo retry with backoff\n  $ repo-sync search demo parse --path src/ --json\n  $ repo-sync search --all retry lang:go',
    )
    .action(
      action<SearchFlags>(terminal, async ({ client, options, print }, ...args) => {
        // The command line’s parser has undefined for an argument that is not there.
        const typed = args.filter((each: string | undefined) => each !== undefined);
        const { branch, path, language, limit, all = false, repositories, group = false } = options;
        const filters = { branch, path, language, limit };
        const call = { signal: terminal.stop };
        if (all || repositories !== undefined) {
          if (all && repositories !== undefined) throw new UsageError('give --all or --repositories, not both');
          const q = wordsOf(typed);
          const query = { q, ...filters, repositories, ...(group ? { group: 'repository' as const } : {}) };
          const found = await client.call('search-all', { query }, call);
          return print(found, () => searchAllReport(q, found));
        }
        if (group) throw new UsageError('--group needs --all or --repositories');
        const [repo_id, ...words] = typed;
        if (repo_id === undefined) throw new UsageError('name a repository, or give --all or --repositories');
        const q = wordsOf(words);
        const found = await client.call('search', { path: { repo_id }, query: { q, ...filters } }, call);
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

const wordsOf = (typed: readonly string[]): string => {
  if (typed.length === 0) throw new UsageError('give words to look for');
  return typed.join(' ');
};
