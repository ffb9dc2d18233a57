import { BEYOND_ASCII } from '../domain/ascii-units.ts';
import type { Units } from './chunk-units.ts';

/** In a comment or string that spans lines, in parentheses or in square brackets: nothing begins there that may stand alone. */
export const INSIDE = -1;
/** In a comment or string that spans lines and that no chunk can hold. */
export const PARAGRAPH = -2;

const openingBracket = 1;
const closingBracket = 2;
const quote = 3;
const backtick = 4;
const slash = 5;
const hash = 6;
const less = 7;
const kinds = new Uint8Array(BEYOND_ASCII + 1);
for (const [chars, kind] of [
  ['{[(', openingBracket],
  ['}])', closingBracket],
  ['"\'', quote],
  ['`', backtick],
  ['/', slash],
  ['#', hash],
  ['<', less],
] as const)
  for (const char of chars) kinds[char.charCodeAt(0)] = kind;

/** A longer comment or string, in characters, is not kept whole; a chunk has at most 1,500 that are not blank. */
const mostWhole = 1350;

let scratch = new Int32Array(4096);

/**
 * Of each unit, how many braces are open where it begins, if the innermost open bracket is a brace or none is: a statement, a member or a declaration
 * may begin there. Else {@link INSIDE} or {@link PARAGRAPH}.
 *
 * One pass that knows no single language. Brackets that do not match are a sign that it errs: from there on everything is INSIDE.
 * Longer than there are units, and lent: the next text's overwrite it.
 */
export const bracesAt = (text: string, units: Units): Int32Array => {
  if (scratch.length < units.count) scratch = new Int32Array(units.count * 2);
  const depths = scratch.fill(INSIDE, 0, units.count);
  const { ascii, first, count } = units;
  /** What closes the brackets that are open, the innermost last. */
  const open: number[] = [];
  let unit = 0;
  for (let at = 0; at < text.length; ) {
    while (unit < count && (first[unit] as number) <= at) {
      if (open.length === 0 || open.at(-1) === closingBrace) depths[unit] = open.length;
      unit += 1;
    }
    const byte = ascii[at] as number;
    const kind = kinds[byte] as number;
    if (kind === 0) {
      at += 1;
      continue;
    }
    if (kind === openingBracket) open.push(closingOf(byte));
    else if (kind === closingBracket && open.pop() !== byte) return depths;
    const closing = kind > closingBracket ? spanAt(text, at, kind) : '';
    if (closing === '') {
      at = kind > closingBracket ? afterMark(text, at, kind) : at + 1;
      continue;
    }
    const from = at;
    const end = text.indexOf(closing, from + Math.max(1, closing.length));
    at = end < 0 ? text.length : end + closing.length;
    const within = at - from > mostWhole ? PARAGRAPH : INSIDE;
    while (unit < count && (first[unit] as number) < at) depths[unit++] = within;
  }
  return depths;
};

const closingBrace = 125;
/** In ASCII `(` and `)` are neighbours; `[` and `]`, `{` and `}` are two apart. */
const closingOf = (opening: number): number => (opening === 40 ? 41 : opening + 2);

/** What closes the comment or string that may span lines and begins here; nothing: none does. */
const spanAt = (text: string, at: number, kind: number): string => {
  if (kind === backtick) return '`';
  if (kind === slash) return text.startsWith('/*', at) ? '*/' : '';
  if (kind === less) return text.startsWith('<!--', at) ? '-->' : '';
  if (kind === hash) return '';
  return text.startsWith('"""', at) ? '"""' : text.startsWith("'''", at) ? "'''" : '';
};

/** Where to continue after a comment or string that ends with its line, or a mark that means nothing. */
const afterMark = (text: string, at: number, kind: number): number => {
  if (kind === hash || (kind === slash && text.startsWith('//', at))) return lineEnd(text, at);
  if (kind !== quote) return at + 1;
  const mark = text.charCodeAt(at);
  for (let i = at + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === mark) return i + 1;
    if (unit === lineFeed) break;
    if (unit === backslash) i += 1;
  }
  // An apostrophe, or a quote of a kind not known here.
  return at + 1;
};

const lineFeed = 10;
const backslash = 92;

const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
};
