import { RepositoryNotParsed, RepositorySymbol, SymbolsAllAnswer } from '../search-all.ts';
import { FoundSymbol, NotParsedFile, OutlineAnswer, OutlineEntry, SymbolsAnswer } from '../symbols.ts';
import { fresh } from './file-answers.ts';
import { type NamedSchema, named } from './schemas.ts';
import { pageOfAll } from './search-answers.ts';

const name = {
  path: 'From the top of the tree; U+FFFD stands for what is not UTF-8.',
  path_bytes: 'Only of a name that is not UTF-8: its bytes, in base64.',
} as const;
const repository_id = 'The repository.';
const language = 'The language, by the file’s name; null when it is not known.';

const definition = {
  name: 'The name that is defined.',
  kind: 'What it is.',
  container: 'What it is defined in, from the outside in, with dots between; null at the top of a file.',
  line: 'The line of the name, from 1.',
  start_line: 'The first line of the definition.',
  end_line: 'The last line of the definition.',
  signature: 'The line with the name, without the blanks around it; 200 UTF-16 code units of a longer one.',
} as const;

const symbol = { ...definition, ...name, language } as const;

const notParsed = {
  ...name,
  reason: '`size`: it is too long. `time`: it took more than a second. `failed`: the parser broke on it.',
} as const;

/** What is answered about definitions. */
export const symbolSchemas: readonly NamedSchema[] = [
  named('SymbolsAnswer', SymbolsAnswer, 'A page of definitions.', {
    branch: 'The branch that was searched.',
    commit: 'The indexed commit, which all of this is from.',
    ...fresh,
    symbols: 'In git’s tree order of the paths, then by lines.',
    not_parsed:
      'Files of this page’s part of the branch that may define the name and could not be parsed; 100 at most.',
    not_searched: 'Files of the branch that are not in the index, so far as `path` and `language` let them through.',
    truncated:
      'Why the page ended before its `limit`: it had looked for 2 s (`time`), or its entries are long (`size`). The next page continues there.',
    next_cursor: 'Send it as `cursor` to get the next page; null on the last page.',
  }),
  named('FoundSymbol', FoundSymbol, 'A definition in a file.', symbol),
  named('OutlineAnswer', OutlineAnswer, 'What a file defines.', {
    ...name,
    branch: 'The branch that it was read from.',
    commit: 'The indexed commit, which all of this is from.',
    blob: 'The id of its git blob.',
    language,
    symbols: 'In the order of the lines.',
    not_parsed:
      'Why the list is empty: definitions of its `language` are not known, it is too long (`size`), took more than a second (`time`), or broke the parser (`failed`). Absent: the list is whole.',
    ...fresh,
  }),
  named('OutlineEntry', OutlineEntry, 'A definition.', definition),
  named('NotParsedFile', NotParsedFile, 'A file whose definitions are not known.', notParsed),
  named('SymbolsAllAnswer', SymbolsAllAnswer, 'A page of definitions of several repositories.', {
    symbols: 'By repository, then in git’s tree order of the paths, then by lines.',
    not_parsed: 'Files that may define the name and could not be parsed; 100 at most of each repository.',
    ...pageOfAll,
  }),
  named('RepositorySymbol', RepositorySymbol, 'A definition in a file of a repository.', { ...symbol, repository_id }),
  named('RepositoryNotParsed', RepositoryNotParsed, 'A file of a repository whose definitions are not known.', {
    ...notParsed,
    repository_id,
  }),
];
