import { z } from 'zod';
import type { File, FileEntry } from '../../client/src/client.ts';
import { bytesShown, nameOf } from '../file-names.ts';
import { createMark, numbered, visibleName } from '../repository-text.ts';
import { branch, cursor, pathBytes, pathPattern, repository } from './inputs.ts';
import { addTool, readOnly, type ToolDeps } from './tool.ts';

/** Lines that one answer shows at most, and characters: about 6,000 tokens. */
const FILE_LINES = 400;
const FILE_CHARACTERS = 24_000;

const TREE_ENTRIES = 200;

const path = z.string().min(1).max(4_096);

export const addFileTools = (deps: ToolDeps): void => {
  const { client } = deps;
  addTool(
    deps,
    'read_file',
    {
      title: 'Read a file',
      description: `Shows a file as it is at the indexed commit, with line numbers; ${FILE_LINES} lines an answer at most.`,
      input: z.strictObject({
        repository,
        path: path.optional().describe('The file’s path, as other tools show it.'),
        path_bytes: pathBytes,
        branch,
        start_line: z.int().min(1).default(1).describe('The first line to show.'),
        end_line: z
          .int()
          .min(1)
          .optional()
          .describe(`The last line to show; without, ${FILE_LINES} lines or to the end of the file.`),
      }),
      annotations: readOnly,
    },
    async ({ repository: repo_id, path: typed, path_bytes, branch: name, start_line, end_line }, { mcpReq }) => {
      const file_path = nameOf(typed, path_bytes);
      if (end_line !== undefined && end_line < start_line)
        throw new Error(`end_line: must be ${start_line} at least, which is start_line.`);
      const last = start_line + FILE_LINES - 1;
      const file = await client.call(
        'read-file',
        {
          path: { repo_id, file_path },
          query: { branch: name, start: start_line, end: Math.min(end_line ?? last, last) },
        },
        { signal: mcpReq.signal },
      );
      // Null is the answer to If-None-Match, which was not sent.
      if (file === null) throw new Error('the file was not answered.');
      return { text: fileText(repo_id, file) };
    },
  );

  addTool(
    deps,
    'list_tree',
    {
      title: 'List files',
      description:
        'The files and folders of a folder at the indexed commit, or with glob all files below it whose path matches.',
      input: z.strictObject({
        repository,
        path: path.optional().describe('The folder; the top of the repository without.'),
        path_bytes: pathBytes,
        glob: pathPattern,
        branch,
        limit: z.int().min(1).max(TREE_ENTRIES).default(TREE_ENTRIES).describe('How many entries.'),
        cursor,
      }),
      annotations: readOnly,
    },
    async ({ repository: repo_id, path: folder, branch: name, ...query }, { mcpReq: { signal } }) => {
      const list = await client.call(
        'list-files',
        { path: { repo_id }, query: { ...query, path: folder, branch: name } },
        { signal },
      );
      const where = `${repo_id}, branch ${visibleName(list.branch)}, commit ${list.commit}, indexed ${list.indexed_at}`;
      const mark = createMark();
      const lines = list.entries.map(entryText);
      return {
        text: [
          `${lines.length} ${lines.length === 1 ? 'entry' : 'entries'} (${where}).`,
          ...(lines.length === 0 ? [] : [mark.note, mark.around(lines.join('\n'))]),
          ...(list.next_cursor === null ? [] : [`More follow: cursor ${list.next_cursor}`]),
        ].join('\n'),
      };
    },
  );
};

const fileText = (repositoryId: string, file: File): string => {
  const mark = createMark();
  const { shown, end } = withinCharacters(linesOf(file), file.start);
  const facts = [
    `branch ${visibleName(file.branch)}`,
    `commit ${file.commit}`,
    `indexed ${file.indexed_at}`,
    file.language ?? 'unknown language',
    `${file.lines} lines`,
  ];
  return [
    `${visibleName(file.path)}, lines ${file.start} to ${end} (${repositoryId}, ${facts.join(', ')}).`,
    mark.note,
    mark.around(shown),
    ...(end < file.lines ? [`${file.lines - end} more lines: go on with start_line ${end + 1}.`] : []),
  ].join('\n');
};

/** Without what ends them. */
const linesOf = ({ text }: File): string[] => {
  const lines = text.split(/\r\n|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
};

/** As many of the lines as may be shown, one at least, with their numbers. */
const withinCharacters = (
  lines: readonly string[],
  start: number,
): { readonly shown: string; readonly end: number } => {
  let characters = 0;
  let count = 0;
  for (const line of lines) {
    characters += Math.min(line.length, 500) + 8;
    if (count > 0 && characters > FILE_CHARACTERS) break;
    count += 1;
  }
  return { shown: numbered(lines.slice(0, count), start), end: start + count - 1 };
};

const entryText = (entry: FileEntry): string => {
  const name = `${visibleName(entry.path)}${entry.type === 'directory' ? '/' : ''}`;
  const bytes = bytesShown(entry);
  const facts = [
    ...(bytes === null ? [] : [`path_bytes ${bytes}`]),
    ...(entry.type === 'directory' || entry.bytes === undefined ? [] : [`${entry.bytes} bytes`]),
    ...(entry.not_indexed === undefined ? [] : [`not indexed: ${entry.not_indexed}`]),
  ];
  return facts.length === 0 ? name : `${name}  (${facts.join(', ')})`;
};
