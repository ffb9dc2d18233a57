import { codeTokens } from './code-tokens.ts';
import type { QueryTerms, Term } from './query-syntax.ts';

/** A pattern as gitignore has it, or what the path must contain; with `fromTop`, begin with. */
export type PathTerm =
  | { readonly kind: 'pattern'; readonly pattern: string }
  | { readonly kind: 'text'; readonly text: string; readonly fromTop: boolean };

/**
 * `path:` means a part of the path in any case, from its top on with a slash before it; with `*` or `?` it is a pattern that may begin in any folder. Brackets
 * are names of files, as some frameworks have them.
 */
export const readPathTerm = (value: string): PathTerm => {
  const fromTop = value.startsWith('/');
  const rest = fromTop ? value.slice(1) : value;
  if (/[*?]/.test(rest)) return { kind: 'pattern', pattern: `${fromTop ? '/' : '**/'}${rest.replaceAll('[', '\\[')}` };
  return { kind: 'text', text: rest.toLowerCase(), fromTop };
};

/** A test for what text and path may not hold, and null where anything may stand. */
export const exclusionTest = ({
  withoutWords,
  withoutPhrases,
}: Pick<QueryTerms, 'withoutWords' | 'withoutPhrases'>): ((text: string) => boolean) | null => {
  if (withoutWords.length === 0 && withoutPhrases.length === 0) return null;
  const words = new Set<string>();
  const parts = withoutPhrases.map((phrase) => phrase.toLowerCase());
  for (const word of withoutWords) {
    // `parseConfig` and `parse_config` are one token in any spelling; `a.b` is none.
    const whole = /^\w+$/.test(word) ? codeTokens(word).at(-1) : undefined;
    if (whole === undefined) parts.push(word.toLowerCase());
    else words.add(whole);
  }
  return (text) => {
    const lowered = text.toLowerCase();
    if (parts.some((part) => lowered.includes(part))) return true;
    // What it would be a token of holds it.
    const joined = lowered.replaceAll('_', '');
    const suspects = [...words].filter((token) => joined.includes(token));
    return suspects.length > 0 && codeTokens(text).some((token) => suspects.includes(token));
  };
};

/** Whether a text holds every phrase, in any case. */
export const phraseTest = (phrases: readonly string[]): ((text: string) => boolean) => {
  const wanted = phrases.map((phrase) => phrase.toLowerCase());
  return (text) => {
    const lowered = wanted.length === 0 ? '' : text.toLowerCase();
    return wanted.every((phrase) => lowered.includes(phrase));
  };
};

/** Whether one of the patterns is the id; `*` stands for any letters. */
export const matchesAny = (patterns: readonly string[], id: string): boolean =>
  patterns.some((pattern) => {
    const [first = '', ...rest] = pattern.split('*');
    if (rest.length === 0) return pattern === id;
    const last = rest.pop() as string;
    if (!id.startsWith(first) || !id.endsWith(last) || id.length < first.length + last.length) return false;
    let at = first.length;
    for (const part of rest) {
      const found = id.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= id.length - last.length;
  });

/** Whether terms let a value through: it is one of those that are asked for, if any are, and none of those that are not. */
export const passesTerms = (terms: readonly Term[], isOne: (value: string) => boolean): boolean => {
  const asked = terms.filter(({ not }) => !not);
  return (
    (asked.length === 0 || asked.some(({ value }) => isOne(value))) &&
    !terms.some(({ not, value }) => not && isOne(value))
  );
};
