import { z } from 'zod';
import type { GrepAllAnswer, GrepAnswer, GrepMatch } from '../../client/src/client.ts';
import { bytesLines } from '../file-names.ts';
import { freshness } from '../freshness.ts';
import { createMark, shownLine, visibleName } from '../repository-text.ts';
import { branch, cursor, language, pathPattern, repositories, someRepository } from './inputs.ts';
import { leftOutText } from './left-out.ts';
import { addTool, readOnly, type ToolDeps } from './tool.ts';

export const addGrepTool = (deps: ToolDeps): void => {
  addTool(
    deps,
    'grep',
    {
      title: 'Find every line',
      description:
        'Every line that holds a text, or matches a regular expression (RE2), in the indexed files of a branch, by path and line; of one repository or of many. Use it where all places count, such as the uses of a name; search_code finds by meaning.',
      input: z.strictObject({
        repository: someRepository,
        repositories,
        pattern: z.string().min(1).max(1_000).describe('The text, letter for letter; with regex, an expression.'),
        regex: z.boolean().default(false).describe('Take the pattern as a regular expression of RE2’s syntax.'),
        ignore_case: z.boolean().default(false).describe('Letters match in either case.'),
        word: z.boolean().default(false).describe('Whole words only.'),
        branch,
        path: pathPattern,
        language,
        context: z.int().min(0).max(5).default(0).describe('Lines to show before and after each.'),
        limit: z.int().min(1).max(200).default(50).describe('How many lines.'),
        cursor,
      }),
      annotations: readOnly,
    },
    async ({ repository, repositories: named, regex, ignore_case, word, ...query }, { mcpReq: { signal } }) => {
      const flag = (on: boolean) => (on ? 'true' : 'false');
      const asked = { ...query, regex: flag(regex), case: flag(!ignore_case), word: flag(word) } as const;
      if (repository === undefined) {
        const found = await deps.client.call('grep-all', { query: { ...asked, repositories: named } }, { signal });
        return { text: grepAllText(found) };
      }
      const found = await deps.client.call('grep', { path: { repo_id: repository }, query: asked }, { signal });
      return { text: grepText(repository, found) };
    },
  );
};

const grepText = (repositoryId: string, found: GrepAnswer): string => {
  const { matches, next_cursor, not_searched, warnings } = found;
  const where = `${repositoryId}, branch ${visibleName(found.branch)}, commit ${found.commit}, ${freshness(found)}`;
  const left = not_searched.map(({ reason, files }) => `${reason} ${files}`).join(', ');
  const notes = left === '' ? [] : [`Files that are not in the index, and were not searched: ${left}.`];
  return pageText(
    where,
    [...notes, ...notesOf(warnings)],
    [...matches.map((match) => matchText(match, '')), ...bytesLines(matches)],
    matches.length,
    next_cursor,
  );
};

const grepAllText = ({ matches, searched, not_searched, warnings, next_cursor }: GrepAllAnswer): string => {
  const where = `${searched} ${searched === 1 ? 'repository' : 'repositories'}`;
  const lines = matches.map((match) => matchText(match, `${match.repository_id}:`));
  const notes = [...leftOutText(not_searched), ...notesOf(warnings)];
  return pageText(where, notes, [...lines, ...bytesLines(matches)], matches.length, next_cursor);
};

const notesOf = (warnings: readonly string[]): readonly string[] =>
  warnings.map((warning) => `Note: ${visibleName(warning)}`);

const pageText = (
  where: string,
  notes: readonly string[],
  lines: readonly string[],
  matching: number,
  next_cursor: string | null,
): string => {
  const mark = createMark();
  return [
    matching === 0 && next_cursor === null
      ? `No line matches (${where}).`
      : `${matching} ${matching === 1 ? 'line matches' : 'lines match'} on this page (${where}).`,
    ...notes,
    ...(lines.length === 0 ? [] : [mark.note, mark.around(lines.join('\n'))]),
    ...(next_cursor === null ? [] : [`More may follow: cursor ${next_cursor}`]),
  ].join('\n');
};

/** As git grep shows it: `path:line:text`, and `path-line-text` for a line around it; `prefix` stands before the path. */
const matchText = ({ path, line, text, before = [], after = [] }: GrepMatch, prefix: string): string => {
  const name = `${prefix}${visibleName(path)}`;
  const around = (lines: readonly string[], first: number) =>
    lines.map((each, at) => `${name}-${first + at}-${shownLine(each)}`);
  return [
    ...around(before, line - before.length),
    `${name}:${line}:${shownLine(text)}`,
    ...around(after, line + 1),
  ].join('\n');
};
