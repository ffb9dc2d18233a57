import { InvalidRequest, NothingToSearch, Problem, RepositoryParams } from '../api.ts';
import { FilesUnavailable } from '../files.ts';
import { GrepAnswer, GrepQuery } from '../grep.ts';
import { notIndexed } from '../openapi/examples.ts';
import { contentsLost } from '../openapi/file-examples.ts';
import { branchMoved, grepAllAnswer, grepAnswer, patternRefused } from '../openapi/grep-examples.ts';
import { GrepAllAnswer, GrepAllQuery } from '../search-all.ts';
import { access, type Operation, token } from './kit.ts';

export const grepOperations = {
  grep: {
    tag: 'Search',
    description:
      'Needs the role read. Every line that matches in the indexed files of a branch, at its indexed commit, in git’s tree order of the paths and then by lines: the lines that `git grep` finds there, with `-F` or, with `regex=true`, `-P`; `case=false` is `-i`, `word=true` is `-w`. Expressions take time in proportion to the text, whatever they are: so RE2’s syntax has no back references and no looking around. Lines end with LF; a match never goes over a line’s end. Files are searched as text in UTF-8, whatever they were written in, without a byte order mark; `not_searched` counts the files of the branch that are not in the index, by reason. Columns and ranges are in UTF-16 code units. Follow `next_cursor` until it is null: then every occurrence is listed.',
    params: RepositoryParams,
    query: GrepQuery,
    words: {
      limit: 'The most lines to return.',
      cursor: '`next_cursor` of the previous page, with the same query.',
    },
    answers: {
      200: { description: 'A page of lines.', schema: GrepAnswer, example: grepAnswer },
      ...token,
      ...access,
      400: {
        description: 'A parameter is wrong: `errors` names each, and says what is wrong with a pattern.',
        schema: InvalidRequest,
        example: patternRefused,
      },
      404: {
        description:
          'There is no such repository for you, or the branch has no index: the answer names those that have.',
        schema: NothingToSearch,
        example: notIndexed,
      },
      409: {
        description:
          'The branch has moved since the page that `cursor` is of: start again without it. Or it was indexed before the service kept contents: sync it once.',
        schema: Problem,
        example: branchMoved,
      },
      503: {
        description:
          'What was indexed is lost or damaged: a sync makes it anew; while one runs, `job_id` names it and `Retry-After` is set. Or a store is busy.',
        schema: FilesUnavailable,
        headers: ['Retry-After'],
        example: contentsLost,
      },
    },
  },
  'grep-all': {
    tag: 'Search',
    description:
      'Every line that matches in all repositories that you may read, of each in its default branch, or in `branch` where that is indexed; `repositories` says which. Repository after repository by their ids, each as its own call lists it, with the same parameters. A page ends when it is full or has taken too long, and `next_cursor` continues there: follow it until it is null. `not_searched` says what was left out and why; what you may not read is not told of. Which files are not in an index, a repository’s own call tells.',
    query: GrepAllQuery,
    words: {
      limit: 'The most lines to return.',
      cursor: '`next_cursor` of the previous page, with the same query.',
    },
    answers: {
      200: { description: 'A page of lines.', schema: GrepAllAnswer, example: grepAllAnswer },
      400: {
        description: 'A parameter is wrong: `errors` names each, and says what is wrong with a pattern.',
        schema: InvalidRequest,
        example: patternRefused,
      },
      ...token,
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;
