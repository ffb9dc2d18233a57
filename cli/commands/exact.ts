import type { Command } from 'commander';
import type { FoundSymbol, GrepMatch, OutlineEntry } from '../../client/src/client.ts';
import { action } from '../action.ts';
import { UsageError } from '../exit-codes.ts';
import { type Collected, collect } from '../pages.ts';
import { clean, cleanLine, fileName, type Terminal } from '../terminal.ts';
import { type NamedFile, namedFile, pathBytes } from './named-file.ts';
import { numberBetween } from './repositories.ts';

interface Where {
  readonly all?: boolean;
  readonly repositories?: string;
  readonly branch?: string;
  readonly path?: string;
  readonly language?: string;
  readonly limit: number;
}

interface GrepFlags extends Where {
  readonly regex?: true;
  readonly ignoreCase?: true;
  readonly word?: true;
}

interface SymbolFlags extends Where {
  readonly kind?: FoundSymbol['kind'];
  readonly match: 'exact' | 'prefix' | 'contains';
  readonly ignoreCase?: true;
}

const inAll = (command: Command): Command =>
  command
    .option('--all', 'all repositories that you may read: no repository is named before')
    .option('--repositories <ids>', 'these repositories, such as shop,team-*: no repository is named before')
    .option('--branch <name>', 'which branch; the default branch without')
    .option('--path <pattern>', 'only files whose path matches, as in .gitignore')
    .option('--language <name>', 'only files of this language')
    .option('--limit <number>', 'how many at most', numberBetween(1, 100_000), 1_000);

/** Exact search, of one repository or of many: every line that matches, and where names are defined. */
export const addExactSearch = (program: Command, terminal: Terminal): void => {
  inAll(program.command('grep [repository] [pattern]'))
    .description(
      'Every line that holds a text, in a branch’s indexed files, or with --all or --repositories in those of many',
    )
    .option('-E, --regex', 'the pattern is a regular expression of RE2’s syntax')
    .option('-i, --ignore-case', 'letters match in either case')
    .option('-w, --word', 'whole words only')
    .addHelpText(
      'after',
      '\nExamples:\n  $ repo-sync grep demo "retry("\n  $ repo-sync grep demo -E "retry\\w+" --path src/\n  $ repo-sync grep --all "retry("',
    )
    .action(
      action<GrepFlags>(terminal, async ({ client, options, print, note }, ...typed) => {
        const { regex, ignoreCase, word, branch, path, language, limit } = options;
        const [repo_id, pattern] = argumentsOf(typed, options);
        if (pattern === undefined) throw new UsageError('give a text to look for');
        const flags = { regex: flag(regex), case: flag(ignoreCase !== true), word: flag(word) };
        const query = { pattern, ...flags, branch, path, language, limit: Math.min(limit, 100) };
        const shown = (match: GrepMatch) => `${fileName(match)}:${match.line}:${cleanLine(match.text)}`;
        const call = { signal: terminal.stop };
        if (repo_id === undefined) {
          const { repositories } = options;
          const found = await collect(
            limit,
            client.pages('grep-all', { query: { ...query, repositories } }, call),
            ({ matches }) => matches,
          );
          const { items: matches, truncated } = found;
          noteCut(found, limit, note);
          noteWarnings(found, note);
          print({ matches, not_searched: leftOut(found, note), truncated }, () =>
            textOf(matches, (match) => `${match.repository_id}:${shown(match)}`, 'No line matches'),
          );
          return;
        }
        const found = await collect(
          limit,
          client.pages('grep', { path: { repo_id }, query }, call),
          ({ matches }) => matches,
        );
        const { items: matches, truncated, pages } = found;
        const commit = pages.at(-1)?.commit ?? '';
        noteCut(found, limit, note);
        noteWarnings(found, note);
        print({ commit, matches, truncated }, () =>
          textOf(matches, shown, `No line matches in commit ${commit.slice(0, 10)}`),
        );
      }),
    );

  inAll(program.command('symbols [repository] [name]'))
    .description(
      'Where a name is defined, in a branch’s indexed files, or with --all or --repositories in those of many',
    )
    .option('--kind <kind>', 'only definitions of this kind, such as class, function or method')
    .option('--match <how>', 'exact, prefix or contains: how much of the name is given', 'exact')
    .option('-i, --ignore-case', 'letters match in either case')
    .addHelpText(
      'after',
      '\nExamples:\n  $ repo-sync symbols demo parseConfig\n  $ repo-sync symbols demo Lock.release\n  $ repo-sync symbols --all retry --match prefix --kind function',
    )
    .action(
      action<SymbolFlags>(terminal, async ({ client, options, print, note }, ...typed) => {
        const { kind, match, ignoreCase, branch, path, language, limit } = options;
        const [repo_id, name] = argumentsOf(typed, options);
        const named = { name, match, case: flag(ignoreCase !== true), kind };
        const query = { ...named, branch, path, language, limit: Math.min(limit, 100) };
        const shown = (symbol: FoundSymbol) => `${fileName(symbol)}:${definitionText(symbol)}`;
        const call = { signal: terminal.stop };
        if (repo_id === undefined) {
          const { repositories } = options;
          const found = await collect(
            limit,
            client.pages('symbols-all', { query: { ...query, repositories } }, call),
            ({ symbols }) => symbols,
          );
          const { items: symbols, truncated } = found;
          noteCut(found, limit, note);
          noteWarnings(found, note);
          noteNotParsed(found, note);
          print({ symbols, not_searched: leftOut(found, note), truncated }, () =>
            textOf(symbols, (symbol) => `${symbol.repository_id}:${shown(symbol)}`, 'No definition'),
          );
          return;
        }
        const found = await collect(
          limit,
          client.pages('symbols', { path: { repo_id }, query }, call),
          ({ symbols }) => symbols,
        );
        const { items: symbols, truncated, pages } = found;
        const commit = pages.at(-1)?.commit ?? '';
        noteCut(found, limit, note);
        noteNotParsed(found, note);
        print({ commit, symbols, truncated }, () =>
          textOf(symbols, shown, `No definition in commit ${commit.slice(0, 10)}`),
        );
      }),
    );

  program
    .command('outline <repository> [path]')
    .description('What a file defines, at the indexed commit')
    .addOption(pathBytes())
    .option('--branch <name>', 'which branch; the default branch without')
    .addHelpText('after', '\nExamples:\n  $ repo-sync outline demo src/retry.ts')
    .action(
      action<NamedFile>(terminal, async ({ client, options, print }, repo_id = '', typed) => {
        const request = { path: { repo_id, file_path: namedFile(typed, options) }, query: { branch: options.branch } };
        const outline = await client.call('outline', request, { signal: terminal.stop });
        const why = outline?.not_parsed === undefined ? 'It defines nothing' : `Not parsed: ${outline.not_parsed}`;
        print(outline, () => textOf(outline?.symbols ?? [], definitionText, why));
      }),
    );
};

