import type { CompiledPattern } from './compile-pattern.ts';

/** From and to in a line, in UTF-16 code units from 0; the second is after the last one. */
export type Range = readonly [start: number, end: number];

export interface Occurrences {
  /** Left to right, none overlaps another. An empty one stands only where there is no other. */
  readonly ranges: readonly Range[];
  /** False: the rest of the line may hold further ones. With no range at all, it is not known whether it holds any. */
  readonly complete: boolean;
}

/** Of one line. A line of data can be a whole file, and hold thousands. */
export const MAX_RANGES = 100;

/**
 * Looking for all occurrences can take the square of a line's length, in any engine: `.*a|b` looks to the end for each b. So a line gets
 * as many looks as this allows: characters to its end, times instructions of the program. About 1 s at worst.
 */
const MAX_WORK = 20_000_000;

/** The occurrences in one line, without its end. */
export const occurrencesIn = (pattern: CompiledPattern, line: string): Occurrences => {
  const find = finderOf(pattern, line);
  const ranges: Range[] = [];
  let empty: Range | null = null;
  for (let from = 0; from <= line.length; ) {
    const range = pattern.word ? nextWord(find, line, from) : find(from);
    if (range === 'costly' || ranges.length === MAX_RANGES) return { ranges, complete: range === null };
    if (range === null) break;
    const [start, end] = range;
    if (start < end) ranges.push(range);
    else empty ??= range;
    from = start < end ? end : afterCharacter(line, end);
  }
  return { ranges: ranges.length === 0 && empty !== null ? [empty] : ranges, complete: true };
};

type Find = (from: number) => Range | null | 'costly';

const finderOf = ({ expression, literal }: CompiledPattern, line: string): Find => {
  if (expression === null)
    return (from) => {
      const start = line.indexOf(literal, from);
      return start < 0 ? null : [start, start + literal.length];
    };
  const matcher = expression.matcher(line);
  const size = expression.programSize();
  let work = 0;
  return (from) => {
    if (work > MAX_WORK) return 'costly';
    work += (line.length - from) * size;
    return matcher.find(from) ? [matcher.start(), matcher.end()] : null;
  };
};

/**
 * The next occurrence that is a whole word, as git finds it (headerless_match_one_pattern in its grep.c): one that is not is passed over
 * to the next start of a word; another end of it is not tried, and an empty one is no word.
 */
const nextWord = (find: Find, line: string, begin: number): Range | null | 'costly' => {
  for (let from = begin; ; ) {
    const range = find(from);
    if (range === null || range === 'costly') return range;
    const [start, end] = range;
    const begins = start === from || !isWordCharacter(line, start - 1);
    if (start < end && begins && !isWordCharacter(line, end)) return range;
    from = afterCharacter(line, start);
    while (from < line.length && isWordCharacter(line, from - 1)) from = afterCharacter(line, from);
    if (from >= line.length) return null;
  }
};

/** Past the end there is none. */
const isWordCharacter = (line: string, at: number): boolean => /[A-Za-z0-9_]/.test(line.charAt(at));

const afterCharacter = (line: string, at: number): number => at + ((line.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
