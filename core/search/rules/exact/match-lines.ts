import type { CompiledPattern } from './compile-pattern.ts';
import { foldText } from './fold.ts';
import { type Occurrences, occurrencesIn } from './occurrences.ts';
import { holdsRequired } from './required-text.ts';

/** A line that matches. */
export interface LineMatch extends Occurrences {
  /** From 1. */
  readonly line: number;
  /** Where the line is in the text, without its end: UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/** No match so far: a good moment to stop. `line`: where to go on. */
export interface Tick {
  readonly line: number;
  readonly ranges: null;
}

/** Text that is looked at between two ticks, at most but for one line: about 5 ms of an expression that the library's fast automaton cannot take. */
const UNITS_A_TICK = 16_384;

/** Whether the text can hold a match at all: a quick look, as far as the pattern requires some text. */
const mayMatch = ({ required }: CompiledPattern, searched: string): boolean =>
  holdsRequired(required, (part) => searched.includes(part));

/**
 * The lines that match, in their order, from `fromLine` on. Lines end with LF, and a CR before it is part of the line; the last one needs no end,
 * and after a final LF there is no line: as git has it.
 */
export function* matchLines(
  pattern: CompiledPattern,
  text: string,
  fromLine = 1,
): Generator<LineMatch | Tick, void, undefined> {
  // A text that cannot be folded in place is looked through without.
  const folded = pattern.folded ? foldText(text) : text;
  if (folded !== null && !mayMatch(pattern, folded)) return;
  const anchors = folded === null ? null : pattern.anchors;
  const next = anchors === null ? (from: number) => from : candidates(folded as string, anchors);
  const place = { line: 1, start: 0 };
  while (place.line < fromLine && toNextLine(place, text));
  for (let ticked = place.start; place.line >= fromLine && place.start < text.length; ) {
    const candidate = next(place.start);
    if (candidate < 0) return;
    while (endOfLine(text, place.start) < candidate) toNextLine(place, text);
    const end = endOfLine(text, place.start);
    const found = occurrencesOf(pattern, text.slice(place.start, end));
    if (found !== null) yield { ...place, end, ...found };
    if (!toNextLine(place, text)) return;
    if (place.start - ticked < UNITS_A_TICK) continue;
    ticked = place.start;
    yield { line: place.line, ranges: null };
  }
}

const endOfLine = (text: string, start: number): number => {
  const feed = text.indexOf('\n', start);
  return feed < 0 ? text.length : feed;
};

/** False, and nothing is moved, in a line that has no end. */
const toNextLine = (place: { line: number; start: number }, text: string): boolean => {
  const feed = text.indexOf('\n', place.start);
  if (feed < 0) return false;
  place.line += 1;
  place.start = feed + 1;
  return true;
};

/** Null where the line does not match. The library answers whether there is a match far faster than where it is. */
const occurrencesOf = (pattern: CompiledPattern, line: string): Occurrences | null => {
  if (pattern.expression?.test(line) === false) return null;
  const found = occurrencesIn(pattern, line);
  return found.ranges.length === 0 && found.complete ? null : found;
};

/** Where the next line may match, from a place on: at the next anchor. -1: nowhere. */
const candidates = (text: string, anchors: readonly string[]): ((from: number) => number) => {
  const places = anchors.map(() => -1);
  return (from) => {
    let first = -1;
    for (const [n, anchor] of anchors.entries()) {
      let place = places[n] as number;
      if (place < from && place !== Number.POSITIVE_INFINITY) {
        const found = text.indexOf(anchor, from);
        place = found < 0 ? Number.POSITIVE_INFINITY : found;
        places[n] = place;
      }
      if (place !== Number.POSITIVE_INFINITY && (first < 0 || place < first)) first = place;
    }
    return first;
  };
};
