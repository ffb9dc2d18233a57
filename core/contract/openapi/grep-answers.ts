import { GrepAnswer, GrepMatch, NotSearched } from '../grep.ts';
import { GrepAllAnswer, RepositoryMatch } from '../search-all.ts';
import { fresh } from './file-answers.ts';
import { type NamedSchema, named } from './schemas.ts';
import { pageOfAll } from './search-answers.ts';

const match = {
  path: 'From the top of the tree; U+FFFD stands for what is not UTF-8.',
  path_bytes: 'Only of a name that is not UTF-8: its bytes, in base64.',
  language: 'The language, by the file’s name; null when it is not known.',
  line: 'Its number, from 1.',
  column: 'Where the first occurrence begins in it, from 1.',
  text: 'The line, without LF; 2,000 UTF-16 code units of a longer one, from shortly before the first occurrence.',
  text_column: 'Only of a line that is cut: where `text` begins in it, from 1.',
  ranges: 'Of the occurrences in `text`: from, and to (after the last code unit), from 0. None overlaps another.',
  more: 'There are, or may be, further occurrences in the line: 100 are listed at most, and those in `text`.',
  before: 'The lines before it; absent without `context`.',
  after: 'The lines after it; absent without `context`.',
} as const;

/** What is answered about lines that match. */
export const grepSchemas: readonly NamedSchema[] = [
  named('GrepAnswer', GrepAnswer, 'A page of lines that match.', {
    branch: 'The branch that was searched.',
    commit: 'The indexed commit, which all of this is from.',
    ...fresh,
    matches: 'In git’s tree order of the paths, then by lines.',
    not_searched: 'Files of the branch that are not in the index, so far as `path` and `language` let them through.',
    warnings: 'For people: what is wrong with `language`, such as that there is none of the name.',
    truncated:
      'Why the page ended before its `limit`: it had looked for 2 s (`time`), or its lines are long (`size`). The next page continues there.',
    next_cursor: 'Send it as `cursor` to get the next page; null on the last page.',
  }),
  named('GrepMatch', GrepMatch, 'A line that matches.', match),
  named('GrepAllAnswer', GrepAllAnswer, 'A page of lines of several repositories that match.', {
    matches: 'By repository, then in git’s tree order of the paths, then by lines.',
    ...pageOfAll,
  }),
  named('RepositoryMatch', RepositoryMatch, 'A line of a repository that matches.', {
    ...match,
    repository_id: 'The repository.',
  }),
  named('NotSearched', NotSearched, 'Files that are not in the index.', {
    reason: 'Why: as in the job’s ledger, or `failed`.',
    files: 'How many.',
  }),
];
