import type { NamePlace } from '../../../../core/domain/name-place.ts';
import { before, isEndAt, isLetter, isOdd, nextAt, wordEndingAt } from './around.ts';
import { likeC } from './code-line.ts';
import { enclosing, type Layout } from './enclosing.ts';
import { isInComment } from './in-comment.ts';

const declares = new Set(['func', 'type', 'var', 'const']);

/** Of braces, those of a struct and of an interface alone hold definitions. */
const layout: Layout = {
  ...likeC(/\*\/|`/),
  braces: (head) => (/(?:^|\W)(?:struct|interface)$/.test(head.trimEnd()) ? 'other' : 'body'),
  group: /(?:^|\W)(?:const|var|type)\s*$|^\s*$/,
};

/** What is never a name, though a parse may make one of it where the syntax is wrong. */
export const goReserved: ReadonlySet<string> = new Set(
  'break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var'.split(
    ' ',
  ),
);

/** Of Go: after a word that declares, or first of its line or of a list, and before a type, a value or parameters. */
export const goPlace: NamePlace = (text, from, to) => {
  const at = nextAt(text, to);
  const next = text.charAt(at);
  if (isOdd(next)) return true;
  if (!isLetter(next) && !isEndAt(text, at) && !'([*,=<;}/'.includes(next)) return false;
  if (next === '=' && text.charAt(at + 1) === '=') return false;
  if (next === '<' && text.charAt(at + 1) !== '-') return false;
  if (next === '/' && !'/*'.includes(text.charAt(at + 1) || ' ')) return false;
  if (goReserved.has(text.slice(from, to))) return false;
  const previous = before(text, from, '//');
  if (previous.isHidden) return true;
  const { unit, isSameLine } = previous;
  const word = isSameLine && isLetter(unit) ? wordEndingAt(text, previous.at) : '';
  if (word !== '' && !declares.has(word)) return false;
  if (word === '' && isSameLine && !'),({;'.includes(unit)) return false;
  if (isInComment(text, from, layout)) return false;
  if (word === 'func' || word === 'type') return true;
  if (unit === ')' && /(?:^|\n)\s*func\s*\([^\n]*$/.test(text.slice(Math.max(0, from - 200), from))) return true;
  const around = enclosing(text, from, layout);
  return around === 'unknown' || around === 'other';
};
