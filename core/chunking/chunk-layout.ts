import { followsBlank, type Units } from './chunk-units.ts';

/** White space before a member of a class at most, in characters: the usual indentation, or a tab. */
const deepest = 4;

/**
 * 1 at each unit where the layout of code alone shows a seam: it follows a blank line and is at the margin, outside
 * brackets, or behind a closing brace of its own, small indentation; and no comment or string that spans lines is open there.
 * For languages of braces or of indentation. Strict, since what it misses is parsed.
 */
export const layoutSeams = (text: string, units: Units): Uint8Array => {
  const places = placesOf(text, units);
  return places.map((place, unit) => (place !== inside && isSeam(text, units, unit, place) ? 1 : 0));
};

const isSeam = (text: string, units: Units, unit: number, place: number): boolean => {
  if (!followsBlank(units, unit)) return false;
  const at = units.first[unit] as number;
  if (kindOf(text, at) === closingBracket) return false;
  const indent = at - (units.start[unit] as number);
  if (indent === 0 || unit === 0) return place === outermost;
  const before = units.first[unit - 1] as number;
  return indent <= deepest && text[before] === '}' && before - (units.start[unit - 1] as number) === indent;
};

/** Where a unit begins: in a comment or string that spans lines, in brackets, or in neither. */
const inside = 0;
const bracketed = 1;
const outermost = 2;

const openingBracket = 1;
const closingBracket = 2;
const quote = 3;
const backtick = 4;
const slash = 5;
const hash = 6;
const less = 7;
const kinds = new Uint8Array(128);
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

const kindOf = (text: string, at: number): number => {
  const unit = text.charCodeAt(at);
  return unit < 128 ? (kinds[unit] as number) : 0;
};

/**
 * One pass that knows no single language: where it errs, brackets do not match and the text is parsed, or it is cut at a
 * blank line, as any text without a grammar is.
 */
const placesOf = (text: string, units: Units): Uint8Array => {
  const places = new Uint8Array(units.count);
  let depth = 0;
  let unit = 0;
  for (let at = 0; at < text.length; ) {
    while (unit < units.count && (units.first[unit] as number) <= at)
      places[unit++] = depth === 0 ? outermost : bracketed;
    const kind = kindOf(text, at);
    if (kind === openingBracket) depth += 1;
    else if (kind === closingBracket) depth -= 1;
    const closing = kind > closingBracket ? spanAt(text, at, kind) : '';
    if (closing === '') {
      at = kind > closingBracket ? afterMark(text, at, kind) : at + 1;
      continue;
    }
    const end = text.indexOf(closing, at + Math.max(1, closing.length));
    at = end < 0 ? text.length : end + closing.length;
    // What begins in the span stays `inside`.
    while (unit < units.count && (units.first[unit] as number) < at) unit += 1;
  }
  return places;
};

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
