import { z } from 'zod';
import type { FoundSymbol } from '../../client/src/client.ts';
import { bytesLines, bytesShown } from '../file-names.ts';
import { freshness } from '../freshness.ts';
import { createMark, shownLine, visibleName } from '../repository-text.ts';
import { branch, cursor, language, pathPattern, repositories, someRepository } from './inputs.ts';
import { leftOutText } from './left-out.ts';
import { addTool, readOnly, type ToolDeps } from './tool.ts';

type Kind = FoundSymbol['kind'];

/** Each of the client's kinds: one that is missing here, or that there is not, does not compile. */
const kinds = Object.keys({
  class: true,
  constant: true,
  enum: true,
  field: true,
  function: true,
  interface: true,
  macro: true,
  method: true,
  module: true,
  struct: true,
  type: true,
  variable: true,
} satisfies Record<Kind, true>) as Kind[];

export const addSymbolTool = (deps: ToolDeps): void => {
  addTool(
    deps,
    'find_symbol',
    {
      title: 'Find a definition',
      description:
        'Where a class, function, method, type or other name is defined; without name and with path, all that those files define. grep finds its uses.',
      input: z.strictObject({
        repository: someRepository,
        repositories,
        name: z.string().min(1).max(200).optional().describe('The name, such as parseConfig or Lock.release.'),
        match: z.enum(['exact', 'prefix', 'contains']).default('exact').describe('How much of the name is given.'),
        ignore_case: z.boolean().default(false).describe('Letters match in either case.'),
        kind: z.enum(kinds).optional().describe('Only definitions of this kind.'),
        branch,
        path: pathPattern,
        language,
        limit: z.int().min(1).max(200).default(50).describe('How many.'),
        cursor,
      }),
      annotations: readOnly,
    },
    async ({ repository, repositories: named, ignore_case, ...query }, { mcpReq: { signal } }) => {
      const asked = { ...query, case: ignore_case ? 'false' : 'true' } as const;
      if (repository === undefined) {
        const found = await deps.client.call('symbols-all', { query: { ...asked, repositories: named } }, { signal });
        const where = `${found.searched} ${found.searched === 1 ? 'repository' : 'repositories'}`;
        const lines = found.symbols.map((each) => `${each.repository_id}:${symbolText(each)}`);
        return { text: symbolsText(where, lines, found) };
      }
      const found = await deps.client.call('symbols', { path: { repo_id: repository }, query: asked }, { signal });
      const where = `${repository}, branch ${visibleName(found.branch)}, commit ${found.commit}, ${freshness(found)}`;
      return { text: symbolsText(where, found.symbols.map(symbolText), { ...found, not_searched: [] }) };
    },
  );
};

interface FoundFile {
  readonly path: string;
  readonly path_bytes?: string | undefined;
}

interface Found {
  readonly symbols: readonly FoundFile[];
  readonly not_parsed: readonly (FoundFile & { readonly reason: string })[];
  readonly not_searched: readonly { readonly repository_id: string; readonly reason: string }[];
  readonly next_cursor: string | null;
}

const symbolsText = (where: string, lines: readonly string[], found: Found): string => {
  const { symbols, not_parsed, not_searched, next_cursor } = found;
  const mark = createMark();
  const unread = not_parsed.map((file) => {
    const bytes = bytesShown(file);
    return `${visibleName(file.path)} (${bytes === null ? '' : `path_bytes ${bytes}, `}${file.reason})`;
  });
  return [
    lines.length === 0 && next_cursor === null
      ? `No definition (${where}).`
      : `${lines.length} ${lines.length === 1 ? 'definition' : 'definitions'} on this page (${where}).`,
    ...leftOutText(not_searched),
    ...(unread.length === 0
      ? []
      : ['Files that may define it and could not be parsed:', mark.around(unread.join('\n'))]),
    ...(lines.length === 0 ? [] : [mark.note, mark.around([...lines, ...bytesLines(symbols)].join('\n'))]),
    ...(next_cursor === null ? [] : [`More may follow: cursor ${next_cursor}`]),
  ].join('\n');
};

/** `src/lock.ts:31-38 method Lock.release: async release() {` */
const symbolText = ({ path, line, end_line, kind, container, name, signature }: FoundSymbol): string => {
  const whole = container === null ? name : `${container}.${name}`;
  return `${visibleName(path)}:${line}-${end_line} ${kind} ${visibleName(whole)}: ${shownLine(signature)}`;
};
