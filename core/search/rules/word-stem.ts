import { stemmer } from 'stemmer';

/**
 * What an English word and its forms have in common (Porter's algorithm, 1980): `parses`, `parsed` and `parsing` give `pars`. Words with anything but the
 * letters a to z stay as they are.
 */
export const wordStem = (word: string): string => (/^[a-z]+$/.test(word) ? stemmer(word) : word);