/** The repository, unless many are asked; and what is looked for. */
const argumentsOf = (
  typed: readonly (string | undefined)[],
  { all = false, repositories }: Where,
): readonly [string | undefined, string | undefined] => {
  const [first, second, ...more] = typed.filter((each) => each !== undefined);
  if (all && repositories !== undefined) throw new UsageError('give --all or --repositories, not both');
  if (all || repositories !== undefined) {
    if (second !== undefined || more.length > 0)
      throw new UsageError('with --all or --repositories no repository is named before');
    return [undefined, first];
  }
  if (first === undefined) throw new UsageError('name a repository, or give --all or --repositories');
  return [first, second];
};

const flag = (on: boolean | undefined): 'true' | 'false' => (on === true ? 'true' : 'false');

type Note = (text: string) => void;

const noteCut = <Item, Page>({ truncated }: Collected<Item, Page>, limit: number, note: Note): void => {
  if (truncated) note(`The first ${limit}; --limit shows more.`);
};

/** What the service says to people, each once. */
const noteWarnings = (
  { pages }: Pick<Collected<unknown, { readonly warnings: readonly string[] }>, 'pages'>,
  note: Note,
): void => {
  for (const warning of new Set(pages.flatMap(({ warnings }) => warnings))) note(clean(warning));
};

/** The repositories that were not searched, each once. */
const leftOut = <Page extends { readonly not_searched: readonly { repository_id: string; reason: string }[] }>(
  { pages }: Pick<Collected<unknown, Page>, 'pages'>,
  note: Note,
): Page['not_searched'] => {
  const all = pages.flatMap(({ not_searched }) => not_searched);
  for (const { repository_id, reason } of all) note(`Not searched: ${repository_id} (${reason.replaceAll('_', ' ')})`);
  return all;
};

const noteNotParsed = <
  Page extends { readonly not_parsed: readonly { path: string; path_bytes?: string | undefined; reason: string }[] },
>(
  { pages }: Pick<Collected<unknown, Page>, 'pages'>,
  note: Note,
): void => {
  for (const file of pages.flatMap(({ not_parsed }) => not_parsed))
    note(`Not parsed: ${fileName(file)} (${file.reason})`);
};

/** `src/lock.ts:31: method Lock.release: async release() {` without the path. */
const definitionText = ({ line, kind, container, name, signature }: OutlineEntry): string =>
  `${line}: ${kind} ${container === null ? '' : `${clean(container)}.`}${clean(name)}: ${cleanLine(signature)}`;

const textOf = <Item>(items: readonly Item[], shown: (item: Item) => string, none: string): string =>
  items.length === 0 ? none : items.map(shown).join('\n');
