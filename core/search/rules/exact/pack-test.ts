import { mayHold, type TrigramFilter, type Trigrams, trigramsOf } from '../../../manifest/packs/trigram-filter.ts';
import type { CompiledPattern } from './compile-pattern.ts';
import { holdsRequired, type RequiredText } from './required-text.ts';

/**
 * Whether texts with these trigrams may hold a match, as R. Cox's code search asks it: the trigrams of what is required, with the same ANDs
 * and ORs. Undefined where nothing is required that has three characters: then each pack is read.
 */
export const packTest = ({ required, folded }: CompiledPattern): ((filter: TrigramFilter) => boolean) | undefined => {
  const trigrams = new Map<string, Trigrams>();
  for (const text of textsIn(required)) trigrams.set(text, trigramsOf(text, folded));
  if (holdsRequired(required, (text) => trigrams.get(text)?.length === 0)) return undefined;
  return (filter) => holdsRequired(required, (text) => mayHold(filter, trigrams.get(text) ?? []));
};

const textsIn = (required: RequiredText): readonly string[] => {
  if (required === null) return [];
  return required.kind === 'text' ? [required.text] : required.of.flatMap(textsIn);
};
