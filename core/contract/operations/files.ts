import { NothingToSearch, Problem, RepositoryParams } from '../api.ts';
import {
  FileAnswer,
  FileList,
  FileParams,
  FilesUnavailable,
  ListFilesQuery,
  NoFile,
  ReadFileHeaders,
  ReadFileQuery,
} from '../files.ts';
import { contentsLost, fileAnswer, fileLeftOut, fileList, notKept } from '../openapi/file-examples.ts';
import { access, type Operation, token } from './kit.ts';

const names =
  'A name’s bytes that are not UTF-8 are U+FFFD in `path`, and `path_bytes` has the name’s bytes in base64.';

const lost = {
  description:
    'What was indexed is lost or damaged: a sync makes it anew; while one runs, `job_id` names it and `Retry-After` is set. Or a store is busy.',
  schema: FilesUnavailable,
  headers: ['Retry-After'],
  example: contentsLost,
} as const;

export const fileOperations = {
  'list-files': {
    tag: 'Files',
    description: `Needs the role read. Without \`glob\`, what is in one directory: its files and directories. With \`glob\`, the files in it and below it, at any depth, whose path matches; a page may then have fewer entries than its limit although \`next_cursor\` is not null. All files of the commit are listed, in git’s tree order; those that are not indexed say why. A directory that is not there has no entries. ${names}`,
    params: RepositoryParams,
    query: ListFilesQuery,
    words: {
      path: 'The directory, from the top of the tree, such as `src/sync`. Absent: the top.',
      glob: 'Only files whose path matches this gitignore pattern, such as `*.ts` or `src/**/test_*`.',
      cursor: '`next_cursor` of the previous page.',
    },
    answers: {
      200: { description: 'A page of entries.', schema: FileList, example: fileList },
      ...token,
      ...access,
      404: {
        description:
          'There is no such repository for you, or the branch has no index: the answer names those that have.',
        schema: NothingToSearch,
      },
      503: lost,
    },
  },
  'read-file': {
    tag: 'Files',
    description: `Needs the role read. The text as it was read for the index, in UTF-8, with its own line ends; with \`start\` and \`end\` only those lines. In the path, percent-encode every part, or all of it with \`%2F\` for a slash; bytes that are not UTF-8 are percent-encoded as they are. The \`ETag\` is the file’s blob. ${names}`,
    params: FileParams,
    query: ReadFileQuery,
    headers: ReadFileHeaders,
    answers: {
      200: {
        description: 'The file, or some of its lines.',
        schema: FileAnswer,
        headers: ['ETag'],
        example: fileAnswer,
      },
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
} as const satisfies Readonly<Record<string, Operation>>;
