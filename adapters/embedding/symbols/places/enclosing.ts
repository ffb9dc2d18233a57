import { lineBegin } from './around.ts';
import { codeLine, type LineRules } from './code-line.ts';

/**
 * The bracket that is open where a name stands: a round or a square one, the braces of statements, of an arrow, of an object, or of anything else. `unknown`: none was
 * found on the lines that could be read.
 */
export type Enclosing = 'round' | 'square' | 'body' | 'arrow' | 'object' | 'other' | 'unknown';

export interface Layout extends LineRules {
  /** What braces are, by the code before them: that of its own line, and of those above it as far as a bracket of it was opened there. */
  readonly braces: (head: string) => 'body' | 'arrow' | 'object' | 'other';
  /** What is before a round bracket that holds declarations; such a one is `other`. */
  readonly group?: RegExp;
}

/** Lines above a name that are read. */
const MOST_LINES = 80;
/** More code before braces is not looked at: UTF-16 units. */
const LONGEST_HEAD = 2_000;

const brackets = /[()[\]{}]/g;

/** Looks back from a place in code to the bracket that is open there. */
export const enclosing = (text: string, from: number, layout: Layout): Enclosing => {
  let depth = 0;
  /** Of an open brace: the code before it, and how many round brackets of it are to be opened yet. */
  let head: { code: string; open: number } | null = null;
  let end = from;
  for (let lines = 0; lines < MOST_LINES && end >= 0; lines++) {
    const begin = lineBegin(text, end);
    // A line that ends in a backslash continues in the next one, whatever it is in.
    if (begin === null || text.charAt(begin - 2) === '\\') return 'unknown';
    const line = codeLine(text.slice(begin, end), layout);
    if (line === null) return 'unknown';
    let { code } = line;
    if (head === null) {
      const found = openBracket(code, depth);
      depth = found.depth;
      if (found.unit === '(') return layout.group?.test(code.slice(0, found.at)) === true ? 'other' : 'round';
      if (found.unit === '[') return 'square';
      if (found.unit === '{') {
        code = code.slice(0, found.at);
        head = { code: '', open: 0 };
      }
    }
    if (head !== null) {
      head = { code: `${code}\n${head.code}`, open: head.open + roundBrackets(code) };
      if (head.code.length > LONGEST_HEAD) return 'other';
      // One line more: what the brackets are of may begin there.
      if (head.open === 0 && /\S/.test(code)) return layout.braces(withLineAbove(text, begin, head.code, layout));
    }
    end = begin - 1;
    if (begin === 0) break;
  }
  return 'unknown';
};

const withLineAbove = (text: string, begin: number, head: string, layout: Layout): string => {
  if (begin === 0) return head;
  const from = lineBegin(text, begin - 1);
  const above = from === null ? null : codeLine(text.slice(from, begin - 1), layout);
  return above === null ? `?\n${head}` : `${above.code}\n${head}`;
};

/** The last bracket that is opened and not closed. */
const openBracket = (code: string, closed: number): { unit: string | null; at: number; depth: number } => {
  let depth = closed;
  const found = [...code.matchAll(brackets)];
  for (const { 0: unit, index } of found.reverse()) {
    if (unit === ')' || unit === ']' || unit === '}') depth += 1;
    else if (depth === 0) return { unit, at: index, depth };
    else depth -= 1;
  }
  return { unit: null, at: 0, depth };
};

/** Closed ones, less those that are opened. */
const roundBrackets = (code: string): number => code.split(')').length - code.split('(').length;

/** The code up to the bracket that its last one closes, and with it. */
export const openedBy = (code: string): string | null => {
  let depth = 0;
  for (let at = code.length - 1; at >= 0; at--) {
    if (code[at] === ')') depth += 1;
    else if (code[at] === '(' && --depth === 0) return code.slice(0, at + 1);
  }
  return null;
};
