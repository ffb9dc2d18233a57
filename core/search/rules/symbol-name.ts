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
  /** False: no such name is defined in the text. `usedAfter`: see SymbolExtractor. */
  mayDefine(text: string, usedAfter: string | null): boolean;
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
    mayDefine: (text, usedAfter) => {
      const searched = isCased ? text : foldText(text);
      if (searched === null) return true;
      if (!holdsRequired(compiled.compiled.required, (part) => searched.includes(part))) return false;
      // Where case is ignored, what is required is of ASCII alone.
      if (!isCased && /[^\x20-\x7e]/.test(last)) return true;
      return hasPlace(searched, last, match, usedAfter);
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

/** Whether the name stands somewhere as a name of its own, or the beginning of one, and not only where it is used. */
const hasPlace = (text: string, name: string, match: NameAsked['match'], usedAfter: string | null): boolean => {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (match === 'contains') return true;
    const before = text.charAt(at - 1);
    if (before === usedAfter && before !== '') continue;
    if (isWord(before) && isWord(name.charAt(0))) continue;
    if (match === 'exact' && isWord(text.charAt(at + name.length)) && isWord(name.charAt(name.length - 1))) continue;
    return true;
  }
  return false;
};

/** Half of a pair of surrogates is none: it may be a sign. */
const isWord = (unit: string): boolean => /[\p{L}\p{N}_]/u.test(unit);
