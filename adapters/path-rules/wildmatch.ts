import { own } from '../../core/domain/own.ts';

/** What a pattern's tokens are besides bytes (0 to 255) and sets (SET and below). */
const ANY = -1;
const STAR = -2;
const DOUBLE_STAR = -3;
/** Two tokens of `**` and a slash: no directory at all, or (the second one) any directories with their slash. */
const DIRECTORIES = -4;
const IN_DIRECTORIES = -5;
const SET = -6;

const SLASH = 47;

interface Tokens {
  readonly codes: readonly number[];
  /** 256 bits each: which bytes a bracket matches. */
  readonly sets: readonly Uint32Array[];
}

/** Whether the text from this place on matches. Texts and patterns are bytes, each as one character. */
export type Wildmatch = (text: string, from: number) => boolean;

/**
 * Git's wildmatch (WM_PATHNAME) without backtracking: all places of the pattern that the text so far leads to are followed at
 * once, so a match takes at most pattern × text steps and memory in proportion to the pattern, whatever the two are.
 * Null for a pattern that can never match.
 */
export const compileWildmatch = (pattern: string): Wildmatch | null => {
  const tokens = tokensOf(pattern);
  if (tokens === null) return null;
  const { codes, sets } = tokens;
  const end = codes.length;
  const tail = literalTail(codes);
  const marks = new Uint32Array(end + 1);
  let current = new Uint16Array(end + 1);
  let next = new Uint16Array(end + 1);
  let count = 0;
  let stamp = 0;

  /** Adds a place, and those that are reached from it without a byte. */
  const add = (from: number): void => {
    for (let place = from; marks[place] !== stamp; place += 1) {
      marks[place] = stamp;
      next[count] = place;
      count += 1;
      const code = codes[place];
      if (code === DIRECTORIES) add(place + 2);
      else if (code !== STAR && code !== DOUBLE_STAR) return;
    }
  };

  const advance = (place: number, byte: number): void => {
    const code = codes[place];
    if (code === undefined) return;
    if (code >= 0) {
      if (code === byte) add(place + 1);
    } else if (code === DOUBLE_STAR) add(place);
    else if (code === IN_DIRECTORIES) {
      add(place);
      if (byte === SLASH) add(place + 1);
    } else if (byte !== SLASH) {
      if (code === STAR) add(place);
      else if (code === ANY || (code <= SET && holds(sets[SET - code], byte))) add(place + 1);
    }
  };

  const begin = (): void => {
    [current, next] = [next, current];
    count = 0;
    stamp += 1;
    if (stamp > 0xffff_ffff) {
      marks.fill(0);
      stamp = 1;
    }
  };

  return (text, from) => {
    if (!text.endsWith(tail) || text.length - from < tail.length) return false;
    begin();
    add(0);
    for (let at = from; at < text.length; at += 1) {
      const places = count;
      if (places === 0) return false;
      begin();
      const byte = text.charCodeAt(at);
      for (let i = 0; i < places; i += 1) advance(current[i] as number, byte);
    }
    return marks[end] === stamp;
  };
};

const holds = (set: Uint32Array | undefined, byte: number): boolean =>
  (((set?.[byte >>> 5] ?? 0) >>> (byte & 31)) & 1) === 1;

/** What every match ends with. */
const literalTail = (codes: readonly number[]): string => {
  const wild = codes.findLastIndex((code) => code < 0);
  return String.fromCharCode(...codes.slice(wild + 1));
};

const tokensOf = (pattern: string): Tokens | null => {
  const codes: number[] = [];
  const sets: Uint32Array[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char === '?') codes.push(ANY);
    else if (char === '*') {
      const first = at;
      while (pattern[at + 1] === '*') at += 1;
      at += pushStars(codes, pattern, first, at + 1);
    } else if (char === '[') {
      const bracket = readBracket(pattern, at);
      if (bracket === null) return null;
      codes.push(SET - sets.length);
      sets.push(bracket.set);
      at = bracket.last;
    } else {
      if (char === '\\') at += 1;
      if (at === pattern.length) return null;
      codes.push(pattern.charCodeAt(at));
    }
  }
  return { codes, sets };
};

/** Two stars and more cross slashes only where they are all of a path's part. How many characters behind them are used up too. */
const pushStars = (codes: number[], pattern: string, first: number, after: number): 0 | 1 => {
  const opens = first === 0 || pattern[first - 1] === '/';
  const closes = after === pattern.length || pattern[after] === '/' || pattern.startsWith('\\/', after);
  if (after - first < 2 || !opens || !closes) codes.push(STAR);
  else if (pattern[after] !== '/') codes.push(DOUBLE_STAR);
  else {
    codes.push(DIRECTORIES, IN_DIRECTORIES);
    return 1;
  }
  return 0;
};

/** Git's own tables: of its space characters, form feed and vertical tab are none. */
const classes: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is asked for
  cntrl: /[\x01-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t\n\r]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

interface Bracket {
  readonly set: Uint32Array;
  /** Where its closing bracket is. */
  readonly last: number;
}

/** `[a-z]`, `[!a]`, `[[:digit:]]`; a closing bracket that comes first is a member. Null: not closed, or an unknown class. */
const readBracket = (pattern: string, open: number): Bracket | null => {
  const set = new Uint32Array(8);
  const put = (low: number, high: number): void => {
    for (let byte = low; byte <= high; byte += 1) set[byte >>> 5] = (set[byte >>> 5] ?? 0) | (1 << (byte & 31));
  };
  const negated = pattern[open + 1] === '!' || pattern[open + 1] === '^';
  const first = open + (negated ? 2 : 1);
  /** The member before, which a dash makes a range of. */
  let previous = 0;
  for (let at = first; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char === ']' && at > first) {
      return { set: negated ? set.map((bits) => ~bits) : set, last: at };
    }
    const following = pattern[at + 1];
    if (char === '-' && previous > 0 && following !== undefined && following !== ']') {
      at += following === '\\' ? 2 : 1;
      if (at >= pattern.length) return null;
      put(previous, pattern.charCodeAt(at));
      previous = 0;
      continue;
    }
    if (char === '[' && following === ':') {
      const close = pattern.indexOf(']', at + 2);
      if (close < 0) return null;
      if (close > at + 2 && pattern[close - 1] === ':') {
        const name = pattern.slice(at + 2, close - 1);
        const members = own(classes, name);
        if (members === undefined) return null;
        for (let byte = 0; byte < 256; byte += 1) if (members.test(String.fromCharCode(byte))) put(byte, byte);
        previous = 0;
        at = close;
        continue;
      }
    }
    if (char === '\\') at += 1;
    if (at >= pattern.length) return null;
    previous = pattern.charCodeAt(at);
    put(previous, previous);
  }
  return null;
};
