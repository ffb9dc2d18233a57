import { FileAnswer, FileEntry, FileList } from '../files.ts';
import { type NamedSchema, named } from './schemas.ts';

const name = {
  path: 'From the top of the tree; U+FFFD stands for what is not UTF-8.',
  path_bytes: 'Only of a name that is not UTF-8: its bytes, in base64.',
} as const;
const commit = 'The indexed commit, which all of this is from.';

/** How fresh an answer is, beside its commit. */
export const fresh = {
  indexed_at: 'When it was published.',
  source_commit: 'The commit that the source had; null when it has deleted the branch, or was not looked at yet.',
  source_seen_at: 'When the source was looked at; null when it was not yet.',
  behind: 'Whether the source had another commit than the indexed one; null where `source_commit` is.',
} as const;

/** What is answered about files. */
export const fileSchemas: readonly NamedSchema[] = [
  named('FileList', FileList, 'A page of a tree.', {
    commit,
    branch: 'The branch that is listed.',
    ...fresh,
    entries: 'In git’s tree order.',
    next_cursor: 'Send it as `cursor` to get the next page; null on the last page.',
  }),
  named('FileEntry', FileEntry, 'A file, or a directory with something in it.', {
    ...name,
    type: 'What it is; symbolic links and submodules are files that are not indexed.',
    blob: 'Of a file: the id of its git blob.',
    bytes: 'Of a file: its size in git.',
    language: 'Of a file: its language, by its name; null when it is not known.',
    not_indexed: 'Why the file is not in the index, such as `binary`; absent for one that is.',
  }),
  named('File', FileAnswer, 'The text of a file.', {
    ...name,
    branch: 'The branch that it was read from.',
    commit,
    blob: 'The id of its git blob.',
    language: 'The language, by the file’s name; null when it is not known.',
    bytes: 'Of the whole text, in UTF-8.',
    lines: 'Of the whole text.',
    start: 'The first line of `text`, from 1.',
    end: 'The last line of `text`; less than `start` for a file without lines.',
    text: 'The lines, each with what ends it.',
    ...fresh,
  }),
];
