import { codeTokens } from './code-tokens.ts';
import { wordStem } from './word-stem.ts';

/** Words of questions that say nothing of what is asked for. */
const stopWords: ReadonlySet<string> = new Set(
  (
    'a an and are as at be been but by can could do does each every for from has have how if in into is it its may might ' +
    'must not of on only or other should so such than that the their them then there these they this those to used uses ' +
    'using via was we were what when where which while who why will with would you your'
  ).split(' '),
);

const testWords: ReadonlySet<string> = new Set(
  'test tests testing tested spec specs fixture fixtures mock mocks stub stubs e2e benchmark'.split(' '),
);

/** The different words of a query that an index is asked for: without stop words, unless it has no others. */
export const wordsAskedFor = (query: string): readonly string[] => {
  const words = [...new Set(codeTokens(query))];
  const telling = words.filter((word) => !stopWords.has(word));
  return telling.length > 0 ? telling : words;
};

export interface QueryWords {
  /** Stems of all words, also those that a name is made of. */
  readonly stems: ReadonlySet<string>;
  /** What a text can hold: words by what their forms begin with, and names of several parts, which are held whole or not at all. */
  readonly units: readonly QueryUnit[];
  /** Words that follow each other in the query, stop words left out: what the forms of each begin with. */
  readonly neighbours: readonly (readonly [string, string])[];
  /** Names whose definition is asked for: all of the query, or a name of several parts in it. */
  readonly symbols: readonly string[];
  readonly wantsTests: boolean;
}

export interface QueryUnit {
  /** In lower case; of a name without what separates its parts; of a phrase all of it. */
  readonly text: string;
  readonly isName: boolean;
}

const notOfName = /[^\p{L}\p{M}\p{N}\p{Extended_Pictographic}_$]+/u;

export const readQuery = (query: string, phrases: readonly string[] = []): QueryWords => {
  const asked = wordsAskedFor(query);
  const words = new Set(asked);
  const names = query.split(notOfName).filter((name) => name !== '');
  const units = new Map<string, QueryUnit>();
  for (const name of names) {
    const parts = codeTokens(name);
    const whole = parts.at(-1);
    if (whole === undefined) continue;
    const isName = parts.length > 1;
    if (!isName && !words.has(whole)) continue;
    const text = isName ? parts.slice(0, -1).join('') : beginningOf(whole);
    units.set(text, { text, isName });
  }
  for (const phrase of phrases) units.set(phrase.toLowerCase(), { text: phrase.toLowerCase(), isName: false });
  const last = names.at(-1);
  return {
    stems: new Set(asked.map(wordStem)),
    units: [...units.values()],
    neighbours: neighboursOf(names, words),
    symbols: /\s/.test(query.trim())
      ? names.filter((name) => codeTokens(name).length > 1)
      : last === undefined
        ? []
        : [last],
    wantsTests: [...words].some((word) => testWords.has(word)),
  };
};

const neighboursOf = (names: readonly string[], asked: ReadonlySet<string>): (readonly [string, string])[] => {
  const beginnings = names
    .flatMap((name) => {
      const parts = codeTokens(name);
      return parts.length > 1 ? parts.slice(0, -1) : parts;
    })
    .filter((word) => asked.has(word))
    .map(beginningOf);
  return beginnings.slice(1).flatMap((next, i) => (next === beginnings[i] ? [] : [[beginnings[i] as string, next]]));
};

/** What a word's forms begin with: `dependencies` and `dependency` with `dependenc`. */
const beginningOf = (word: string): string => {
  const stem = wordStem(word);
  return stem.length > 3 ? stem.replace(/[iy]$/, '') : stem;
};

/** A text to be asked for words and names. */
export interface HeldText {
  holds(unit: QueryUnit): boolean;
  /** Whether both are in one place, in whichever order, as `event loop`, `eventLoop` and `loop of events`. */
  holdsTogether(pair: readonly [string, string]): boolean;
}

/** How many characters may be between the two. */
const widestGap = 16;
/** Places of the first word that are looked at. */
const mostPlaces = 50;

export const heldText = (text: string): HeldText => {
  const lowered = text.toLowerCase();
  let joined: string | undefined;
  return {
    holds: ({ text: wanted, isName }) => {
      if (lowered.includes(wanted)) return true;
      if (!isName) return false;
      joined ??= lowered.replaceAll(/[_-]/g, '');
      return joined.includes(wanted);
    },
    holdsTogether: ([one, other]) => {
      let places = 0;
      for (let at = lowered.indexOf(one); at >= 0 && places < mostPlaces; at = lowered.indexOf(one, at + 1)) {
        places += 1;
        const found = lowered.indexOf(other, Math.max(0, at - widestGap - other.length));
        if (found < 0) return false;
        if (found <= at + one.length + widestGap) return true;
      }
      return false;
    },
  };
};

const definers =
  'class|interface|struct|enum|trait|type|func|function|def|defp|defmodule|defmacro|defprotocol|object|fn|fun|module|' +
  'namespace|protocol|record|typedef|newtype|data|instance|const|let|var|val|local|macro_rules!|define|extension|union|' +
  'package|mod|static|public|private|protected|export|abstract|async|inline|virtual|override|final|sealed|pub';

/** Whether a text defines one of these names: a word such as `class` or `func` is before it. */
export const definitionTest = (names: readonly string[]): ((text: string) => boolean) => {
  const tests = names.map((name) => {
    const escaped = name.replaceAll(/[$]/g, '\\$&');
    const before = `(?:^|[^\\w$])(?:${definers})\\s+(?:\\([^)\\n]{0,80}\\)\\s*)?(?:[A-Za-z_]\\w{0,60}(?:\\.|::|#)){0,6}`;
    return { name, pattern: new RegExp(`${before}${escaped}(?![\\w$])`, 'm') };
  });
  return (text) => tests.some(({ name, pattern }) => text.includes(name) && pattern.test(text));
};
