import { InvalidRequest, NothingToSearch, Problem, RepositoryParams } from '../api.ts';
import { FileParams, FilesUnavailable, NoFile, ReadFileHeaders } from '../files.ts';
import { notIndexed } from '../openapi/examples.ts';
import { contentsLost, fileLeftOut, notKept } from '../openapi/file-examples.ts';
import { branchMoved } from '../openapi/grep-examples.ts';
import { languageRefused, outlineAnswer, symbolsAllAnswer, symbolsAnswer } from '../openapi/symbol-examples.ts';
import { SymbolsAllAnswer, SymbolsAllQuery } from '../search-all.ts';
import { OutlineAnswer, OutlineQuery, SymbolsAnswer, SymbolsQuery } from '../symbols.ts';
import { access, type Operation, token } from './kit.ts';

const languages =
  'Definitions are known of C, C++, C#, Go, Java, JavaScript, PHP, PowerShell, Python, Ruby, Rust, shell scripts and TypeScript; of a file with errors in it, what can be made out.';

const names =
  'A `name` such as `Lock.release` (or with `::` or `#`) finds what is defined in a `Lock`; without, wherever it is defined. Letters of the other case are other letters, unless `case=false`.';

const words = {
  name: 'The name that is defined, or a part of it: see `match`. Absent: every name.',
  match: '`exact`: the whole name. `prefix`: its beginning. `contains`: any part of it.',
  kind: 'Only definitions of this kind. Traits and protocols are `interface`, unions `struct`, constructors `method`, namespaces and packages `module`, members of enums `constant`.',
  language: 'Only files of this language, such as `typescript` or `ts`: one of those above.',
  limit: 'The most definitions to return.',
  cursor: '`next_cursor` of the previous page, with the same query.',
} as const;

const lost = {
  description:
    'What was indexed is lost or damaged: a sync makes it anew; while one runs, `job_id` names it and `Retry-After` is set. Or a store is busy.',
  schema: FilesUnavailable,
  headers: ['Retry-After'],
  example: contentsLost,
} as const;

const refused = {
  description: 'A parameter is wrong: `errors` names each.',
  schema: InvalidRequest,
  example: languageRefused,
} as const;

export const symbolOperations = {
  symbols: {
    tag: 'Search',
    description: `Needs the role read. Where names are defined in the indexed files of a branch, at its indexed commit, in git’s tree order of the paths and then by lines. ${names} ${languages} A page may end before its \`limit\`: \`truncated\` says why, and \`next_cursor\` goes on. Follow it until it is null: then every definition is listed, but for the files in \`not_parsed\`.`,
    params: RepositoryParams,
    query: SymbolsQuery,
    words,
    answers: {
      200: { description: 'A page of definitions.', schema: SymbolsAnswer, example: symbolsAnswer },
      ...token,
      ...access,
      400: refused,
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
      503: lost,
    },
  },
  outline: {
    tag: 'Files',
    description: `Needs the role read. What one file defines, in the order of its lines. ${languages} Of a file in another language the list is empty, and \`not_parsed\` says so. The path is given as to the call that reads a file; the \`ETag\` is the file’s blob.`,
    params: FileParams,
    query: OutlineQuery,
    headers: ReadFileHeaders,
    answers: {
      200: { description: 'The definitions.', schema: OutlineAnswer, headers: ['ETag'], example: outlineAnswer },
      304: { description: 'The file is still that blob.', headers: ['ETag'] },
      ...token,
      ...access,
      404: {
        description:
          'There is no such repository for you, no index of the branch, or no such file at the indexed commit; or the file is there and not in the index: `reason` says why.',
        schema: NoFile,
        example: fileLeftOut,
      },
      409: {
        description: 'The branch was indexed before the service kept contents: sync it once.',
        schema: Problem,
        example: notKept,
      },
      503: lost,
    },
  },
  'symbols-all': {
    tag: 'Search',
    description: `Where names are defined in all repositories that you may read, of each in its default branch, or in \`branch\` where that is indexed; \`repositories\` says which. Repository after repository by their ids, each as its own call lists it. ${names} ${languages} A page ends when it is full or has taken too long, and \`next_cursor\` continues there; \`not_searched\` says what was left out and why. What you may not read is not told of.`,
    query: SymbolsAllQuery,
    words,
    answers: {
      200: { description: 'A page of definitions.', schema: SymbolsAllAnswer, example: symbolsAllAnswer },
      400: refused,
      ...token,
    },
  },
} as const satisfies Readonly<Record<string, Operation>>;
