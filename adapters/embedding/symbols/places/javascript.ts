import type { NamePlace } from '../../../../core/domain/name-place.ts';
import { before, isEndAt, isLetter, isOdd, lineBegin, nextAt, wordEndingAt } from './around.ts';
import { likeC } from './code-line.ts';
import { enclosing, type Layout, openedBy } from './enclosing.ts';
import { isInComment } from './in-comment.ts';

/** What may be before a name that is defined: words that declare, and those of members. */
const declares = new Set(
  'const let var using function class interface type enum module namespace get set static async public private protected readonly override abstract declare accessor'.split(
    ' ',
  ),
);
const named = new Set(['class', 'interface', 'enum', 'module', 'namespace']);

const returnType = /\)\s*:\s*[\w$.<>[\]|&,\s]+$/;

const braces = (head: string): 'body' | 'arrow' | 'object' | 'other' => {
  const code = head.trimEnd();
  // Statements, or an object type.
  if (code.endsWith('=>') || /(?:^|[^\w.$])(?:case\s[^\n]*|default\s*):$/.test(code)) return 'arrow';
  if (/(?:^|[^\w.$#])(?:else|try|do|finally|catch)$/.test(code)) return 'body';
  if (/[=(:,[?&|]$|(?:^|[^\w.$#])(?:return|import|export|const|let|var|type)$/.test(code)) return 'object';
  const type = returnType.exec(code);
  if (type === null && !code.endsWith(')')) return 'other';
  const opened = openedBy(type === null ? code : code.slice(0, type.index + 1));
  if (opened === null) return 'other';
  const last = opened.slice(Math.max(opened.lastIndexOf(';'), opened.lastIndexOf('{'), opened.lastIndexOf('}')) + 1);
  return /\?|(?:^|[^\w$])(?:class|extends|implements|interface)(?![\w$])/.test(last) ? 'other' : 'body';
};

const layout: Layout = { ...likeC(/\*\/|`|\$\{/), braces };

/** What a function or a class may begin with, where one is given to a name; an expression in brackets is not told from it. */
const given =
  /\s*(?:[(<@/\\]|\S{0,40}[^\0-~]|function(?![\w$])|async(?![\w$])|class(?![\w$])|[\w$]+\s*(?:=>|\/|\\)|$)/y;
const isGiven = (text: string, at: number): boolean => {
  given.lastIndex = at;
  return given.test(text);
};

/** Of JavaScript and TypeScript, where what is before and after the name tells, and the braces around it do. */
export const javascriptPlace: NamePlace = (text, nameFrom, nameTo) => {
  let [from, to] = [nameFrom, nameTo];
  while (isLetter(text.charAt(from - 1))) from -= 1;
  while (isLetter(text.charAt(to))) to += 1;
  if (text.charAt(from - 1) === '#') from -= 1;
  const at = nextAt(text, to);
  if (!isEndAt(text, at)) return isPlace(text, from, at);
  if (isMember(text, from, 'name')) return true;
  // `const name` and, on the next line, `= function`.
  const next = text.slice(at, at + FAR_BELOW).search(/\S/);
  return next < 0 ? at + FAR_BELOW < text.length : isPlace(text, from, at + next);
};

/** Behind a name no more is looked at: UTF-16 units. */
const FAR_BELOW = 200;

/** `at`: what is behind the name. */
const isPlace = (text: string, from: number, at: number): boolean => {
  const unit = text.charAt(at);
  const following = text.charAt(at + 1);
  if (isOdd(unit)) return true;
  if (isLetter(unit) || unit === '{') return isNamedBefore(text, from);
  if (unit === '=' && following !== '=' && following !== '>') return isAssigned(text, from, at + 1);
  if (unit === ':') return isMember(text, from, isGiven(text, at + 1) ? 'function' : 'value');
  if (unit === '(' || unit === '<') return isMember(text, from, 'function');
  if (unit === '?') {
    const after = nextAt(text, at + 1);
    if (isEndAt(text, after) || '(<;,}='.includes(text.charAt(after))) return isMember(text, from, 'function');
    return text.charAt(after) === ':' && isMember(text, from, isGiven(text, after + 1) ? 'function' : 'value');
  }
  if (unit === '!') return following !== '=' && isMember(text, from, 'value');
  // A comment may hide anything.
  if (unit === '/') return (following === '/' || following === '*') && !isInComment(text, from, layout);
  return (unit === ';' || unit === ',' || unit === '}') && isMember(text, from, 'name');
};

const isNamedBefore = (text: string, from: number): boolean => {
  const previous = before(text, from, '//');
  return previous.isHidden || (isLetter(previous.unit) && named.has(wordEndingAt(text, previous.at)));
};

const isAssigned = (text: string, from: number, value: number): boolean => {
  // Any expression may be before `name = function`.
  if (isGiven(text, value)) return !isInComment(text, from, layout);
  return isMember(text, from, 'assigned');
};

/**
 * What is after the name: a function or its head, a value after a colon or an equals sign, or nothing.
 */
type After = 'function' | 'value' | 'assigned' | 'name';

const isMember = (text: string, from: number, after: After): boolean => {
  const previous = before(text, from, '//');
  if (previous.isHidden) return true;
  const { unit, at, isSameLine } = previous;
  const word = isLetter(unit) ? wordEndingAt(text, at) : '';
  if (word !== '') {
    const isDecorator = /@[\w$.]*$/.test(text.slice(Math.max(0, at - 80), at + 1));
    // On a line above, the statement may have ended.
    if (isSameLine && !declares.has(word) && !isDecorator) return false;
  } else if (isSameLine && !'{},;)'.includes(unit) && !(unit === '*' && after === 'function')) return false;
  else if (unit === '{' && after === 'name' && isTemplate(text, at)) return false;
  if (isInComment(text, from, layout)) return false;
  // Functions and types are definitions wherever they are, and so is what is given a function.
  if (word === 'function' || named.has(word) || word === 'type' || (unit === '*' && after === 'function')) return true;
  if (after === 'value' && (variables.has(word) || (unit === ',' && givesFunction(text, from)))) return true;
  const around = enclosing(text, from, layout);
  if (around === 'unknown' || around === 'other') return true;
  return after === 'function' && (around === 'object' || around === 'arrow');
};

const variables = new Set(['const', 'let', 'var', 'using']);

/** Behind its type. */
const givesFunction = (text: string, from: number): boolean => {
  const [line = ''] = text.slice(from, from + FAR_BELOW).split('\n');
  return line.length === FAR_BELOW || /=>|function|class/.test(line);
};

/** `${name}` of a template. That of a type whose name ends in a dollar sign has its word on the same line. */
const isTemplate = (text: string, at: number): boolean => {
  if (text.charAt(at - 1) !== '$') return false;
  const begin = lineBegin(text, at);
  return begin !== null && !/\b(?:interface|enum|class|extends|implements)\b/.test(text.slice(begin, at));
};
