/**
 * What an English word and its forms have in common: `parses`, `parsed` and `parsing` give `pars`. Porter's second algorithm ("English" of Snowball, as it is
 * since its release 3), letter for letter as the tokenizer of LanceDB's index of words has it, so that all of a search means the same by a word. Takes a
 * token in lower case; what is no letter of English is a consonant to it.
 */
export const wordStem = (word: string): string => {
  if (word.length < 3 || (word.length < 6 && [...word].length < 3)) return word;
  const known = exceptions.get(word);
  if (known !== undefined) return known;
  const letters = markConsonants(word);
  const [r1, r2] = regionsOf(letters);
  const singular = withoutPlural(letters);
  if (lasting.has(singular)) return singular;
  let stem = yToI(withoutPast(singular, r1));
  stem = replaceEnding(stem, derivations, r1, r2);
  stem = replaceEnding(stem, furtherDerivations, r1, r2);
  stem = replaceEnding(stem, residues, r1, r2);
  return withoutLast(stem, r1, r2).replaceAll('Y', 'y');
};

/** Stems that are remembered, at some 100 bytes each. */
const mostRemembered = 20_000;
const remembered = new Map<string, string>();

/** The same for the words of names and paths, which are few, and are asked for again with each search. */
export const rememberedStem = (word: string): string => {
  let stem = remembered.get(word);
  if (stem === undefined) {
    stem = wordStem(word);
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(word, stem);
  }
  return stem;
};

/** Words that the steps would spoil. */
const exceptions: ReadonlyMap<string, string> = new Map(
  [
    ...['skis ski', 'skies sky', 'idly idl', 'gently gentl', 'ugly ugli'],
    ...[
      'early earli',
      'only onli',
      'singly singl',
      'sky sky',
      'news news',
      'howe howe',
      'atlas atlas',
      'cosmos cosmos',
    ],
    ...['bias bias', 'andes andes'],
  ].map((pair) => pair.split(' ') as [string, string]),
);
/** Those that are done when their plural is gone. */
const lasting: ReadonlySet<string> = new Set('inning outing canning herring earring evening'.split(' '));

const isVowel = (letter: string | undefined): boolean => letter !== undefined && 'aeiouy'.includes(letter);
const vowel = /[aeiouy]/;

/** A `y` that begins the word or follows a vowel is a consonant: `Y` from here on. */
const markConsonants = (word: string): string => {
  if (!word.includes('y')) return word;
  let marked = '';
  for (const letter of word) marked += letter === 'y' && (marked === '' || isVowel(marked.at(-1))) ? 'Y' : letter;
  return marked;
};

/** Where the two regions begin: behind the first consonant that follows a vowel, and behind the next such one. */
const regionsOf = (letters: string): readonly [number, number] => {
  const prefix = /^(?:arsen|commun|emerg|gener|inter|later|organ|past|univers)/.exec(letters)?.[0].length;
  const r1 = prefix ?? regionFrom(letters, 0);
  return [r1, regionFrom(letters, r1)];
};

const regionFrom = (letters: string, from: number): number => {
  let at = from;
  while (at < letters.length && !isVowel(letters[at])) at += 1;
  while (at < letters.length && isVowel(letters[at])) at += 1;
  return Math.min(at + 1, letters.length);
};

/** Step 1a. */
const withoutPlural = (word: string): string => {
  if (word.endsWith('sses')) return word.slice(0, -2);
  if (word.endsWith('ied') || word.endsWith('ies')) return word.slice(0, word.length > 4 ? -2 : -1);
  if (!word.endsWith('s') || word.endsWith('us') || word.endsWith('ss')) return word;
  return vowel.test(word.slice(0, -2)) ? word.slice(0, -1) : word;
};

/** Step 1b. */
const withoutPast = (word: string, r1: number): string => {
  const ending = /(?:eed|ed|ing)(?:ly)?$/.exec(word)?.[0];
  if (ending === undefined) return word;
  const rest = word.slice(0, -ending.length);
  if (ending.startsWith('eed')) return rest.length < r1 || /^(?:proc|exc|succ)$/.test(rest) ? word : `${rest}ee`;
  if (!vowel.test(rest)) return word;
  // `dying` is a form of `die`.
  if (ending === 'ing' && /^[^aeiouy]y$/.test(rest)) return `${rest[0]}ie`;
  if (/(?:at|bl|iz)$/.test(rest)) return `${rest}e`;
  // `add`, `egg` and `off` keep both.
  if (/(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/.test(rest)) return /^[aeo]..$/.test(rest) ? rest : rest.slice(0, -1);
  return rest.length === r1 && endsShort(rest) ? `${rest}e` : rest;
};

/** Step 1c. */
const yToI = (word: string): string =>
  word.length > 2 && /[yY]$/.test(word) && !isVowel(word.at(-2)) ? `${word.slice(0, -1)}i` : word;

/** Whether it ends as `hop`, `on` and `past` do. */
const endsShort = (word: string): boolean =>
  /[^aeiouy][aeiouy][^aeiouywxY]$/.test(word) || /^[aeiouy][^aeiouy]$/.test(word) || word.endsWith('past');

interface Ending {
  readonly ending: string;
  readonly becomes: string;
  /** What the letter before it must be. */
  readonly after?: string;
  /** The ending must lie in it. */
  readonly region: 1 | 2;
}

/** `ending` or `ending=becomes`, several apart by spaces; the longest first. */
const endings = (list: string, region: 1 | 2, more: readonly Ending[] = []): readonly Ending[] =>
  [
    ...list.split(' ').map((pair): Ending => {
      const [ending = '', becomes = ''] = pair.split('=');
      return { ending, becomes, region };
    }),
    ...more,
  ].sort((a, b) => b.ending.length - a.ending.length);

/** Steps 2, 3 and 4. */
const derivations = endings(
  'tional=tion enci=ence anci=ance abli=able entli=ent izer=ize ization=ize ational=ate ation=ate ator=ate alism=al aliti=al alli=al fulness=ful ' +
    'ousli=ous ousness=ous iveness=ive iviti=ive biliti=ble bli=ble fulli=ful lessli=less',
  1,
  [
    { ending: 'ogi', becomes: 'og', after: 'l', region: 1 },
    { ending: 'li', becomes: '', after: 'cdeghkmnrt', region: 1 },
  ],
);
const furtherDerivations = endings('tional=tion ational=ate alize=al icate=ic iciti=ic ical=ic ful ness', 1, [
  { ending: 'ative', becomes: '', region: 2 },
]);
const residues = endings('al ance ence er ic able ible ant ement ment ent ism ate iti ous ive ize', 2, [
  { ending: 'ion', becomes: '', after: 'st', region: 2 },
]);

/** The longest ending that it has decides, whether it may be replaced or not. */
const replaceEnding = (word: string, list: readonly Ending[], r1: number, r2: number): string => {
  const found = list.find(({ ending }) => word.endsWith(ending));
  if (found === undefined) return word;
  const { ending, becomes, after, region } = found;
  const start = word.length - ending.length;
  if (start < (region === 1 ? r1 : r2)) return word;
  if (after !== undefined && (start === 0 || !after.includes(word[start - 1] as string))) return word;
  return word.slice(0, start) + becomes;
};

/** Step 5. */
const withoutLast = (word: string, r1: number, r2: number): string => {
  const rest = word.slice(0, -1);
  const isGone = word.endsWith('e')
    ? rest.length >= r2 || (rest.length >= r1 && !endsShort(rest))
    : word.endsWith('ll') && rest.length >= r2;
  return isGone ? rest : word;
};
