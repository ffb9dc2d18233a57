import type { LineMatch } from './match-lines.ts';
import type { Range } from './occurrences.ts';

/** A line that matches, as it is listed. Places are UTF-16 code units. */
export interface ToldMatch {
  /** From 1. */
  readonly line: number;
  /** Where the first occurrence begins in the line, from 1. */
  readonly column: number;
  /** Without its end. */
  readonly text: string;
  /** Where `text` begins in a line that is cut, from 1. */
  readonly text_column?: number;
  /** In `text`, from 0. */
  readonly ranges: readonly Range[];
  /** Not all occurrences of the line are listed. */
  readonly more?: true;
  readonly before?: readonly string[];
  readonly after?: readonly string[];
}

/** Of one line: longer ones are data, or were made by a tool. */
export const MAX_TEXT = 2_000;
/** What is shown before the first occurrence in a line that is cut. */
const LEAD = 200;

/** @param context lines before and after. */
export const toldMatch = (whole: string, found: LineMatch, context: number): ToldMatch => {
  const { line, start, end, ranges, complete } = found;
  const first = ranges[0]?.[0] ?? 0;
  const from = end - start <= MAX_TEXT ? 0 : beforePair(whole, start, Math.max(0, first - LEAD));
  const text = cut(whole, start + from, end);
  const told = ranges.filter(([, to]) => to - from <= text.length);
  return {
    line,
    column: first + 1,
    text,
    ...(text.length < end - start ? { text_column: from + 1 } : {}),
    ranges: told.map(([a, b]) => [a - from, b - from]),
    ...(complete && told.length === ranges.length ? {} : { more: true }),
    ...(context > 0 ? { before: linesBefore(whole, start, context), after: linesAfter(whole, end, context) } : {}),
  };
};

const cut = (whole: string, start: number, end: number): string =>
  whole.slice(start, end - start <= MAX_TEXT ? end : beforePair(whole, start, MAX_TEXT) + start);

/** The same place, or the one before, where it would be within a pair of surrogates. */
const beforePair = (whole: string, start: number, at: number): number => {
  const unit = whole.charCodeAt(start + at);
  return at > 0 && unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
};

const linesBefore = (whole: string, start: number, count: number): readonly string[] => {
  const lines: string[] = [];
  for (let end = start - 1; end >= 0 && lines.length < count; ) {
    const from = end === 0 ? 0 : whole.lastIndexOf('\n', end - 1) + 1;
    lines.unshift(cut(whole, from, end));
    end = from - 1;
  }
  return lines;
};

const linesAfter = (whole: string, end: number, count: number): readonly string[] => {
  const lines: string[] = [];
  for (let from = end + 1; from < whole.length && lines.length < count; ) {
    const feed = whole.indexOf('\n', from);
    const to = feed < 0 ? whole.length : feed;
    lines.push(cut(whole, from, to));
    from = to + 1;
  }
  return lines;
};
