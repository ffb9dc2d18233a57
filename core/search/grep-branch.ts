import type { GrepMatch, GrepQuery } from '../contract/grep.ts';
import { languageOf } from '../domain/languages.ts';
import { toldName } from '../manifest/git-path.ts';
import type { BranchContents, BranchText, PathsAsked } from '../objects/contents.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { PlacedPage, PlaceInBranch } from './grep-cursor.ts';
import type { CompiledPattern } from './rules/exact/compile-pattern.ts';
import { matchLines } from './rules/exact/match-lines.ts';
import { packTest } from './rules/exact/pack-test.ts';
import { toldMatch } from './rules/exact/told-match.ts';

/** What one page may look through, after its first text is at hand. */
const PAGE_MILLISECONDS = 2_000;
/** The thread is given to others after this. */
const TURN_MILLISECONDS = 10;
/** UTF-16 code units of lines in one page: 6 MB is what a Lambda may answer, and a unit takes 6 bytes at most as JSON has it. */
export const PAGE_UNITS = 900_000;

export interface LinesAsked extends Pick<GrepQuery, 'context' | 'limit'> {
  readonly pattern: CompiledPattern;
  readonly paths: PathsAsked | undefined;
  readonly from: PlaceInBranch | null;
}

/** Every line of a branch that matches, from a place on, in the order of paths and lines. */
export const grepBranch = async (
  deps: Pick<Runtime, 'clock'>,
  contents: BranchContents,
  asked: LinesAsked,
): Promise<PlacedPage<GrepMatch>> => {
  const { pattern, paths, from, limit } = asked;
  const items: { item: GrepMatch; next: PlaceInBranch }[] = [];
  const now = () => deps.clock.now().getTime();
  let begun: number | null = null;
  let turned = 0;
  let units = 0;
  const texts = contents.texts({ paths, from: from?.path, mayHold: packTest(pattern) });
  for await (const text of texts) {
    const { path } = text;
    begun ??= turned = now();
    for (const found of matchLines(pattern, text.text, path === from?.path ? from.line : 1)) {
      // A tick is before its line, a match is at it.
      const next = { path, line: found.ranges === null ? found.line : found.line + 1 };
      if (found.ranges !== null) {
        const item = matchIn(text, found, asked.context);
        items.push({ item, next });
        units += unitsOf(item);
      }
      if (items.length === limit) return { items, next };
      if (units > PAGE_UNITS) return { items, next, truncated: 'size' };
      if (now() - begun > PAGE_MILLISECONDS) return { items, next, truncated: 'time' };
    }
    if (now() - turned < TURN_MILLISECONDS) continue;
    await turn();
    turned = now();
    // What is left of this text is nothing: the next page continues at the text after it.
    if (turned - begun > PAGE_MILLISECONDS)
      return { items, next: { path, line: Number.MAX_SAFE_INTEGER }, truncated: 'time' };
  }
  return { items, next: null };
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

/** What a match takes in an answer. */
export const unitsOf = ({ path, text, before = [], after = [] }: GrepMatch): number =>
  [path, text, ...before, ...after].reduce((sum, { length }) => sum + length, 100);

/** Lets whatever else is due have the thread. No waiting for a time, so it needs no clock. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
