/** Blanks within a line. */
const isBlank = (unit: string): boolean => unit === ' ' || unit === '\t';

const isEnd = (unit: string): boolean => unit === '\n' || unit === '\r' || unit === '';

/** A letter of an identifier in ASCII, `$` included. */
export const isLetter = (unit: string): boolean =>
  (unit >= 'a' && unit <= 'z') ||
  (unit >= 'A' && unit <= 'Z') ||
  (unit >= '0' && unit <= '9') ||
  unit === '_' ||
  unit === '$';

/** What no rule knows: it is read in different ways, such as an escape, a letter that is not ASCII, or a form feed. */
export const isOdd = (unit: string): boolean =>
  unit === '\\' || unit > '~' || (unit < ' ' && !isBlank(unit) && !isEnd(unit));

/** Where the next unit stands that is no blank. A line's end is none. */
export const nextAt = (text: string, at: number): number => {
  let next = at;
  while (isBlank(text.charAt(next))) next += 1;
  return next;
};

/** Where the last unit before is that is no blank; below 0 at the text's beginning. A line's end is none. */
export const previousAt = (text: string, at: number): number => {
  let previous = at - 1;
  while (isBlank(text.charAt(previous))) previous -= 1;
  return previous;
};

export const isEndAt = (text: string, at: number): boolean => isEnd(text.charAt(at));

/** The identifier that ends at a place, which it includes; empty for none. */
export const wordEndingAt = (text: string, at: number): string => {
  let from = at + 1;
  while (from > 0 && isLetter(text.charAt(from - 1))) from -= 1;
  return text.slice(from, at + 1);
};

/** Longer lines are not looked at: UTF-16 units. */
const LONGEST_LINE = 400;

/** Where the line begins that a place is in; null for one that is too far away. */
export const lineBegin = (text: string, at: number): number | null => {
  const from = Math.max(0, at - LONGEST_LINE);
  const newline = text.slice(from, at).lastIndexOf('\n');
  if (newline >= 0) return from + newline + 1;
  return from === 0 ? 0 : null;
};

/** What is before a name, on its line or on those above it. */
export interface Before {
  /** The last unit that is neither blank nor a line's end; empty at the text's beginning. */
  readonly unit: string;
  /** Where it stands. */
  readonly at: number;
  readonly isSameLine: boolean;
  /** There may be a comment between, so that nothing is known. */
  readonly isHidden: boolean;
}

/** Beyond this the lines above a name are not looked at, and no longer comments passed over: UTF-16 units. */
const FAR = 4_000;

/** Comments that fill their lines are passed over. `lineComment`: what begins one that ends with its line. */
export const before = (text: string, from: number, lineComment: string): Before => {
  let at = previousAt(text, from);
  let isSameLine = true;
  while (at > from - FAR) {
    while (at >= 0 && isEndAt(text, at)) {
      isSameLine = false;
      at = previousAt(text, at);
    }
    if (at < 0) return { unit: '', at, isSameLine: false, isHidden: false };
    const unit = text.charAt(at);
    if (unit === '/' && text.charAt(at - 1) === '*') {
      const far = Math.max(0, at - FAR);
      const open = text.slice(far, at - 1).lastIndexOf('/*');
      if (open < 0 || !isFirst(text, far + open)) break;
      at = previousAt(text, far + open);
      continue;
    }
    if (isSameLine) return { unit, at, isSameLine, isHidden: isOdd(unit) };
    const begin = lineBegin(text, at);
    if (begin === null) break;
    const line = text.slice(begin, at + 1);
    if (!line.includes(lineComment)) return { unit, at, isSameLine, isHidden: isOdd(unit) };
    if (!line.trimStart().startsWith(lineComment)) break;
    at = previousAt(text, begin);
  }
  return { unit: '', at, isSameLine, isHidden: true };
};

const isFirst = (text: string, at: number): boolean => {
  const previous = previousAt(text, at);
  return previous < 0 || isEndAt(text, previous);
};
