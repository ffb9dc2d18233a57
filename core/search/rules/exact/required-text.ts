import type { RE2JS } from 're2js';

/**
 * Text that everything that matches holds, whatever else it holds: all of it, or any of it. Null: nothing is certain.
 * An approximation from one side: what lacks it does not match, what holds it may match.
 */
export type RequiredText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'all' | 'any'; readonly of: readonly RequiredText[] }
  | null;

/** The library's own reading of an expression, by which it skips its automata: its `type` is one of these, in this order. */
const kinds = ['none', 'text', 'all', 'any'] as const;

interface Prefilter {
  readonly type: number;
  readonly str: string;
  readonly subs: readonly Prefilter[];
}

/** What the library finds required in an expression: literals and their ANDs and ORs, none of a part that folds case. */
export const requiredBy = (expression: RE2JS): RequiredText => {
  const prefilter: Prefilter | null = expression.re2Input.prefilter;
  return prefilter === null ? null : fromPrefilter(prefilter);
};

const fromPrefilter = ({ type, str, subs }: Prefilter): RequiredText => {
  const kind = kinds[type];
  switch (kind) {
    case 'text':
      return { kind, text: str };
    case 'all':
      return allOf(subs.map(fromPrefilter));
    case 'any':
      return anyOf(subs.map(fromPrefilter));
    default:
      return null;
  }
};

export const allOf = (parts: readonly RequiredText[]): RequiredText => {
  const known = parts.filter((part) => part !== null);
  return known.length > 1 ? { kind: 'all', of: known } : (known[0] ?? null);
};

/** One alternative of which nothing is known leaves nothing that is certain. */
export const anyOf = (parts: readonly RequiredText[]): RequiredText => {
  if (parts.length === 0 || parts.includes(null)) return null;
  return parts.length > 1 ? { kind: 'any', of: parts } : (parts[0] as RequiredText);
};

/** The same with each literal changed; one that becomes empty says nothing any more. */
export const mapTexts = (required: RequiredText, change: (text: string) => string): RequiredText => {
  if (required === null) return null;
  if (required.kind !== 'text') {
    const parts = required.of.map((part) => mapTexts(part, change));
    return required.kind === 'all' ? allOf(parts) : anyOf(parts);
  }
  const text = change(required.text);
  return text === '' ? null : { kind: 'text', text };
};

/** Whether a text holds what is required; `has` tells it of one literal. */
export const holdsRequired = (required: RequiredText, has: (text: string) => boolean): boolean => {
  if (required === null) return true;
  if (required.kind === 'text') return has(required.text);
  return required.kind === 'all'
    ? required.of.every((part) => holdsRequired(part, has))
    : required.of.some((part) => holdsRequired(part, has));
};

/** More places than this to look from in each line cost more than looking at each line. */
const MAX_ANCHORS = 16;

/** Texts of which every match has one: the fewest, then the longest. Null where there are none, or too many. */
export const anchorsOf = (required: RequiredText): readonly string[] | null => {
  if (required === null) return null;
  if (required.kind === 'text') return [required.text];
  const parts = required.of.map(anchorsOf);
  if (required.kind === 'all') return parts.reduce((best, part) => (isBetter(part, best) ? part : best), null);
  const together = parts.flatMap((part) => part ?? []);
  return parts.includes(null) || together.length > MAX_ANCHORS ? null : [...new Set(together)];
};

const isBetter = (a: readonly string[] | null, b: readonly string[] | null): boolean => {
  if (a === null || b === null) return a !== null;
  return a.length === b.length ? shortest(a) > shortest(b) : a.length < b.length;
};

const shortest = (texts: readonly string[]): number => Math.min(...texts.map(({ length }) => length));
