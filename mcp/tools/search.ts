import { z } from 'zod';
import type { SearchAnswer, SearchHit } from '../../client/src/client.ts';
import { bytesShown } from '../file-names.ts';
import { freshness } from '../freshness.ts';
import { createMark, numbered, visibleName } from '../repository-text.ts';
import { branch, language, pathPattern, repository } from './inputs.ts';
import { addTool, readOnly, type ToolDeps } from './tool.ts';

/** Of a hit's piece at most these lines are shown: read_file shows the rest. */
const HIT_LINES = 30;

export const addSearchTools = (deps: ToolDeps): void => {
  addTool(
    deps,
    'search_code',
    {
      title: 'Search code',
      description:
        'Finds the pieces of files that fit a question or words, best first, in the index of one branch. Use it to find where something is done; read_file shows more of a file.',
      input: z.strictObject({
        repository,
        query: z
          .string()
          .min(1)
          .max(1_000)
          .describe('What to look for: words, names as they stand in the code, or a short question.'),
        branch,
        path: pathPattern,
        language,
        limit: z.int().min(1).max(20).default(6).describe('How many hits.'),
      }),
      annotations: readOnly,
    },
    async ({ repository: repo_id, query: q, branch, path, language, limit }, { mcpReq: { signal } }) => {
      const found = await deps.client.call(
        'search',
        { path: { repo_id }, query: { q, branch, path, language, limit } },
        { signal },
      );
      return { text: searchText(repo_id, found) };
    },
  );
};

const searchText = (repositoryId: string, found: SearchAnswer): string => {
  const { results } = found;
  const where = `${repositoryId}, branch ${visibleName(found.branch)}, commit ${found.indexed_commit}, ${freshness(found)}`;
  const warnings = found.warnings.map((warning) => `Note: ${visibleName(warning)}`);
  if (results.length === 0)
    return [`No hits (${where}). Try other or fewer words, or leave out path and language.`, ...warnings].join('\n');
  const mark = createMark();
  return [
    `${results.length} ${results.length === 1 ? 'hit' : 'hits'}, best first (${where}).`,
    ...warnings,
    mark.note,
    ...results.map((hit, at) => hitText(hit, at, mark)),
  ].join('\n\n');
};

const hitText = (hit: SearchHit, at: number, mark: ReturnType<typeof createMark>): string => {
  const lines = hit.snippet.split('\n');
  const shown = lines.slice(0, HIT_LINES);
  const place = `${visibleName(hit.path)}:${hit.start_line}-${hit.end_line}`;
  const facts = [hit.language ?? 'unknown language', `score ${hit.score.toFixed(2)}`];
  const bytes = bytesShown(hit);
  if (bytes !== null) facts.push(`path_bytes ${bytes}`);
  if (hit.match === 'near') facts.push('has none of the words');
  const rest = lines.length - shown.length;
  return [
    `${at + 1}. ${place} (${facts.join(', ')})`,
    mark.around(numbered(shown, hit.start_line)),
    ...(rest > 0 ? [`(${rest} more lines: read_file from line ${hit.start_line + HIT_LINES})`] : []),
  ].join('\n');
};
