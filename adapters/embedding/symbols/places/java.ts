import type { NamePlace } from '../../../../core/domain/name-place.ts';
import { before, isEndAt, isLetter, isOdd, nextAt, wordEndingAt } from './around.ts';
import { likeC } from './code-line.ts';
import { enclosing, type Layout, openedBy } from './enclosing.ts';
import { isInComment } from './in-comment.ts';

/** What is before no name of a definition, though it is no operator. */
const noTypes = new Set(
  'return throw new case goto else assert break continue package import extends implements throws instanceof do super this permits'.split(
    ' ',
  ),
);
const types = new Set(['class', 'record', 'interface', 'enum']);

/** Statements and lambdas by what is before their brace; the head of a method by a type before its name, which neither `new` nor an annotation is. */
const statement = /(?:^|[^\w.$@])(?:if|for|while|switch|catch|try|synchronized)\s*\($/;
const method = /(?:^|([^\s\w])\s*|\s)(\w+)(?:<[^()<>]*>|\[\])*\s+\w+\s*\($/;
const noMethod = new Set(['new', 'record', 'enum', 'class', 'interface', 'return', 'else', 'throw']);

const braces = (head: string): 'body' | 'other' => {
  const code = head.trimEnd();
  if (/(?:^|[^\w.$])(?:else|try|do|finally)$|->$/.test(code)) return 'body';
  const call = /\)(?:\s*throws\s[\w\s.,]+)?$/.exec(code);
  if (call === null) return 'other';
  const opened = openedBy(code.slice(0, call.index + 1));
  if (opened === null) return 'other';
  const last = opened.slice(Math.max(opened.lastIndexOf(';'), opened.lastIndexOf('{'), opened.lastIndexOf('}')) + 1);
  if (statement.test(opened)) return 'body';
  const [, sign, type = ''] = method.exec(last) ?? [];
  return type !== '' && sign !== '@' && sign !== '.' && !noMethod.has(type) && !/\bnew\b|@\s*$/.test(last)
    ? 'body'
    : 'other';
};

const layout: Layout = { ...likeC(/\*\/|`|"""|\\u/), braces };

/** Of Java: a type after its word, a method before its bracket, a field or constant that is not in the braces of statements. */
export const javaPlace: NamePlace = (text, nameFrom, nameTo) => {
  let [from, to] = [nameFrom, nameTo];
  while (isLetter(text.charAt(from - 1))) from -= 1;
  while (isLetter(text.charAt(to))) to += 1;
  const at = nextAt(text, to);
  const next = text.charAt(at);
  if (isOdd(next)) return true;
  const isWord = isLetter(next);
  if (!isWord && !isEndAt(text, at) && !'(=;,[{}</@'.includes(next)) return false;
  if (next === '=' && text.charAt(at + 1) === '=') return false;
  if (next === '/' && !'/*'.includes(text.charAt(at + 1) || ' ')) return false;
  const previous = before(text, from, '//');
  if (previous.isHidden) return true;
  const word = isLetter(previous.unit) ? wordEndingAt(text, previous.at) : '';
  if (types.has(word)) return true;
  if (isWord || next === '<' || noTypes.has(word)) return false;
  if (word === '' && !'>])}{;,'.includes(previous.unit)) return false;
  // A statement, not a declaration.
  if ((next === '=' || next === '[') && (previous.unit === ';' || previous.unit === '{' || previous.unit === '}'))
    return false;
  if (/^[0-9]/.test(word)) return false;
  if (isInComment(text, from, layout)) return false;
  // A call is after no type.
  if (next === '(' && word !== '') return true;
  const around = enclosing(text, from, layout);
  return around !== 'round' && around !== 'square' && around !== 'body';
};
