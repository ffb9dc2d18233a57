import { codeTokens } from './code-tokens.ts';
import { readQuery } from './query-words.ts';

/** A word or a name of a query, in lower case. */
export interface WordOfQuery {
  /** How it may be written: a name of several parts also with `_` or `-` between them. */
  readonly forms: readonly string[];
  /** Of a name: its parts, each of which a text has that has the name. */
  readonly parts: readonly string[];
}

/** What the ranking looks for in texts (see readQuery), for a look at many texts. */
export const wordsOfQuery = (query: string, phrases: readonly string[]): readonly WordOfQuery[] => {
  const names = query.split(/\s+/).map((name) => codeTokens(name).slice(0, -1));
  return readQuery(query, phrases).units.map(({ text, isName }) => {
    const parts = isName ? names.find((each) => each.join('') === text) : undefined;
    if (parts === undefined) return { forms: [text], parts: [text] };
    return { forms: [text, parts.join('_'), parts.join('-')], parts };
  });
};

/** As in BM25: how soon further occurrences count less, and how much a long text's do. */
const SATURATION = 1.2;
const LENGTH = 0.75;
/** A text of this many code units is of usual length. */
const USUAL_LENGTH = 2_500;

/**
 * The figure of the best of some texts that follow each other in one, in lower case: for each word that it has what that is worth, and as much by BM25 as it is there often. `ends`: where each ends; `weights`: what each word is worth.
 */
export const wordFigures = (
  text: string,
  ends: readonly number[],
  words: readonly WordOfQuery[],
  weights: readonly number[],
): number => {
  const figures = new Float64Array(ends.length);
  for (const [n, { forms }] of words.entries()) {
    const counts = new Float64Array(ends.length);
    for (const form of new Set(forms)) countIn(text, ends, form, counts);
    for (let at = 0; at < ends.length; at++) {
      const count = counts[at] as number;
      if (count === 0) continue;
      const length = (ends[at] as number) - (at === 0 ? 0 : (ends[at - 1] as number));
      const norm = SATURATION * (1 - LENGTH + (LENGTH * length) / USUAL_LENGTH);
      const often = (count * (SATURATION + 1)) / (count + norm);
      figures[at] = (figures[at] as number) + (weights[n] ?? 0) * (1 + often);
    }
  }
  return figures.reduce((best, figure) => Math.max(best, figure), 0);
};

const countIn = (text: string, ends: readonly number[], form: string, counts: Float64Array): void => {
  if (form === '') return;
  let file = 0;
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length)) {
    while (file < ends.length - 1 && at >= (ends[file] as number)) file += 1;
    counts[file] = (counts[file] as number) + 1;
  }
};
