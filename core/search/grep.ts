import type { GrepAnswer, GrepMatch, GrepQuery } from '../contract/grep.ts';
import type { RepositoryId, UserId } from '../contract/ids.ts';
import { languageNamed, languageOf } from '../domain/languages.ts';
import { toldName } from '../manifest/git-path.ts';
import type { BranchContents, BranchText, PathsAsked } from '../objects/contents.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type OfContents, withContents } from '../repositories/with-contents.ts';
import { cursorOf, type GrepPlace, placeOf } from './grep-cursor.ts';
import { leftOut } from './left-out.ts';
import { type CompiledPattern, compilePattern } from './rules/exact/compile-pattern.ts';
import { matchLines } from './rules/exact/match-lines.ts';
import { packTest } from './rules/exact/pack-test.ts';
import { toldMatch } from './rules/exact/told-match.ts';
import { literalPrefix } from './rules/literal-prefix.ts';

type Deps = Pick<Runtime, 'repositories' | 'objects' | 'pathRules' | 'clock'>;

export type GrepOutcome = OfContents<
  | { readonly kind: 'found'; readonly answer: GrepAnswer }
  | { readonly kind: 'invalid'; readonly field: 'pattern' | 'cursor'; readonly message: string }
  /** It was indexed before contents were kept. */
  | { readonly kind: 'not-kept'; readonly branch: string }
  /** The branch is at another commit than the one that the cursor is of. */
  | { readonly kind: 'moved'; readonly branch: string; readonly commit: string; readonly since: string }
>;

/** What one page may look through, after its first text is at hand. */
const PAGE_MILLISECONDS = 2_000;
/** The thread is given to others after this. */
const TURN_MILLISECONDS = 10;
/** UTF-16 code units of lines in one page: 6 MB is what a Lambda may answer, and a unit takes 6 bytes at most as JSON has it. */
const PAGE_UNITS = 900_000;

/** Every line of a branch that matches, at its indexed commit, in the order of paths and lines. */
export const grep = (deps: Deps) => {
  const opened = withContents(deps);
  return async (id: RepositoryId, user: UserId, query: GrepQuery): Promise<GrepOutcome> => {
    const outcome = compilePattern({ ...query, ignoreCase: !query.case });
    if (outcome.kind === 'refused') return { kind: 'invalid', field: 'pattern', message: outcome.why };
    const from = query.cursor === undefined ? null : placeOf(query.cursor);
    if (from === undefined) return { kind: 'invalid', field: 'cursor', message: 'is not one of this call' };
    return opened(id, user, query.branch, async ({ branch, pointer, freshness, contents }): Promise<GrepOutcome> => {
      if (pointer.contents !== true) return { kind: 'not-kept', branch };
      const { indexed_commit: commit, ...fresh } = freshness;
      if (from !== null && from.commit !== commit) return { kind: 'moved', branch, commit, since: from.commit };
      const paths = pathsAsked(deps, query);
      const page = await readPage(deps, contents, { ...query, pattern: outcome.compiled, paths, from });
      const { matches, next, truncated } = page;
      const answer = {
        branch,
        commit,
        ...fresh,
        matches,
        not_searched: await leftOut(contents.manifest, paths),
        ...(truncated === undefined ? {} : { truncated }),
        next_cursor: next === null ? null : cursorOf({ commit, ...next }),
      };
      return { kind: 'found', answer };
    });
  };
};

/** What the path and the language of a query let through; undefined: all. */
const pathsAsked = (deps: Deps, { path: pattern, language }: GrepQuery): PathsAsked | undefined => {
  if (pattern === undefined && language === undefined) return undefined;
  const rule = pattern === undefined ? null : deps.pathRules.compile([pattern], []);
  const wanted = language === undefined ? undefined : (languageNamed(language) ?? language.toLowerCase());
  return {
    prefix: pattern === undefined ? '' : literalPrefix(pattern),
    passes: (path) =>
      (wanted === undefined || languageOf(path) === wanted) && (rule === null || rule(path) === 'ignored'),
  };
};

interface PageAsked extends Pick<GrepQuery, 'context' | 'limit'> {
  readonly pattern: CompiledPattern;
  readonly paths: PathsAsked | undefined;
  readonly from: GrepPlace | null;
}

interface Page {
  readonly matches: GrepMatch[];
  /** Where the next page begins; null: there is no more. */
  readonly next: Pick<GrepPlace, 'path' | 'line'> | null;
  readonly truncated?: 'time' | 'size';
}

const readPage = async (deps: Deps, contents: BranchContents, asked: PageAsked): Promise<Page> => {
  const { pattern, paths, from, limit } = asked;
  const matches: GrepMatch[] = [];
  const now = () => deps.clock.now().getTime();
  let begun: number | null = null;
  let turned = 0;
  let units = 0;
  const texts = contents.texts({ paths, from: from?.path, mayHold: packTest(pattern) });
  for await (const text of texts) {
    const { path } = text;
    begun ??= turned = now();
    for (const found of matchLines(pattern, text.text, path === from?.path ? from.line : 1)) {
      if (found.ranges !== null) {
        const match = matchIn(text, found, asked.context);
        matches.push(match);
        units += unitsOf(match);
      }
      // A tick is before its line, a match is at it.
      const next = { path, line: found.ranges === null ? found.line : found.line + 1 };
      if (matches.length === limit) return { matches, next };
      if (units > PAGE_UNITS) return { matches, next, truncated: 'size' };
      if (now() - begun > PAGE_MILLISECONDS) return { matches, next, truncated: 'time' };
    }
    if (now() - turned < TURN_MILLISECONDS) continue;
    await turn();
    turned = now();
    // What is left of this text is nothing: the next page continues at the text after it.
    if (turned - begun > PAGE_MILLISECONDS)
      return { matches, next: { path, line: Number.MAX_SAFE_INTEGER }, truncated: 'time' };
  }
  return { matches, next: null };
};

const matchIn = ({ path, text }: BranchText, found: Parameters<typeof toldMatch>[1], context: number): GrepMatch => {
  const { ranges, before, after, ...rest } = toldMatch(text, found, context);
  return {
    ...toldName(path),
    language: languageOf(path),
    ...rest,
    ranges: ranges.map(([start, end]) => [start, end]),
    ...(before === undefined ? {} : { before: [...before] }),
    ...(after === undefined ? {} : { after: [...after] }),
  };
};

const unitsOf = ({ path, text, before = [], after = [] }: GrepMatch): number =>
  [path, text, ...before, ...after].reduce((sum, { length }) => sum + length, 100);

/** Lets whatever else is due have the thread. No waiting for a time, so it needs no clock. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
