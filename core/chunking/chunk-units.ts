/** No chunk is longer than this, in UTF-16 units, white space included. */
export const maxChunkLength = 4000;
/** A line longer than {@link maxChunkLength} is cut into pieces of at most this many UTF-16 units. */
export const maxPieceLength = 1500;
/** How far back from its end a piece looks for a seemly place to be cut at. */
const seamReach = 200;

/**
 * What chunks are built of: a text's non-blank lines, and the pieces of those that are too long. A line ends at a line feed,
 * as git and forges count lines; a carriage return before it belongs to the line's end.
 * Parallel arrays, because a file may have hundreds of thousands of them.
 */
export interface Units {
  readonly count: number;
  /** Where each begins in the text: at the line's first character, indentation included. */
  readonly start: Int32Array;
  /** Where its first non-blank character is. */
  readonly first: Int32Array;
  /** Where each ends, exclusive, without the line's end. */
  readonly end: Int32Array;
  /** The line's number, counted from 1. */
  readonly line: Int32Array;
  /** Non-blank characters before each; one entry more than there are units: the last is the whole text's. */
  readonly before: Int32Array;
}

const carriageReturn = 13;

/** White space as `String.prototype.trim` has it. */
export const isBlank = (unit: number): boolean => {
  if (unit < 0x80) return unit === 32 || (unit >= 9 && unit <= 13);
  return unit === 0xa0 || (unit >= 0x1680 && /\s/.test(String.fromCharCode(unit)));
};

/** Finds the units of a text, in one pass. */
export const unitsOf = (text: string): Units => {
  const start: number[] = [];
  const first: number[] = [];
  const end: number[] = [];
  const line: number[] = [];
  const before: number[] = [0];
  let total = 0;
  let number = 0;
  for (let from = 0; from < text.length; ) {
    number += 1;
    const lineFeed = text.indexOf('\n', from);
    let to = lineFeed < 0 ? text.length : lineFeed;
    if (lineFeed > from && text.charCodeAt(to - 1) === carriageReturn) to -= 1;
    const long = to - from > maxChunkLength;
    for (let piece = from; piece < to; ) {
      const pieceEnd = long ? seam(text, piece, to) : to;
      let weight = 0;
      let firstInk = -1;
      for (let i = piece; i < pieceEnd; i++) {
        if (isBlank(text.charCodeAt(i))) continue;
        if (firstInk < 0) firstInk = i;
        weight += 1;
      }
      if (weight > 0) {
        total += weight;
        before.push(total);
        start.push(piece);
        first.push(firstInk);
        end.push(pieceEnd);
        line.push(number);
      }
      piece = pieceEnd;
    }
    from = lineFeed < 0 ? text.length : lineFeed + 1;
  }
  return {
    count: start.length,
    start: Int32Array.from(start),
    first: Int32Array.from(first),
    end: Int32Array.from(end),
    line: Int32Array.from(line),
    before: Int32Array.from(before),
  };
};

/** Where to cut a long line that ends at `end`: after white space or punctuation, and never inside a surrogate pair. */
const seam = (text: string, from: number, end: number): number => {
  const limit = from + maxPieceLength;
  if (limit >= end) return end;
  for (let i = limit; i > limit - seamReach; i--) {
    const unit = text.charCodeAt(i - 1);
    if (isBlank(unit) || unit === semicolon || unit === comma || unit === closingBrace) return i;
  }
  const high = text.charCodeAt(limit - 1);
  return high >= 0xd800 && high <= 0xdbff ? limit - 1 : limit;
};

const semicolon = 59;
const comma = 44;
const closingBrace = 125;

/** The unit that an offset falls into, among `low` to `high` (exclusive); before the first one: `low`. */
export const unitAt = (units: Units, offset: number, low: number, high: number): number => {
  let from = low;
  let to = high;
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if ((units.start[middle] as number) <= offset) from = middle;
    else to = middle;
  }
  return from;
};

/** Whether the unit begins its paragraph: the line before it is blank, or there is none. */
export const followsBlank = (units: Units, unit: number): boolean =>
  unit === 0 || (units.line[unit] as number) - (units.line[unit - 1] as number) > 1;
