/**
 * What case-insensitive candidates are found by: equal for all forms of an ASCII letter, the long s (U+017F) and the Kelvin sign (U+212A)
 * included, as RE2 folds them. Other letters may keep different forms: see {@link asciiRun}. Null where the folded text would be longer:
 * a place in it must be a place in the text.
 */
export const foldText = (text: string): string | null => {
  const folded = text.toLowerCase();
  return folded.length === text.length ? folded.replaceAll('ſ', 's') : null;
};

/** The longest run of ASCII in a literal, folded. Empty where there is none: such a literal selects nothing. */
export const asciiRun = (literal: string): string =>
  (literal.match(/[\x20-\x7e\t]+/g) ?? [])
    .reduce((longest, run) => (run.length > longest.length ? run : longest), '')
    .toLowerCase();
