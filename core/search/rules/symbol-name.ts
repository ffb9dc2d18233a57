import type { NamePlace } from '../../domain/name-place.ts';
import { type CompiledPattern, compilePattern } from './exact/compile-pattern.ts';
import { foldText } from './exact/fold.ts';
import { holdsRequired } from './exact/required-text.ts';

export interface NameAsked {
  readonly name: string;
  readonly match: 'exact' | 'prefix' | 'contains';
  /** Whether letters of the other case are other ones. */
  readonly case: boolean;
}

/** A test for definitions by their names, and for texts that may hold one. */
export interface NameTest {
  /** What every text that has such a definition holds. */
  readonly required: CompiledPattern;
  /** False: no such name is defined in the text. `mayStand`: see SymbolExtractor; null: anywhere. */
  mayDefine(text: string, mayStand: NamePlace | null): boolean;
  accepts(definition: { readonly name: string; readonly container: string | null }): boolean;
}

/**
 * How a name is asked for: whole, its beginning, or a part of it. A name with what it is in, as in `Lock.release`, `Lock::release` or `Lock#release`, finds
 * the one that is defined there; what is before may be a part of where that is.
 */
export const nameTest = ({ name, match, case: isCased }: NameAsked): NameTest => {
  const fold = (text: string): string => (isCased ? text : text.toLowerCase().replaceAll('ſ', 's'));
  const whole = fold(name);
  const qualified = match === 'contains' ? null : qualifiedName(whole);
  const last = qualified?.name ?? whole;
  const compiled = compilePattern({ pattern: last, regex: false, ignoreCase: !isCased, word: false });
  if (compiled.kind === 'refused') throw new Error(`a name cannot be looked for: ${compiled.why}`);
  const compare = (of: string, asked: string): boolean => {
    if (match === 'contains') return of.includes(asked);
    return match === 'prefix' ? of.startsWith(asked) : of === asked;
  };
  return {
    required: compiled.compiled,
    mayDefine: (text, mayStand) => {
      const searched = isCased ? text : foldText(text);
      if (searched === null) return true;
      if (!holdsRequired(compiled.compiled.required, (part) => searched.includes(part))) return false;
      // Where case is ignored, what is required is of ASCII alone.
      if (!isCased && /[^\x20-\x7e]/.test(last)) return true;
      return hasPlace(text, searched, last, match, mayStand);
    },
    accepts: (definition) => {
      const own = fold(definition.name);
      if (compare(own, whole)) return true;
      if (qualified === null || definition.container === null || !compare(own, qualified.name)) return false;
      return `.${fold(definition.container)}`.endsWith(`.${qualified.container}`);
    },
  };
};

const qualifiedName = (name: string): { readonly container: string; readonly name: string } | null => {
  const found = /^(.+?)(?:\.|::|#)([^.:#]+)$/su.exec(name);
  if (found === null) return null;
  const [, container = '', last = ''] = found;
  return { container: container.replaceAll('::', '.').replaceAll('#', '.'), name: last };
};

/** A text that has the name at more places than this, and one more for so many UTF-16 units, is parsed: that takes no longer than to look at them all. */
const LOOKS = 200;
const UNITS_A_LOOK = 100;

/** Whether the name stands somewhere as a name of its own, or as the part of one that is asked for, where one may be defined. */
const hasPlace = (
  text: string,
  searched: string,
  name: string,
  match: NameAsked['match'],
  mayStand: NamePlace | null,
): boolean => {
  const [beginsAsWord, endsAsWord] = [isWordAt(name, 0), isWordAt(name, name.length - 1)];
  let looks = LOOKS + text.length / UNITS_A_LOOK;
  for (let next = 0, at = searched.indexOf(name); at >= 0; at = searched.indexOf(name, next)) {
    let [from, to] = [at, at + name.length];
    next = at + 1;
    if (match === 'contains') while (beginsAsWord && isWordAt(text, from - 1)) from -= 1;
    else if (beginsAsWord && isWordAt(text, from - 1)) continue;
    if (match !== 'exact') while (endsAsWord && isWordAt(text, to)) to += 1;
    else if (endsAsWord && isWordAt(text, to)) continue;
    if (mayStand === null || --looks < 0 || mayStand(text, from, to)) return true;
    next = to;
  }
  return false;
};

/** Half of a pair of surrogates is none: it may be a sign. */
const isWordAt = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  if (code < 128)
    return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122);
  return /[\p{L}\p{N}_]/u.test(text.charAt(at));
};
