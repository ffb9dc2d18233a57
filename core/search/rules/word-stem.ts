const consonants = '[^aeiou][^aeiouy]*';
const vowels = '[aeiouy][aeiou]*';
const measured = new RegExp(`^(?:${consonants})?${vowels}${consonants}`);
const measuredOnce = new RegExp(`^(?:${consonants})?${vowels}${consonants}(?:${vowels})?$`);
const measuredTwice = new RegExp(`^(?:${consonants})?${vowels}${consonants}${vowels}${consonants}`);
const withVowel = new RegExp(`^(?:${consonants})?[aeiouy]`);
const short = new RegExp(`^${consonants}[aeiouy][^aeiouwxy]$`);

const longEndings: ReadonlyMap<string, string> = new Map(
  (
    'ational:ate tional:tion enci:ence anci:ance izer:ize bli:ble alli:al entli:ent eli:e ousli:ous ization:ize ation:ate ' +
    'ator:ate alism:al iveness:ive fulness:ful ousness:ous aliti:al iviti:ive biliti:ble logi:log'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);
const furtherEndings: ReadonlyMap<string, string> = new Map(
  'icate:ic ative: alize:al iciti:ic ical:ic ful: ness:'.split(' ').map((pair) => pair.split(':') as [string, string]),
);
const endingOf = (endings: ReadonlyMap<string, string>): RegExp =>
  new RegExp(`^(.+?)(${[...endings.keys()].join('|')})$`);
const longEnding = endingOf(longEndings);
const furtherEnding = endingOf(furtherEndings);
const lastEnding = /^(.+?)(al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|ou|ism|ate|iti|ous|ive|ize|(?<=[st])ion)$/;

/**
 * What an English word and its forms have in common (Porter's algorithm, 1980): `parses`, `parsed` and `parsing` give `pars`. Words with anything but the
 * letters a to z stay as they are.
 */
export const wordStem = (word: string): string => {
  if (word.length < 3 || !/^[a-z]+$/.test(word)) return word;
  return withoutLastE(withoutEndings(withoutForms(word)));
};

/** Plurals, -ed and -ing; a last y becomes an i. */
const withoutForms = (word: string): string => {
  let stem = word.replace(/(ss|i)es$/, '$1').replace(/([^s])s$/, '$1');
  const [, before, form] = /^(.+?)(eed|ed|ing)$/.exec(stem) ?? [];
  if (before !== undefined && form === 'eed') {
    if (measured.test(before)) stem = stem.slice(0, -1);
  } else if (before !== undefined && withVowel.test(before)) {
    if (/(at|bl|iz)$/.test(before) || short.test(before)) stem = `${before}e`;
    else stem = /([^aeiouylsz])\1$/.test(before) ? before.slice(0, -1) : before;
  }
  return stem.endsWith('y') && withVowel.test(stem.slice(0, -1)) ? `${stem.slice(0, -1)}i` : stem;
};

const replaced = (word: string, ending: RegExp, by: ReadonlyMap<string, string>): string => {
  const [, before = '', found = ''] = ending.exec(word) ?? [];
  return measured.test(before) ? before + (by.get(found) ?? '') : word;
};

const withoutEndings = (word: string): string => {
  const stem = replaced(replaced(word, longEnding, longEndings), furtherEnding, furtherEndings);
  const before = lastEnding.exec(stem)?.[1];
  return before !== undefined && measuredTwice.test(before) ? before : stem;
};

const withoutLastE = (word: string): string => {
  const before = word.slice(0, -1);
  if (word.endsWith('e') && (measuredTwice.test(before) || (measuredOnce.test(before) && !short.test(before))))
    return before;
  return word.endsWith('ll') && measuredTwice.test(word) ? before : word;
};
