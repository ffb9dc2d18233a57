import { type GramFilter, type Grams, gramsOf, isNoGrams, mayHold } from '../../../manifest/packs/gram-filter.ts';
import type { CompiledPattern } from './compile-pattern.ts';
import { holdsRequired, type RequiredText } from './required-text.ts';

/**
 * Whether texts with these grams may hold a match, as R. Cox's code search asks it of trigrams: those of what is required, with the same ANDs
 * and ORs. Undefined where nothing is required that has three characters: then each pack is read.
 */
export const packTest = ({ required, folded }: CompiledPattern): ((filter: GramFilter) => boolean) | undefined => {
  const grams = new Map<string, Grams>();
  for (const text of textsIn(required)) grams.set(text, gramsOf(text, folded));
  const gramsIn = (text: string): Grams => grams.get(text) as Grams;
  if (holdsRequired(required, (text) => isNoGrams(gramsIn(text)))) return undefined;
  return (filter) => holdsRequired(required, (text) => mayHold(filter, gramsIn(text)));
};

const textsIn = (required: RequiredText): readonly string[] => {
  if (required === null) return [];
  return required.kind === 'text' ? [required.text] : required.of.flatMap(textsIn);
};
