import { asciiUnits, BEYOND_ASCII } from '../domain/ascii-units.ts';

/** No chunk is longer than this, in UTF-16 units, white space included. */
export const maxChunkLength = 4000;
/** A line longer than {@link maxChunkLength} is cut into pieces of at most this many UTF-16 units. */
export const maxPieceLength = 1500;
/** How far back from its end a piece looks for a seemly place to be cut at. */
const seamReach = 200;

/**
 * What chunks are built of: a text's non-blank lines, and the pieces of those that are too long. A line ends at a line feed,
 * as git and forges count lines; a carriage return before it belongs to the line's end.
 * Parallel arrays, because a file may have hundreds of thousands of them; longer than there are units. Lent: the next text's units overwrite them.
 */
export interface Units {
  readonly count: number;
  /** The text's code units as {@link asciiUnits} has them. */
  readonly ascii: Uint8Array;
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

const lineFeedByte = 10;
const carriageReturn = 13;

/** White space as `String.prototype.trim` has it. */
export const isBlank = (unit: number): boolean => {
  if (unit < 0x80) return unit === 32 || (unit >= 9 && unit <= 13);
  return unit === 0xa0 || (unit >= 0x1680 && /\s/.test(String.fromCharCode(unit)));
};

/** Of each byte of {@link asciiUnits}: 0 for white space, else 1. What is beyond ASCII may be either. */
const ink = Uint8Array.from({ length: BEYOND_ASCII + 1 }, (_, unit) => (isBlank(unit) ? 0 : 1));

/** For so many units; grown for the largest text. */
const arrays = (length: number) => ({
  start: new Int32Array(length),
  first: new Int32Array(length),
  end: new Int32Array(length),
  line: new Int32Array(length),
  before: new Int32Array(length + 1),
});
let scratch = arrays(4096);
let ascii: Uint8Array = new Uint8Array(0);

/** Finds the units of a text, in one pass. */
export const unitsOf = (text: string): Units => {
  const { length } = text;
  ascii = asciiUnits(text, ascii);
  const bytes = ascii;
  let { start, first, end, line, before } = scratch;
  let count = 0;
  let total = 0;
  let number = 0;
  for (let from = 0; from < length; ) {
    number += 1;
    let weight = 0;
    let all = 0;
    let lineFeed = from;
    for (; lineFeed < length; lineFeed++) {
      const byte = bytes[lineFeed] as number;
      if (byte === lineFeedByte) break;
      all |= byte;
      weight += ink[byte] as number;
    }
    let firstInk = from;
    while (firstInk < lineFeed && ink[bytes[firstInk] as number] === 0) firstInk += 1;
    let to = lineFeed;
    if (lineFeed < length && lineFeed > from && bytes[to - 1] === carriageReturn) to -= 1;
    const long = to - from > maxChunkLength;
    for (let piece = from; piece < to; ) {
      const pieceEnd = long ? seam(text, piece, to) : to;
      if (long || all >= BEYOND_ASCII) [weight, firstInk] = inkIn(text, piece, pieceEnd);
      if (weight > 0) {
        if (count === start.length) ({ start, first, end, line, before } = grown());
        total += weight;
        start[count] = piece;
        first[count] = firstInk;
        end[count] = pieceEnd;
        line[count] = number;
        count += 1;
        before[count] = total;
      }
      piece = pieceEnd;
    }
    from = lineFeed + 1;
  }
  return { count, ascii, start, first, end, line, before };
};

const grown = (): typeof scratch => {
  const larger = arrays(scratch.start.length * 2);
  for (const name of ['start', 'first', 'end', 'line', 'before'] as const) larger[name].set(scratch[name]);
  scratch = larger;
  return larger;
};

/** Of a piece of a long line: how many characters are not blank, and where the first of them is. */
const inkIn = (text: string, from: number, to: number): [weight: number, first: number] => {
  let weight = 0;
  let first = -1;
  for (let i = from; i < to; i++) {
    if (isBlank(text.charCodeAt(i))) continue;
    if (first < 0) first = i;
    weight += 1;
  }
  return [weight, first];
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
