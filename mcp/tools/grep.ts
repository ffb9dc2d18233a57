import { z } from 'zod';
import type { GrepAnswer, GrepMatch } from '../../client/src/client.ts';
import { freshness } from '../freshness.ts';
import { createMark, shownLine, visibleName } from '../repository-text.ts';
import { branch, cursor, language, pathPattern, repository } from './inputs.ts';
import { addTool, readOnly, type ToolDeps } from './tool.ts';

export const addGrepTool = (deps: ToolDeps): void => {
  addTool(
    deps,
    'grep',
    {
      title: 'Find every line',
      description:
        'Every line that holds a text, or matches a regular expression (RE2), in the indexed files of one branch, by path and line. Use it where all places count, such as the uses of a name; search_code finds by meaning.',
      input: z.strictObject({
        repository,
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
    async ({ repository: repo_id, regex, ignore_case, word, ...query }, { mcpReq: { signal } }) => {
      const flag = (on: boolean) => (on ? 'true' : 'false');
      const found = await deps.client.call(
        'grep',
        {
          path: { repo_id },
          query: { ...query, regex: flag(regex), case: flag(!ignore_case), word: flag(word) },
        },
        { signal },
      );
      return { text: grepText(repo_id, found) };
    },
  );
};

const grepText = (repositoryId: string, found: GrepAnswer): string => {
  const { matches, next_cursor, not_searched } = found;
  const where = `${repositoryId}, branch ${visibleName(found.branch)}, commit ${found.commit}, ${freshness(found)}`;
  const left = not_searched.map(({ reason, files }) => `${reason} ${files}`).join(', ');
  const mark = createMark();
  return [
    matches.length === 0 && next_cursor === null
      ? `No line matches (${where}).`
      : `${matches.length} ${matches.length === 1 ? 'line matches' : 'lines match'} on this page (${where}).`,
    ...(left === '' ? [] : [`Files that are not in the index, and were not searched: ${left}.`]),
    ...(matches.length === 0 ? [] : [mark.note, mark.around(matches.map(matchText).join('\n'))]),
    ...(next_cursor === null ? [] : [`More may follow: cursor ${next_cursor}`]),
  ].join('\n');
};

/** As git grep shows it: `path:line:text`, and `path-line-text` for a line around it. */
const matchText = ({ path, line, text, before = [], after = [] }: GrepMatch): string => {
  const name = visibleName(path);
  const around = (lines: readonly string[], first: number) =>
    lines.map((each, at) => `${name}-${first + at}-${shownLine(each)}`);
  return [
    ...around(before, line - before.length),
    `${name}:${line}:${shownLine(text)}`,
    ...around(after, line + 1),
  ].join('\n');
};
