import type { NamePlace } from '../../../../core/domain/name-place.ts';
import { before, isEndAt, isLetter, isOdd, lineBegin, nextAt, wordEndingAt } from './around.ts';
import { codeLine, type LineRules } from './code-line.ts';
import { enclosing, type Layout } from './enclosing.ts';

/** What is never a name, though a parse may make one of it where the syntax is wrong. */
export const pythonReserved: ReadonlySet<string> = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);

const rules: LineRules = {
  noCode: /"""[^\\]*?"""|'''[^\\]*?'''|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|#.*/g,
  // A text of several lines, unless all the line is one of one.
  longer: /^(?!\s*\w{0,2}("""|''')(?:(?!\1)[^\\])*\1\s*$).*(?:"""|''')/,
  comment: '#',
  odd: /["'\\]/,
};

/** Of Python: after `def`, `class` or `type`, or first of a statement and before `=` or a type. */
export const pythonPlace: NamePlace = (text, from, to) => {
  const at = nextAt(text, to);
  const next = text.charAt(at);
  if (isOdd(next)) return true;
  if (!'=:([#'.includes(next) && !isEndAt(text, at)) return false;
  if (next === '=' && text.charAt(at + 1) === '=') return false;
  if (pythonReserved.has(text.slice(from, to))) return false;
  const previous = before(text, from, '#');
  const { unit, isSameLine } = previous;
  if (isSameLine && previous.isHidden) return true;
  if (isSameLine && isLetter(unit)) return ['def', 'class', 'type'].includes(wordEndingAt(text, previous.at));
  if (isSameLine && unit !== ';' && unit !== ':') return unit === '\\';
  if (!isSameLine && previous.isHidden && unit === '\\') return true;
  if (next !== '=' && next !== ':') return false;
  return !isInFunction(text, from) && enclosing(text, from, layout) === 'unknown';
};

/** Whatever is in brackets is no statement. */
const layout: Layout = { ...rules, braces: () => 'object' };

/** Lines above a name that are read. */
const MOST_LINES = 80;
const block = /^(?:if|elif|else|for|while|with|try|except|finally|match|case|async\s+(?:for|with))\b/;

/** Whether the statement that begins here is in a function, as the lines above tell that are less indented. */
const isInFunction = (text: string, from: number): boolean => {
  let begin = lineBegin(text, from);
  if (begin === null) return false;
  let indent = text.slice(begin, from);
  /** The brackets of a head end here, and it begins above, as far indented. */
  let isHeadOpen = false;
  for (let lines = 0; lines < MOST_LINES && begin > 0 && !/\S/.test(indent); lines++) {
    const end = begin - 1;
    begin = lineBegin(text, end);
    if (begin === null) return false;
    const line = codeLine(text.slice(begin, end), rules);
    if (line === null) return false;
    const code = line.code.trim();
    if (code === '') continue;
    const own = /^\s*/.exec(line.code)?.[0] ?? '';
    // Tabs beside blanks.
    if (!indent.startsWith(own) && !own.startsWith(indent)) return false;
    if (isHeadOpen ? own.length > indent.length : own.length >= indent.length) continue;
    if (/^(?:async\s+)?def\b/.test(code)) return true;
    isHeadOpen = /^[)\]]/.test(code);
    if (!isHeadOpen && !block.test(code)) return false;
    indent = own;
  }
  return false;
};
